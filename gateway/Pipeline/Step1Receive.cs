using Dragoman.Conversation;
using Dragoman.Dialects;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Dragoman.Pipeline;

/// <summary>
/// Step 1: the checks of every request, for all clients and all routes. Which route it takes, and which browsers and
/// hosts are admitted, is the endpoints' business; the body is received when step 3 reads it.
/// </summary>
public static class Step1Receive
{
    /// <summary>The path as it came: an encoded slash in a model's name is not a path's slash.</summary>
    public static string PathOf(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];
        return path.StartsWith('/') ? path : http.Request.Path.ToString();
    }

    /// <summary>Gives the request its id and opens the exchange.</summary>
    /// <param name="http">The request and its response.</param>
    /// <param name="runtime">Of this process.</param>
    /// <param name="errors">How the route says a failure.</param>
    /// <param name="rest">See <see cref="Exchange.RouteValue"/>.</param>
    public static Exchange Open(HttpContext http, GatewayRuntime runtime, IErrorShape errors, string rest)
    {
        var id = RequestId.Of(http.Request);
        var headers = http.Response.Headers;
        headers[RequestId.Header] = id;
        // A browser that opens an answer must not make a page of what a model wrote.
        headers.XContentTypeOptions = "nosniff";
        if (errors.RequestIdHeader is { } own)
            headers[own] = id;
        return new Exchange(http, runtime, errors, id) { RouteValue = rest };
    }

    /// <exception cref="GatewayException">The request names a host to connect to, not one that is asked.</exception>
    public static void RefuseConnect(HttpContext http)
    {
        if (HttpMethods.IsConnect(http.Request.Method))
            throw new GatewayException(new GatewayError(ErrorKind.MethodNotAllowed, "CONNECT is not allowed; the gateway is no proxy for connections."));
    }

    /// <summary>Whether the request is answered here. A process that is about to stop passes it on, as nothing of it has been done.</summary>
    /// <param name="exchange">The request's.</param>
    /// <param name="runtime">Of this process.</param>
    /// <param name="hasEntered">Whether the process still takes requests.</param>
    /// <exception cref="GatewayException">It is not, and there is no other process.</exception>
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

    /// <exception cref="GatewayException">The route does not take the request's method; the response's headers say which it takes.</exception>
    public static void RefuseOtherMethods(HttpContext http, string path, IReadOnlyList<string> methods)
    {
        if (methods.Contains(http.Request.Method))
            return;
        var allowed = string.Join(", ", methods);
        http.Response.Headers.Allow = allowed;
        throw new GatewayException(new GatewayError(ErrorKind.MethodNotAllowed, $"{path} allows {allowed}, not {http.Request.Method}."));
    }
}
