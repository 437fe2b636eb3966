using System.Net;

namespace Dragoman.Configuration;

/// <summary>Reads networks and single addresses.</summary>
public static class Network
{
    /// <summary>The rule, for error messages.</summary>
    public const string Rule = "allowed: a network such as 10.0.0.0/8 or fd00::/8 whose address ends where its prefix does, or one address";

    /// <summary>Reads a network, or an address as the network that contains only it.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPNetwork.TryParse(text, out network))
            return true;
        if (!IPAddress.TryParse(text, out var address) || address.ScopeIdOf() != 0 || !text.AsSpan().ContainsAny(".:"))
            return false;
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }

    private static long ScopeIdOf(this IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
