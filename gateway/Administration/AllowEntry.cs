using System.Net;
using System.Net.Sockets;

namespace Dragoman.Administration;

/// <summary>The rules for the entries of <see cref="Access.Directory.AllowRules"/>.</summary>
internal static class AllowEntry
{
    private const int Longest = 200;

    /// <summary>What is wrong with a pattern of models, or null.</summary>
    public static string? ModelMistake(string text) => PatternMistake(text);

    /// <summary>What is wrong with a pattern of paths, or null.</summary>
    public static string? EndpointMistake(string text) =>
        PatternMistake(text) ?? (text[0] is '/' or '*' ? null : "must begin with / or *, as in /v1/chat/completions or /v1/*");

    /// <summary>What is wrong with a network, or null.</summary>
    public static string? NetworkMistake(string text)
    {
        const string Rule = "must be a network such as 10.0.0.0/8 or 2001:db8::/32, whose bits after the prefix are zero, or an address such as 10.1.2.3";
        var slash = text.IndexOf('/');
        // .NET also reads 1 and 0x7f.1 as addresses, and an address with the number of an interface.
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address)
            || text.Contains('%')
            || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != (slash < 0 ? text : text[..slash])))
            return Rule;
        if (address.IsIPv4MappedToIPv6)
            return "must be written as an IPv4 address, without ::ffff:";
        // .NET 10 reads 10.0.0.1/8 too, and drops the rest of the address.
        return slash < 0 || (IPNetwork.TryParse(text, out var network) && network.BaseAddress.Equals(address)) ? null : Rule;
    }

    private static string? PatternMistake(string text) =>
        text.Length is 0 or > Longest ? $"must have 1 to {Longest} characters, not {text.Length}"
        : text.Any(static letter => char.IsControl(letter) || char.IsWhiteSpace(letter)) ? "must not contain spaces or control characters"
        : null;
}
