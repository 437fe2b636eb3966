using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Locales;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Dragoman.WebSockets;

/// <summary>The upgrade of a request to a WebSocket (RFC 6455, section 4.2). No subprotocol and no extension is accepted.</summary>
internal static class WebSocketHandshake
{
    private const string Version = "13";
    private const int KeyBytes = 16;

    /// <summary>Whether the request asks for a WebSocket, even if its handshake is not valid.</summary>
    public static bool IsAsked(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && Array.Exists(request.Headers.Upgrade.ToString().Split(','), protocol => protocol.Trim().Equals("websocket", StringComparison.OrdinalIgnoreCase));

    /// <summary>Accepts the handshake and takes over the connection, which carries WebSocket frames from then on.</summary>
    /// <exception cref="GatewayException">The handshake is not valid.</exception>
    public static async Task<Stream> AcceptAsync(HttpContext http)
    {
        var headers = http.Request.Headers;
        if (http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade)
            throw Wrong(SocketText.NoHandshake);
        if (headers.SecWebSocketVersion != Version)
        {
            http.Response.Headers.SecWebSocketVersion = Version;
            throw Wrong(SocketText.WrongVersion(Version));
        }

        var key = headers.SecWebSocketKey.ToString();
        if (!IsKey(key))
            throw Wrong(SocketText.WrongKey(KeyBytes));
        http.Response.Headers.Upgrade = "websocket";
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.SecWebSocketAccept = AcceptKey(key);
        return await upgrade.UpgradeAsync().ConfigureAwait(false);
    }

    private static bool IsKey(string key) => Base64.IsValid(key, out var length) && length == KeyBytes;

    [SuppressMessage("Security", "CA5350", Justification = "The protocol's own; it protects nothing.")]
    private static string AcceptKey(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));

    private static GatewayException Wrong(Wording text) => new(new GatewayError(ErrorKind.InvalidRequest, text));
}
