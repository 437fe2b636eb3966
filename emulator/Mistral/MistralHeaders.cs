namespace Dragoman.Emulator.Mistral;

/// <summary>The headers Mistral's answers carry (<c>specs/dialects.md 1.5</c>).</summary>
internal static class MistralHeaders
{
    public static void Set(HttpContext context)
    {
        var correlation = Guid.NewGuid().ToString();
        context.Response.Headers["mistral-correlation-id"] = correlation;
        context.Response.Headers["x-kong-request-id"] = correlation;
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
}
