using System.IO.Enumeration;
using System.Net;
using Dragoman.Access.Directory;
using Dragoman.Configuration;
using Dragoman.Locales;

namespace Dragoman.Access;

/// <summary>What a scope allows, ready to be asked for each request.</summary>
public sealed class AllowList
{
    private readonly IPNetwork[]? networks;

    /// <param name="scope">What the rules belong to, for error messages, such as <c>team "web"</c>.</param>
    /// <param name="rules">The rules. A network that cannot be read admits nobody.</param>
    public AllowList(Wording scope, AllowRules rules)
    {
        Scope = scope;
        Rules = rules;
        networks = rules.Networks is { } texts ? [.. texts.SelectMany(text => Network.TryParse(text, out var network) ? [network] : Array.Empty<IPNetwork>())] : null;
    }

    /// <summary>What the rules belong to.</summary>
    public Wording Scope { get; }

    public AllowRules Rules { get; }

    /// <summary>Whether requests may come from an address.</summary>
    public bool AllowsAddress(IPAddress address) => networks is null || Network.AnyContains(networks, address);

    /// <summary>Whether a path may be called.</summary>
    public bool AllowsEndpoint(string path) => Matches(Rules.Endpoints, path);

    /// <summary>Whether a published model may be used.</summary>
    public bool AllowsModel(string name) => Matches(Rules.Models, name);

    /// <summary>Entries of a list for a sentence that says what is allowed.</summary>
    internal static Wording Listed<T>(IReadOnlyCollection<T> entries) => entries.Count == 0 ? AccessText.Nothing : Wording.Verbatim(string.Join(", ", entries));

    private static bool Matches(IReadOnlyList<string>? patterns, string text)
    {
        if (patterns is null)
            return true;
        for (var index = 0; index < patterns.Count; index++)
        {
            if (IsMatch(patterns[index], text))
                return true;
        }

        return false;
    }

    /// <summary>The library gives a meaning to <c>?</c> and to a backslash too; neither is part of a model's name or of a path.</summary>
    private static bool IsMatch(string pattern, string text) => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: true);
}
