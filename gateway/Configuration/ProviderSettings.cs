namespace Dragoman.Configuration;

/// <summary>A configured upstream.</summary>
/// <param name="Name">The operator's name for it.</param>
/// <param name="Dialect">One of <see cref="Dialects"/>.</param>
/// <param name="BaseUrl">Ends with a slash; null: the dialect's own default.</param>
/// <param name="ApiKey">The key itself; null when the server wants none. Never logged.</param>
/// <param name="PublishesAll">Whether the provider's own model list is published.</param>
/// <param name="Timeouts">How long is waited for what.</param>
public sealed record ProviderSettings(string Name, string Dialect, Uri? BaseUrl, string? ApiKey, bool PublishesAll, Timeouts Timeouts)
{
    /// <summary>The outbound dialects that this version speaks.</summary>
    public static readonly IReadOnlyList<string> Dialects = ["anthropic", "azure-openai", "gemini", "mistral", "openai"];

    /// <summary>For the person who wrote a name that is none.</summary>
    internal const string NameRule = "allowed: up to 80 letters, digits, '_', '.' and '-' of ASCII, the first of them a letter, a digit or '_'";

    /// <summary>The path at which Azure's newer endpoint ends; there the deployment is named in the body.</summary>
    internal const string AzureVersion1Path = "/openai/v1/";

    private const int LongestName = 80;

    public ProviderOptions Options { get; init; } = ProviderOptions.None;

    /// <summary>Whether any model of the provider may be called as <c>provider/model</c>, published or not.</summary>
    public bool AllowsDirectNames { get; init; } = true;

    /// <summary>1.1 or 2, and nothing else; null: what the server prefers over TLS, 1.1 without it.</summary>
    public Version? HttpVersion { get; init; }

    /// <summary>Whether this is Azure's older endpoint, whose paths have the deployment as a segment.</summary>
    internal bool HasDeployments =>
        Dialect == "azure-openai" && (Options.Deployments ?? BaseUrl?.AbsolutePath.EndsWith(AzureVersion1Path, StringComparison.OrdinalIgnoreCase) == false);

    /// <summary>Whether a provider may be called so; clients write the name before a slash.</summary>
    internal static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName
        && (char.IsAsciiLetterOrDigit(text[0]) || text[0] == '_')
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-');

    /// <summary>Keeps the key out of every text that this record ends up in.</summary>
    public override string ToString() => $"{Name} ({Dialect})";
}
