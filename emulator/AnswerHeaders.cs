namespace Dragoman.Emulator;

/// <summary>The headers Mistral's answers carry (<c>specs/dialects.md 1.5</c>), and <c>X-Request-Id</c>.</summary>
internal static class AnswerHeaders
{
    private const int LongestRequestId = 128;

    public static void Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        var correlation = Guid.NewGuid().ToString();
        var requestId = context.Request.Headers["X-Request-Id"].ToString();
        headers["X-Request-Id"] = IsRequestId(requestId) ? requestId : correlation;
        headers["mistral-correlation-id"] = correlation;
        headers["x-kong-request-id"] = correlation;
    }

    /// <summary>Rate limits as they look when nothing was used up: the emulator has none.</summary>
    public static void SetTokenCost(HttpContext context, int tokens)
    {
        var headers = context.Response.Headers;
        headers["x-ratelimit-limit-req-minute"] = "360";
        headers["x-ratelimit-remaining-req-minute"] = "360";
        headers["x-ratelimit-limit-tokens-minute"] = "2000000";
        headers["x-ratelimit-remaining-tokens-minute"] = "2000000";
        headers["x-ratelimit-tokens-query-cost"] = tokens.ToString();
    }

    private static bool IsRequestId(string id) =>
        id.Length is > 0 and <= LongestRequestId && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');
}
