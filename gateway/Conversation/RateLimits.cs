namespace Dragoman.Conversation;

/// <summary>What a provider says of one of its limits; null where it says nothing, or nothing that can be meant (P-39).</summary>
/// <param name="Limit">How many are allowed in a window.</param>
/// <param name="Remaining">How many are left of them.</param>
/// <param name="Reset">Until the window begins anew.</param>
public sealed record RateLimit(long? Limit, long? Remaining, TimeSpan? Reset);

/// <summary>A provider's rate limits as of one answer (specs/dialects.md 1.1 to 1.5).</summary>
public sealed record RateLimits(RateLimit? Requests, RateLimit? Tokens);
