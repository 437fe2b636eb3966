using System.Net;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Endpoints;

/// <summary>
/// Open access asks nobody for a key, so it serves this machine alone unless the operator allows more. Behind nginx every
/// connection comes from this machine; nginx says in a header when the request did not.
/// </summary>
internal static class OpenNetwork
{
    /// <summary>
    /// Set by nginx to the address beyond loopback that a request came in by, and removed by it otherwise. A process that
    /// is reached without nginx may get it from a local client, which can only have itself refused with it.
    /// </summary>
    public const string Header = "X-Dragoman-Beyond-Loopback";

    private static readonly GatewayError Refusal = new(
        ErrorKind.Forbidden,
        "This gateway asks nobody for a key, so it answers requests from its own machine only. Its operator can allow others with access.allowOpenNetwork.");

    /// <summary>Refuses to start where others than this machine could reach the process.</summary>
    /// <param name="address">What it is to listen on.</param>
    /// <param name="access">How it admits requests.</param>
    /// <exception cref="ConfigurationException">The address is beyond loopback, and access is open without being allowed to.</exception>
    public static void RefuseUnlessAllowed(IPAddress address, AccessSettings access)
    {
        if (!IPAddress.IsLoopback(address) && ServesThisMachineAlone(access))
        {
            throw new ConfigurationException(
                [$"/access/mode is open, so anybody who reaches {address} could spend your provider's money; listen on loopback, or set /access/allowOpenNetwork to true"]);
        }
    }

    /// <exception cref="GatewayException">The request came from beyond this machine and access is open without being allowed to.</exception>
    public static void RefuseUnlessAllowed(HttpContext http, AccessSettings access)
    {
        if (ServesThisMachineAlone(access) && CameFromBeyond(http))
            throw new GatewayException(Refusal);
    }

    /// <summary>Who can reach the process, for its first lines of output.</summary>
    /// <param name="address">What it listens on.</param>
    /// <param name="port">The port it got.</param>
    /// <param name="access">How it admits requests.</param>
    public static string Notice(IPAddress address, int port, AccessSettings access)
    {
        var who = access.AllowsOpenNetwork
            ? IPAddress.IsLoopback(address) ? $"every program on this machine and anybody who reaches a proxy in front of {new IPEndPoint(address, port)}" : $"anybody who reaches {new IPEndPoint(address, port)}"
            : $"every program on this machine, at {new IPEndPoint(address, port)}";
        return $"open to {who}; host names: {HostGuard.Describe(access.Hosts)}";
    }

    private static bool ServesThisMachineAlone(AccessSettings access) => access is { Mode: AccessMode.Open, AllowsOpenNetwork: false };

    private static bool CameFromBeyond(HttpContext http)
    {
        if (http.Connection.LocalIpAddress is { } address && !IPAddress.IsLoopback(address))
            return true;
        return http.Request.Headers.TryGetValue(Header, out var values) && values.ToString() is { Length: > 0 } named
            && !(IPAddress.TryParse(named, out var reached) && IPAddress.IsLoopback(reached));
    }
}
