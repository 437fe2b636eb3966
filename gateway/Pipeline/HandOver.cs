using Dragoman.Catalog;
using Dragoman.Conversation;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Pipeline;

/// <summary>
/// Hands requests back to nginx, which sends them to another process (specs/functions-host.md 3). If nginx has functions,
/// the sidecar keeps requests that stream or need its memory, and hands over the others. If nginx has another process for a
/// request, a process that is stopping passes it on: a sidecar to the next sidecar, the functions to a sidecar.
/// Only nginx can set the headers that report this.
/// </summary>
public static class HandOver
{
    /// <summary>nginx sets this header to <c>available</c> until it has asked the functions, and overwrites a client's value.</summary>
    public const string FunctionsHeader = "X-Dragoman-Functions";

    /// <summary>
    /// nginx sets this header to the named location of the next process; it asks each process once. The value is
    /// <c>unavailable</c> if there are others, but nginx does not keep the body and cannot send it again.
    /// </summary>
    public const string NextSidecarHeader = "X-Dragoman-Next-Sidecar";

    /// <summary>
    /// Whether the request would be handed over if it did not stream. The process that answers a request counts it against the
    /// caller's limits: if this one counted it first, both would need a share of a limit that may be 1.
    /// </summary>
    public static bool MayHandOver(Exchange exchange) => exchange.HandsOver && exchange.Http.Request.Headers[FunctionsHeader] == "available";

    /// <summary>Hands the request over if it does not stream and nginx has functions; true when it was handed over.</summary>
    /// <param name="exchange">The exchange of the request.</param>
    /// <param name="request">The request that was read.</param>
    /// <param name="model">The requested model.</param>
    public static bool TryHandOver(Exchange exchange, ChatRequest request, PublishedModel model)
    {
        if (request.Stream || !MayHandOver(exchange) || NeedsMemory(exchange, request, model))
            return false;
        SendTo(exchange.Http.Response, "@functions");
        return true;
    }

    /// <summary>
    /// Whether the request may belong to a tool loop whose reasoning this process remembers, because the client's dialect cannot
    /// carry it. All steps of such a loop, streamed or not, have to reach the same process.
    /// </summary>
    private static bool NeedsMemory(Exchange exchange, ChatRequest request, PublishedModel model)
    {
        if (request.Tools.Count == 0)
            return false;
        foreach (var target in model.Targets)
        {
            var provider = exchange.Snapshot.ProviderOf(target);
            var upstreamModel = provider.ModelOf(target);
            if (provider.Api.For(request, upstreamModel).TraitsOf(upstreamModel) is { GivesState: true } traits && traits.StateFamily != request.Family)
                return true;
        }

        return false;
    }

    /// <summary>Passes a request that has not started to another process; true when it was passed on.</summary>
    public static bool TryPassOn(Exchange exchange)
    {
        var next = NextSidecar(exchange);
        if (next is null)
            return false;
        SendTo(exchange.Http.Response, next);
        return true;
    }

    /// <summary>Whether nginx has another process, even if only for other requests.</summary>
    public static bool HasSiblings(Exchange exchange) => exchange.Http.Request.Headers.ContainsKey(NextSidecarHeader);

    private static string? NextSidecar(Exchange exchange) =>
        exchange.Http.Request.Headers.TryGetValue(NextSidecarHeader, out var name) && name.ToString() is ['@', ..] location
            ? location
            : null;

    private static void SendTo(HttpResponse response, string location)
    {
        response.Headers["X-Accel-Redirect"] = location;
        response.ContentLength = 0;
    }
}
