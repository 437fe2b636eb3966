using System.Globalization;
using Dragoman.Conversation;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>The response headers of Anthropic's API (specs/dialects.md 1.3).</summary>
internal static class AnthropicMessagesHeaders
{
    /// <param name="requestId">The id of this exchange.</param>
    /// <param name="limits">Null when the provider reported no limits.</param>
    /// <param name="now">The time that the limits' reset times are relative to.</param>
    public static IEnumerable<(string Name, string Value)> Of(string requestId, RateLimits? limits, DateTimeOffset now) =>
    [
        (AnthropicErrors.Shape.RequestIdHeader, requestId),
        .. Of(limits, now),
    ];

    /// <summary>The headers for limits alone.</summary>
    public static IEnumerable<(string Name, string Value)> Of(RateLimits? limits, DateTimeOffset now) => [.. Of("requests", limits?.Requests, now), .. Of("tokens", limits?.Tokens, now)];

    private static IEnumerable<(string Name, string Value)> Of(string what, RateLimit? limit, DateTimeOffset now)
    {
        if (limit?.Limit is { } most)
            yield return ($"anthropic-ratelimit-{what}-limit", most.ToString(CultureInfo.InvariantCulture));
        if (limit?.Remaining is { } remaining)
            yield return ($"anthropic-ratelimit-{what}-remaining", remaining.ToString(CultureInfo.InvariantCulture));
        if (limit?.Reset is { } reset)
            yield return ($"anthropic-ratelimit-{what}-reset", UtcText.Of(now + reset));
    }
}
