using System.Net;

namespace Dragoman.Configuration;

/// <summary>Reads networks and single addresses.</summary>
public static class Network
{
    /// <summary>The rule, for error messages.</summary>
    public const string Rule = "allowed: a network such as 10.0.0.0/8 or fd00::/8, or one address";

    /// <summary>Reads a network, or an address as the network that contains only it.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        // The parsers also read brackets, scopes and single numbers.
        if (!text.AsSpan().ContainsAny('.', ':') || text.AsSpan().ContainsAny('[', '%'))
            return false;
        if (IPNetwork.TryParse(text, out network))
            return true;
        if (!IPAddress.TryParse(text, out var address))
            return false;
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }
}
