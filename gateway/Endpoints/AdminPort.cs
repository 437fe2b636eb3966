using Dragoman.Configuration;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Endpoints;

/// <summary>
/// Keeps the administration apart: if it has a port of its own, that port serves nothing else but probes, and no other port
/// serves it. So a firewall can decide who reaches it.
/// </summary>
internal static class AdminPort
{
    /// <summary>Whether the port at which a request arrived serves the route.</summary>
    public static bool Serves(HttpContext http, Route route, AccessSettings access) =>
        access.AdminPort is not { } port || route.IsProbe || route.Access == RouteAccess.AnyCaller || (http.Connection.LocalPort == port) == (route.Access == RouteAccess.Administration);
}
