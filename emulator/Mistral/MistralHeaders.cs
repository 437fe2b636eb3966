namespace Dragoman.Emulator.Mistral;

/// <summary>The headers of Mistral's answers (<c>specs/dialects.md 1.5</c>).</summary>
internal static class MistralHeaders
{
    public static void Set(HttpContext context)
    {
        var correlation = Guid.NewGuid().ToString();
        context.Response.Headers["mistral-correlation-id"] = correlation;
        context.Response.Headers["x-kong-request-id"] = correlation;
    }

    /// <summary>Sets the rate limits as if nothing was used, because the emulator has no limits.</summary>
    public static void SetTokenCost(HttpContext context, int tokens)
    {
        var headers = context.Response.Headers;
        headers["x-ratelimit-limit-req-minute"] = "360";
        headers["x-ratelimit-remaining-req-minute"] = "360";
        headers["x-ratelimit-limit-tokens-minute"] = "2000000";
        headers["x-ratelimit-remaining-tokens-minute"] = "2000000";
        headers["x-ratelimit-tokens-query-cost"] = tokens.ToString();
    }
}
