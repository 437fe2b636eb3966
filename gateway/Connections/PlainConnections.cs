using System.Net;

namespace Dragoman.Connections;

/// <summary>Connections to servers that an operator has named, for small requests.</summary>
internal static class PlainConnections
{
    /// <summary>No redirects, because the operator has named one server; no cookies; no compression that could hide a large answer.</summary>
    /// <param name="connect">How long a connection may take.</param>
    public static SocketsHttpHandler Create(TimeSpan connect) => new()
    {
        ConnectTimeout = connect,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        AutomaticDecompression = DecompressionMethods.None,
    };
}
