using System.Globalization;
using Dragoman.Conversation;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>The rate-limit headers of OpenAI's API (specs/dialects.md 1.1).</summary>
public static class OpenAIHeaders
{
    public static IEnumerable<(string Name, string Value)> Of(RateLimits? limits) =>
        Of("requests", limits?.Requests).Concat(Of("tokens", limits?.Tokens));

    private static IEnumerable<(string Name, string Value)> Of(string what, RateLimit? limit)
    {
        if (limit?.Limit is { } most)
            yield return ($"x-ratelimit-limit-{what}", most.ToString(CultureInfo.InvariantCulture));
        if (limit?.Remaining is { } remaining)
            yield return ($"x-ratelimit-remaining-{what}", remaining.ToString(CultureInfo.InvariantCulture));
        if (limit?.Reset is { } reset)
            yield return ($"x-ratelimit-reset-{what}", $"{reset.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)}s");
    }
}
