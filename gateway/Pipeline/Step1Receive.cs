using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Locales;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Dragoman.Pipeline;

/// <summary>
/// Step 1: the checks that every request of every client goes through. The endpoints choose the route, and decide which
/// browsers and hosts are allowed. Step 3 receives the body.
/// </summary>
public static class Step1Receive
{
    /// <summary>Returns the path as it was sent, because an encoded slash in a model's name does not separate path segments.</summary>
    public static string PathOf(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];
        return path.StartsWith('/') ? path : http.Request.Path.ToString();
    }

    /// <summary>Assigns the request its id and opens the exchange.</summary>
    /// <param name="http">The request and its response.</param>
    /// <param name="runtime">The runtime of this process.</param>
    /// <param name="errors">Writes errors in the form of the route.</param>
    /// <param name="rest">See <see cref="Exchange.RouteValue"/>.</param>
    public static Exchange Open(HttpContext http, GatewayRuntime runtime, IErrorShape errors, string rest)
    {
        var id = RequestId.Of(http.Request);
        var headers = http.Response.Headers;
        headers[RequestId.Header] = id;
        // A browser that opens an answer must not display a model's text as a web page.
        headers.XContentTypeOptions = "nosniff";
        if (errors.RequestIdHeader is { } own)
            headers[own] = id;
        return new Exchange(http, runtime, errors, id) { RouteValue = rest };
    }

    /// <exception cref="GatewayException">The request asks for a connection to another host.</exception>
    public static void RefuseConnect(HttpContext http)
    {
        if (HttpMethods.IsConnect(http.Request.Method))
            throw new GatewayException(new GatewayError(ErrorKind.MethodNotAllowed, GatewayText.ConnectNotAllowed));
    }

    /// <summary>Whether this process answers the request. A process that is about to stop passes it on, since nothing of it has been done.</summary>
    /// <param name="exchange">The exchange of the request.</param>
    /// <param name="runtime">The runtime of this process.</param>
    /// <param name="hasEntered">Whether the process accepted the request.</param>
    /// <exception cref="GatewayException">The process is about to stop, and there is no other process.</exception>
    public static async ValueTask<bool> TryTakeAsync(Exchange exchange, GatewayRuntime runtime, bool hasEntered)
    {
        if (!runtime.HasSiblings && HandOver.HasSiblings(exchange))
            runtime.HasSiblings = true;
        if (hasEntered)
            return true;
        exchange.Http.Response.Headers.Connection = "close";
        await exchange.DiscardBodyAsync().ConfigureAwait(false);
        return HandOver.TryPassOn(exchange) ? false : throw new GatewayException(Drain.Restarting);
    }

    /// <exception cref="GatewayException">The route does not support the request's method; the Allow header lists the supported ones.</exception>
    public static void RefuseOtherMethods(HttpContext http, string path, IReadOnlyList<string> methods)
    {
        if (methods.Contains(http.Request.Method))
            return;
        var allowed = string.Join(", ", methods);
        http.Response.Headers.Allow = allowed;
        throw new GatewayException(new GatewayError(ErrorKind.MethodNotAllowed, GatewayText.MethodNotAllowed(path, allowed, http.Request.Method)));
    }
}
