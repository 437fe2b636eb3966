using System.Net;
using Dragoman.Configuration;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Access.Credentials;

/// <summary>The address of the client, also behind proxies.</summary>
public static class ClientAddress
{
    private const string ForwardedFor = "X-Forwarded-For";

    /// <summary>
    /// The address of the connection, or the last address in <c>X-Forwarded-For</c> that is not a trusted proxy's own. What stands
    /// before it was written by somebody who is not trusted. <see cref="IPAddress.None"/> if a proxy does not know its client.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="proxies">The trusted proxies.</param>
    public static IPAddress Of(HttpContext http, IReadOnlyList<IPNetwork> proxies)
    {
        var address = Plain(http.Connection.RemoteIpAddress ?? IPAddress.Loopback);
        if (!Network.AnyContains(proxies, address) || !http.Request.Headers.TryGetValue(ForwardedFor, out var values))
            return address;
        for (var line = values.Count - 1; line >= 0; line--)
        {
            var rest = values[line].AsSpan();
            while (!rest.IsEmpty)
            {
                var comma = rest.LastIndexOf(',');
                // Whoever is not known must not count as the proxy, which may have rights of its own.
                if (!TryRead(rest[(comma + 1)..].Trim(), out address))
                    return address;
                if (!Network.AnyContains(proxies, address))
                    return address;
                rest = comma < 0 ? default : rest[..comma];
            }
        }

        return address;
    }

    /// <summary>What is counted as one client: an IPv6 client may use any address of a network of 64 bits.</summary>
    public static IPAddress NetworkOf(IPAddress address)
    {
        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
            return address;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }

    /// <summary>Azure's front ends write the port too.</summary>
    private static bool TryRead(ReadOnlySpan<char> text, out IPAddress address)
    {
        if (IPAddress.TryParse(text, out var plain) || (IPEndPoint.TryParse(text, out var point) && (plain = point.Address) is not null))
        {
            address = Plain(plain);
            return true;
        }

        address = IPAddress.None;
        return false;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
