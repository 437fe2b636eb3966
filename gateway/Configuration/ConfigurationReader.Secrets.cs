using System.Text.Json.Nodes;
using Dragoman.Secrets;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/keyVault</c>, and the references to secrets.</summary>
public sealed partial class ConfigurationReader
{
    private const string VaultRule = "must be an https URL of a vault without a path, such as https://name.vault.azure.net";

    /// <summary>Characters. A shorter text is a placeholder, such as "none", for a server that asks for no key.</summary>
    private const int LeastLiteral = 12;

    /// <summary>The pointers of secrets that the configuration itself contains.</summary>
    private readonly List<string> literals = [];

    /// <summary>The vault of the references; null when there is none.</summary>
    private KeyVaultSettings? vault;

    /// <summary>Whose events are accepted; null when there is no vault.</summary>
    private VaultEventSettings? vaultEvents;

    /// <summary>Reads the vault, which the references need.</summary>
    private void ReadKeyVault(JsonNode? node, string pointer)
    {
        if (node is null)
            return;
        var members = Members(node, pointer, "uri", "refreshSeconds", "verifyChallenge", "eventsKey");
        var (uri, refresh, verifies) = (Text(members, "uri", pointer), Seconds(members, "refreshSeconds", pointer), Switch(members, "verifyChallenge", pointer));
        if (members["uri"] is null)
            Mistake(pointer + "/uri", $"is required: the address of the vault; allowed: an https URL such as https://name.vault.azure.net");
        if (uri is null)
            return;
        if (BaseUrl.TryRead(uri, out var address) && address is { Scheme: "https", AbsolutePath: "/" })
            vault = new(address, refresh ?? KeyVaultSettings.UsualRefresh, verifies ?? true);
        else
            Broken(pointer + "/uri", VaultRule);
        var key = ReadSecret(members, "eventsKey", pointer);
        if (key?.Value?.Length < VaultEventSettings.ShortestKey)
            Mistake(pointer + "/eventsKey", $"is shorter than {VaultEventSettings.ShortestKey} characters, so that it could be guessed");
        if (vault is not null)
            vaultEvents = new(vault.Uri.Host, key);
    }

    private SecretReference? ReadSecret(JsonObject members, string name, string pointer)
    {
        if (Text(members, name, pointer) is not { } text)
            return null;
        try
        {
            var reference = SecretReference.Read(text, variable => environment.GetValueOrDefault(variable), vault);
            if (reference is { Source: SecretSource.Literal, Value.Length: >= LeastLiteral } && !IsStoreWithoutPassword(reference.Value))
                literals.Add($"{pointer}/{name}");
            return reference;
        }
        catch (SecretException error)
        {
            // Without an address no reference has a vault, which is one mistake and not one more for each of them.
            if (!IsBroken("/keyVault/uri") || !error.Message.StartsWith("keyvault: needs the address", StringComparison.Ordinal))
                Mistake($"{pointer}/{name}", error.Message);
            return null;
        }
    }

    /// <summary>The path of a file, and the address of an account that Entra ID lets in, are no secrets.</summary>
    private static bool IsStoreWithoutPassword(string text) =>
        text.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("tables:https:", StringComparison.OrdinalIgnoreCase)
        || (text.StartsWith("postgres", StringComparison.OrdinalIgnoreCase)
            && (text.Contains("auth=entra", StringComparison.OrdinalIgnoreCase) || (!text.Contains("assword", StringComparison.Ordinal) && !text.Contains('@', StringComparison.Ordinal))));

    private IEnumerable<string> NoticesOfLiterals() =>
        literals.Select(pointer => $"{pointer} is a secret in the configuration itself; env:NAME, file:PATH or keyvault:NAME keeps it elsewhere");
}
