using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Endpoints;

/// <summary>
/// Refuses requests for a foreign host name that reach the loopback address: a web page whose name was made to point
/// here, which its browser takes for the page's own server (specs/ollama.md 0.1).
/// </summary>
internal static class HostGuard
{
    private static readonly string[] LocalEndings = [".localhost", ".local", ".internal"];

    /// <param name="http">The exchange with the client.</param>
    /// <param name="configured">The operator's names; <c>*</c> for any.</param>
    /// <returns>False after a refusal.</returns>
    public static bool Admit(HttpContext http, IReadOnlyList<string> configured)
    {
        if (http.Connection.LocalIpAddress is { } address && !IPAddress.IsLoopback(address))
            return true;
        var host = http.Request.Host.Host;
        if (IsLocal(host) || configured.Contains("*") || configured.Contains(host, StringComparer.OrdinalIgnoreCase))
            return true;
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return false;
    }

    private static bool IsLocal(string host)
    {
        if (host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return true;
        if (IPAddress.TryParse(host, out var address))
            return IsLocal(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        return host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase)
            || Array.Exists(LocalEndings, ending => host.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsLocal(IPAddress address) =>
        IPAddress.IsLoopback(address)
        || address.Equals(IPAddress.Any)
        || address.Equals(IPAddress.IPv6Any)
        || IsPrivate(address)
        || IsAssignedHere(address);

    private static bool IsPrivate(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork)
            return address.IsIPv6UniqueLocal;
        var bytes = address.GetAddressBytes();
        return bytes[0] == 10 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168);
    }

    private static bool IsAssignedHere(IPAddress address) => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(each => each.GetIPProperties().UnicastAddresses)
        .Any(each => each.Address.Equals(address));
}
