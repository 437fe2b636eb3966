using Dragoman.Secrets;

namespace Dragoman.Configuration;

/// <summary>A configured upstream.</summary>
/// <param name="Name">The operator's name for the provider.</param>
/// <param name="Dialect">One of <see cref="Dialects"/>.</param>
/// <param name="BaseUrl">The provider's address, with a slash at its end; null for the dialect's default.</param>
/// <param name="ApiKey">The key; null when the server needs none.</param>
/// <param name="PublishesAll">Whether all models that the provider lists are published.</param>
/// <param name="Timeouts">The timeouts of requests to the provider.</param>
public sealed record ProviderSettings(string Name, string Dialect, Uri? BaseUrl, SecretReference? ApiKey, bool PublishesAll, Timeouts Timeouts)
{
    /// <summary>The outbound dialects that this version speaks.</summary>
    public static readonly IReadOnlyList<string> Dialects = ["anthropic", "azure-openai", "gemini", "mistral", "openai"];

    /// <summary>The rule for names, for error messages.</summary>
    internal const string NameRule = "allowed: up to 80 letters, digits, '_', '.' and '-' of ASCII, the first of them a letter, a digit or '_'";

    /// <summary>The end of the path of Azure's newer endpoint, where the body names the deployment.</summary>
    internal const string AzureVersion1Path = "/openai/v1/";

    private const int LongestName = 80;

    public ProviderOptions Options { get; init; } = ProviderOptions.None;

    /// <summary>Whether any model of the provider may be called as <c>provider/model</c>, published or not.</summary>
    public bool AllowsDirectNames { get; init; } = true;

    /// <summary>Exactly 1.1 or 2; null for the version that the server prefers over TLS, and 1.1 without TLS.</summary>
    public Version? HttpVersion { get; init; }

    /// <summary>Whether this is Azure's older endpoint, with the deployment as a segment of its paths.</summary>
    internal bool HasDeployments =>
        Dialect == "azure-openai" && (Options.Deployments ?? BaseUrl?.AbsolutePath.EndsWith(AzureVersion1Path, StringComparison.OrdinalIgnoreCase) == false);

    /// <summary>Whether a provider may have this name; clients write it in front of a slash.</summary>
    internal static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName
        && (char.IsAsciiLetterOrDigit(text[0]) || text[0] == '_')
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-');

    /// <summary>Whether another provider is called in the same way, so that its connections can be used on.</summary>
    public bool IsSameAs(ProviderSettings other) =>
        this with { Options = ProviderOptions.None } == other with { Options = ProviderOptions.None } && Options.IsSameAs(other.Options);

    /// <summary>Leaves out everything that a log does not need.</summary>
    public override string ToString() => $"{Name} ({Dialect})";
}
