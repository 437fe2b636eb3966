using System.Net;
using System.Net.Sockets;

namespace Dragoman.Connections;

/// <summary>Distinguishes addresses of the open internet from those that a client must not reach through the gateway.</summary>
internal static class PublicAddress
{
    /// <summary>
    /// The networks of IANA's IPv4 special-purpose registry (RFC 6890 and its updates), and addresses that look public but can
    /// only be reached from inside a cloud: Azure's platform (168.63.129.16) and the service networks of IBM Cloud. The
    /// metadata services of other clouds are covered as link-local (169.254.0.0/16), shared (100.100.100.200) or protocol
    /// assignments (192.0.0.192).
    /// </summary>
    private static readonly IPNetwork[] SpecialV4 =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("192.31.196.0/24"), IPNetwork.Parse("192.52.193.0/24"), IPNetwork.Parse("192.88.99.0/24"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("192.175.48.0/24"), IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("240.0.0.0/4"),
        IPNetwork.Parse("168.63.129.16/32"), IPNetwork.Parse("161.26.0.0/16"), IPNetwork.Parse("166.8.0.0/14"),
    ];

    /// <summary>The addresses that are assigned for the open internet; any other is local, reserved or embeds an IPv4 address.</summary>
    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");

    /// <summary>The networks within it that IANA's IPv6 special-purpose registry lists; Teredo (2001::/32) and 6to4 (2002::/16) embed IPv4.</summary>
    private static readonly IPNetwork[] SpecialV6 =
    [
        IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("2002::/16"), IPNetwork.Parse("2620:4f:8000::/48"), IPNetwork.Parse("3fff::/20"),
    ];

    /// <summary>The well-known prefix of NAT64 (RFC 6052): a translator restores the IPv4 address at its end.</summary>
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>Whether the address belongs to the open internet; an embedded IPv4 address is checked too.</summary>
    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return !IsIn(SpecialV4, address);
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var length) || length != 16)
            return false;
        if (Translated.Contains(address))
            return Is(new IPAddress(bytes[12..]));
        return GlobalV6.Contains(address) && !IsIn(SpecialV6, address) && (!IsIsatap(bytes) || Is(new IPAddress(bytes[12..])));
    }

    /// <summary>ISATAP (RFC 5214) puts an IPv4 address after 5efe in the second half of the address, under any prefix.</summary>
    private static bool IsIsatap(ReadOnlySpan<byte> bytes) => bytes[8] is 0 or 2 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;

    private static bool IsIn(IPNetwork[] networks, IPAddress address)
    {
        foreach (var network in networks)
        {
            if (network.Contains(address))
                return true;
        }

        return false;
    }
}
