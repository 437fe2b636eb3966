namespace Dragoman.Conversation;

/// <summary>One of the rate limits that a provider reported. A value is null when it is missing or not plausible (P-39).</summary>
/// <param name="Limit">The requests or tokens that are allowed in a window.</param>
/// <param name="Remaining">How many of them are left.</param>
/// <param name="Reset">The time until the next window begins.</param>
public sealed record RateLimit(long? Limit, long? Remaining, TimeSpan? Reset)
{
    /// <summary>The <see cref="GatewayError.Code"/> of an error about a limit of tokens; others are about requests.</summary>
    public const string TokensCode = "tokens";
}

/// <summary>A provider's rate limits as reported with one answer (specs/dialects.md 1.1 to 1.5).</summary>
public sealed record RateLimits(RateLimit? Requests, RateLimit? Tokens);
