using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Dragoman.Conversation;

namespace Dragoman.Providers;

/// <summary>The headers in which a kind of provider reports its rate limits (specs/dialects.md 1.1 to 1.5); null for a limit without headers.</summary>
internal sealed partial record RateLimitHeaders(RateLimitHeaders.Names? Requests, RateLimitHeaders.Names? Tokens)
{
    /// <summary>The headers of OpenAI, Azure and most compatible servers.</summary>
    public static readonly RateLimitHeaders OpenAI = new(
        new Names("x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        new Names("x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"));

    public static readonly RateLimitHeaders Mistral = new(
        new Names("x-ratelimit-limit-req-minute", "x-ratelimit-remaining-req-minute", null),
        new Names("x-ratelimit-limit-tokens-minute", "x-ratelimit-remaining-tokens-minute", null));

    /// <summary>Anthropic's resets are times (RFC 3339), not durations.</summary>
    public static readonly RateLimitHeaders Anthropic = new(
        new Names("anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
        new Names("anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"));

    /// <summary>Reads headers whose resets are durations; null when they report no limit.</summary>
    /// <param name="headers">An answer's headers.</param>
    public RateLimits? Read(HttpResponseHeaders headers) => Read(headers, ReadDuration);

    /// <summary>Reads headers whose resets are times; null when they report no limit.</summary>
    /// <param name="headers">An answer's headers.</param>
    /// <param name="now">The current time.</param>
    public RateLimits? Read(HttpResponseHeaders headers, DateTimeOffset now) => Read(headers, text => ReadTime(text, now));

    /// <summary>The most characters of a duration; Go writes fewer.</summary>
    private const int LongestDuration = 100;

    private RateLimits? Read(HttpResponseHeaders headers, Func<string?, TimeSpan?> readReset)
    {
        var requests = Read(headers, Requests, readReset);
        var tokens = Read(headers, Tokens, readReset);
        return requests is null && tokens is null ? null : new RateLimits(requests, tokens);
    }

    private static RateLimit? Read(HttpResponseHeaders headers, Names? names, Func<string?, TimeSpan?> readReset)
    {
        if (names is null)
            return null;
        var limit = Count(names.Limit);
        // Azure sends -1 or 0 for a value that it does not know (P-39).
        var remaining = limit is > 0 ? Count(names.Remaining) : null;
        return limit is > 0 ? new RateLimit(limit, remaining is >= 0 ? remaining : null, names.Reset is null ? null : readReset(UpstreamHeader.First(headers, names.Reset))) : null;

        long? Count(string name) => long.TryParse(UpstreamHeader.First(headers, name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) ? count : null;
    }

    /// <summary>The duration until a time such as <c>2026-11-20T10:00:01Z</c>: zero when it has passed, null when it is too far away.</summary>
    internal static TimeSpan? ReadTime(string? text, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return null;
        return time <= now ? TimeSpan.Zero : Plausible((time - now).TotalSeconds);
    }

    /// <summary>A duration as Go writes it, such as <c>6m0s</c>, <c>1.25s</c> or <c>6ms</c>; or plain seconds. Null when it is implausibly long.</summary>
    internal static TimeSpan? ReadDuration(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
            return Plausible(seconds);
        if (text.Length > LongestDuration || !GoDuration().IsMatch(text))
            return null;
        var total = 0d;
        foreach (Match piece in GoDurationPiece().Matches(text))
        {
            var number = double.Parse(piece.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            total += piece.Groups[2].Value switch
            {
                "h" => number * 3600,
                "m" => number * 60,
                "s" => number,
                _ => number / 1000,
            };
        }

        return Plausible(total);
    }

    /// <summary>The duration, or null when it is not plausible. A provider may send any number, even an infinite one.</summary>
    private static TimeSpan? Plausible(double seconds) => seconds >= 0 && seconds <= UpstreamHeader.LongestReset.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;

    [GeneratedRegex(@"^(\d{1,9}(\.\d+)?(h|ms|m|s))+$")]
    private static partial Regex GoDuration();

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(h|ms|m|s)")]
    private static partial Regex GoDurationPiece();

    /// <param name="Limit">The header with the number that is allowed.</param>
    /// <param name="Remaining">The header with the number that is left.</param>
    /// <param name="Reset">The header with the reset, a duration or a time; null when the provider sends none.</param>
    internal sealed record Names(string Limit, string Remaining, string? Reset);
}
