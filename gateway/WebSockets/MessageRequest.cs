using System.Runtime.InteropServices;
using Dragoman.Pipeline;
using Dragoman.Pipeline.Memory;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Dragoman.WebSockets;

/// <summary>A message as an HTTP request: a POST with the headers of the handshake.</summary>
internal static class MessageRequest
{
    private static readonly string[] OfTheHandshake =
    [
        HeaderNames.Connection, HeaderNames.Upgrade, HeaderNames.KeepAlive, HeaderNames.ContentLength, HeaderNames.TransferEncoding,
        HeaderNames.SecWebSocketKey, HeaderNames.SecWebSocketVersion, HeaderNames.SecWebSocketExtensions, HeaderNames.SecWebSocketProtocol,
        // A message cannot be sent again to another process.
        HandOver.FunctionsHeader, HandOver.NextSidecarHeader,
    ];

    /// <param name="handshake">The request that became the WebSocket.</param>
    /// <param name="body">JSON.</param>
    /// <param name="response">Receives the answer.</param>
    /// <param name="memory">The message's share of the memory budget; null when it has none.</param>
    public static HttpContext Create(HttpContext handshake, ReadOnlyMemory<byte> body, MessageResponse response, MemoryLease? memory)
    {
        var asked = handshake.Features.Get<IHttpRequestFeature>()!;
        IHeaderDictionary headers = new HeaderDictionary();
        foreach (var (name, values) in asked.Headers)
        {
            if (!OfTheHandshake.Contains(name, StringComparer.OrdinalIgnoreCase))
                headers[name] = values;
        }

        headers[RequestId.Header] = response.RequestId;
        headers.ContentType = "application/json";
        headers.ContentLength = body.Length;
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = HttpMethods.Post,
            Protocol = asked.Protocol,
            Scheme = asked.Scheme,
            PathBase = asked.PathBase,
            Path = asked.Path,
            QueryString = asked.QueryString,
            RawTarget = asked.RawTarget,
            Headers = headers,
            Body = new MessageStream(MemoryMarshal.TryGetArray(body, out var array) ? array : body.ToArray(), memory),
        });
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(response);
        features.Set<IHttpRequestLifetimeFeature>(response);
        features.Set<IOwnKeepAlive>(response);
        features.Set(handshake.Features.Get<IHttpConnectionFeature>());
        return new DefaultHttpContext(features);
    }
}
