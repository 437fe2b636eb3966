using System.Text.Json.Nodes;
using Dragoman.Identity;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/identity</c>.</summary>
public sealed partial class ConfigurationReader
{
    /// <summary>The identity, for those who need nothing else but the store: the rest of the file may name secrets that they do not have.</summary>
    /// <inheritdoc cref="ReadStoreConnection"/>
    public static IdentitySettings ReadIdentitySettings(string? path, IReadOnlyDictionary<string, string> environment, string? namedBy = null)
    {
        var (reader, root) = Open(path, environment, namedBy);
        var identity = reader.ReadIdentity(root["identity"], "/identity");
        return reader.mistakes.Count > 0 ? throw new ConfigurationException(reader.Report()) : identity;
    }

    private IdentitySettings ReadIdentity(JsonNode? node, string pointer)
    {
        var members = node is null ? [] : Members(node, pointer, "clientId", "tenantId", "chain", "authorityHost");
        return new()
        {
            ClientId = Id("clientId"),
            TenantId = Id("tenantId"),
            Chain = ReadChain(members, pointer),
            AuthorityHost = ReadAuthorityHost(members, pointer),
        };

        // A tenant may also be a domain. What is neither would be a part of the issuer's address.
        string? Id(string name)
        {
            if (Text(members, name, pointer) is not { } text)
                return null;
            if (!text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.'))
                Broken($"{pointer}/{name}", "must be the id as the Azure portal shows it, such as 00000000-0000-0000-0000-000000000000");
            return text;
        }
    }

    private List<string>? ReadChain(JsonObject members, string pointer)
    {
        if (ReadTexts(members, "chain", pointer) is not { } chain)
            return null;
        if (chain.Count == 0)
            Mistake($"{pointer}/chain", $"must have at least one source of tokens; allowed: {string.Join(", ", CredentialSource.Names)}");
        foreach (var (index, name) in chain.Index())
        {
            if (!CredentialSource.Names.Contains(name))
                Unknown($"{pointer}/chain/{index}", name, CredentialSource.Names, "is not a source of tokens");
            else if (chain.IndexOf(name) < index)
                Mistake($"{pointer}/chain/{index}", "is in the chain twice; allowed: each source once");
        }

        return chain;
    }

    private Uri? ReadAuthorityHost(JsonObject members, string pointer)
    {
        if (Text(members, "authorityHost", pointer) is not { } text)
            return null;
        if (IsUrlToCall(text, mayHaveQuery: false) && new Uri(text) is { Scheme: "https" } host)
            return host;
        Broken($"{pointer}/authorityHost", "must be an https URL of visible ASCII characters without user, query and fragment, such as https://login.microsoftonline.us");
        return null;
    }
}
