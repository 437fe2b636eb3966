using System.Net;
using System.Net.Sockets;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>An HTTP client without redirects, cookies or proxies. Disposing a response closes its connection at once.</summary>
internal static class PlainHttpClient
{
    public static HttpClient For(Uri address) => For(address, Handler());

    /// <summary>A client whose connections come from <paramref name="source"/>. All of 127.0.0.0/8 are addresses of this machine.</summary>
    public static HttpClient From(string source, Uri address) => For(address, HandlerFrom(source));

    /// <summary>Connects from <paramref name="source"/>.</summary>
    public static SocketsHttpHandler HandlerFrom(string source)
    {
        var handler = Handler();
        handler.ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        };
        return handler;
    }

    private static HttpClient For(Uri address, SocketsHttpHandler handler) => new(handler) { BaseAddress = address, Timeout = Eventually.Deadline };

    private static SocketsHttpHandler Handler() => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        ResponseDrainTimeout = TimeSpan.Zero,
    };
}
