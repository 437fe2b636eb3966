using System.Text.Json.Nodes;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/keyVault</c>.</summary>
public sealed partial class ConfigurationReader
{
    private VaultEventSettings? ReadVaultEvents(JsonNode? node, string pointer)
    {
        if (node is null)
            return null;
        var members = Members(node, pointer, "uri", "eventsKey");
        var (text, key) = (Text(members, "uri", pointer), ReadSecret(members, "eventsKey", pointer));
        if (members["uri"] is null)
            Mistake(pointer + "/uri", "is required: the vault's URL, such as https://name.vault.azure.net");
        if (key?.Length < VaultEventSettings.ShortestKey)
            Mistake(pointer + "/eventsKey", $"is shorter than {VaultEventSettings.ShortestKey} characters, so that it could be guessed");
        if (text is null)
            return null;
        if (IsUrlToCall(text, mayHaveQuery: false) && new Uri(text) is { Scheme: "https", AbsolutePath: "/" } uri)
            return new(uri.Host, key);
        Broken(pointer + "/uri", "must be an https URL of visible ASCII characters without user, path, query and fragment, such as https://name.vault.azure.net");
        return null;
    }
}
