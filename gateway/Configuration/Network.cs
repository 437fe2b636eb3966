using System.Net;
using System.Net.Sockets;

namespace Dragoman.Configuration;

/// <summary>Reads networks and single addresses, as strictly as a person would expect.</summary>
public static class Network
{
    /// <summary>The rule, for error messages.</summary>
    public const string Rule = "allowed: a network such as 10.0.0.0/8 or 2001:db8::/32, whose bits after the prefix are zero, or an address such as 10.1.2.3";

    /// <summary>Reads a network, or an address as the network that contains only it.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var start = slash < 0 ? text : text[..slash];
        // .NET also reads 1, 0x7f.1, brackets, and the number of an interface.
        if (!IPAddress.TryParse(start, out var address) || text.AsSpan().ContainsAny('%', '['))
            return false;
        // An IPv4 address is compared in its short form.
        if (address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() != start : address.IsIPv4MappedToIPv6)
            return false;
        if (slash < 0)
        {
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        // .NET 10 reads 10.0.0.1/8 too, and drops the rest of the address.
        return IPNetwork.TryParse(text, out network) && network.BaseAddress.Equals(address);
    }

    /// <summary>Whether an address is in one of some networks. It allocates nothing.</summary>
    public static bool AnyContains(IReadOnlyList<IPNetwork> networks, IPAddress address)
    {
        for (var index = 0; index < networks.Count; index++)
        {
            if (networks[index].Contains(address))
                return true;
        }

        return false;
    }
}
