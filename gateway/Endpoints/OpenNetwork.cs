using System.Net;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Locales;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Endpoints;

/// <summary>
/// With open access no client needs a key, so only this machine is served unless the operator allows more. Behind nginx every
/// connection comes from this machine, so nginx sets a header when the request came from elsewhere.
/// </summary>
internal static class OpenNetwork
{
    /// <summary>
    /// The header that nginx sets to its own address when a request did not arrive on loopback; else nginx removes it. A local
    /// client that bypasses nginx can set it too, but can only get its own requests rejected with it.
    /// </summary>
    public const string Header = "X-Dragoman-Beyond-Loopback";

    private static readonly GatewayError Refusal = new(ErrorKind.Forbidden, AccessText.OpenToThisMachine);

    /// <summary>Refuses to start when other machines could reach the process and the operator has not allowed that.</summary>
    /// <param name="address">The address to listen on.</param>
    /// <param name="access">The access settings.</param>
    /// <exception cref="ConfigurationException">The address is beyond loopback, and open access is not allowed there.</exception>
    public static void RefuseUnlessAllowed(IPAddress address, AccessSettings access)
    {
        if (!IPAddress.IsLoopback(address) && ServesThisMachineAlone(access))
        {
            throw new ConfigurationException(
                [$"/access/mode is open, so anybody who reaches {address} could spend your provider's money; listen on loopback, set /access/mode to keys, or set /access/allowOpenNetwork to true"]);
        }
    }

    /// <summary>Rejects a request from another machine unless the operator allows it.</summary>
    /// <exception cref="GatewayException">The request came from another machine, and open access is not allowed for it.</exception>
    public static void RefuseUnlessAllowed(HttpContext http, AccessSettings access)
    {
        if (ServesThisMachineAlone(access) && CameFromBeyond(http))
            throw new GatewayException(Refusal);
    }

    /// <summary>Says who can reach the process, for its first lines of output.</summary>
    /// <param name="address">The address that it listens on.</param>
    /// <param name="port">The port that it listens on.</param>
    /// <param name="access">The access settings.</param>
    public static string Notice(IPAddress address, int port, AccessSettings access)
    {
        if (access.Mode != AccessMode.Open)
        {
            var what = access.Mode switch { AccessMode.Keys => "a key", AccessMode.Jwt => "a token", _ => "a key or a token" };
            return $"asks everybody for {what}, at {new IPEndPoint(address, port)}; host names: {HostGuard.Describe(access.Hosts)}";
        }

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
