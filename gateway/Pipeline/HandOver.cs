using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>
/// Where the front has functions behind it, the sidecar keeps what streams and gives the rest back: nginx replays the
/// request there (specs/functions-host.md 3). Only nginx can set the header that says so.
/// </summary>
public static class HandOver
{
    /// <summary>Set by nginx to <c>available</c>; a client's own is overwritten there.</summary>
    public const string FunctionsHeader = "X-Dragoman-Functions";

    /// <summary>Hands the request over if it does not stream and can be; true when that was done.</summary>
    public static bool TryHandOver(Exchange exchange, ChatRequest request)
    {
        var http = exchange.Http;
        if (!exchange.HandsOver || request.Stream || http.Request.Headers[FunctionsHeader] != "available")
            return false;
        http.Response.Headers["X-Accel-Redirect"] = "@functions";
        http.Response.ContentLength = 0;
        return true;
    }
}
