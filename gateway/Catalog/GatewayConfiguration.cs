using Dragoman.Conversation;

namespace Dragoman.Catalog;

/// <summary>All that an operator can set, read and checked. Immutable; a reload makes a new one.</summary>
public sealed record GatewayConfiguration(
    IReadOnlyList<ProviderSettings> Providers,
    IReadOnlyList<ModelSettings> Models,
    AccessSettings Access,
    LimitSettings Limits)
{
    /// <summary>For the operator, at start: what was switched on without being asked for, or could not be.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}

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

/// <summary>What a provider does in its own way, by dialect; null: what is usual for its kind.</summary>
/// <param name="Server">One of <see cref="Servers"/>; null: told from the address.</param>
/// <param name="MergesSystem">Whether leading system messages are joined into one.</param>
/// <param name="EchoesReasoning">When earlier reasoning goes back to the server; one of <see cref="ReasoningEchoes"/>.</param>
public sealed record ProviderOptions(string? Server, bool? MergesSystem, string? EchoesReasoning)
{
    /// <summary>Azure's <c>api-version</c>; null: the usual one of the endpoint.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Whether Azure's older endpoint is meant, where the deployment is part of the path; null: told from the address.</summary>
    public bool? Deployments { get; init; }

    /// <summary>The models behind Azure's deployments whose names do not tell, in any case.</summary>
    public IReadOnlyDictionary<string, string> BaseModels { get; init; } = NoBaseModels;

    private static readonly Dictionary<string, string> NoBaseModels = [];

    public static readonly ProviderOptions None = new(null, null, null);

    /// <summary>What a token of Microsoft Entra ID has to be for; null: the endpoint's own.</summary>
    public string? Scope { get; init; }

    /// <summary>Whether the server has OpenAI's Responses; null: only OpenAI's own has.</summary>
    public bool? HasResponses { get; init; }

    public static readonly IReadOnlyList<string> Servers = ["lmstudio", "vllm", "mistralrs", "ollama", "openai", "generic"];

    public static readonly IReadOnlyList<string> ReasoningEchoes = ["never", "toolCalls", "always"];

    public static readonly IReadOnlyList<string> AnthropicAuthWays = ["x-api-key", "bearer"];

    public static readonly IReadOnlyList<string> AzureAuthWays = ["api-key", "entra"];

    /// <summary>Anthropic's API version, a date; null: the one that the dialect was written for.</summary>
    public string? Version { get; init; }

    /// <summary>How Anthropic or Azure is shown who calls; one of <see cref="AnthropicAuthWays"/> or <see cref="AzureAuthWays"/>.</summary>
    public string? Auth { get; init; }
}

/// <summary>How long an upstream may take.</summary>
/// <param name="Connect">Until the connection stands.</param>
/// <param name="FirstEvent">From sending until the first meaningful event, or the whole of an unstreamed answer.</param>
/// <param name="Idle">Between two reads of a stream.</param>
/// <param name="Total">For everything.</param>
public sealed record Timeouts(TimeSpan Connect, TimeSpan FirstEvent, TimeSpan Idle, TimeSpan Total)
{
    public static readonly Timeouts Default = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(3600));

    /// <summary>How long token counts may come after an answer that is otherwise whole.</summary>
    public static readonly TimeSpan UsageGrace = TimeSpan.FromSeconds(2);
}

/// <summary>A model that the operator publishes.</summary>
/// <param name="Name">As written; clients use it.</param>
/// <param name="Targets">Tried in this order.</param>
public sealed record ModelSettings(string Name, IReadOnlyList<Target> Targets)
{
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Null where the operator did not say: the catalogue or the name tells.</summary>
    public ModelCapabilities? Capabilities { get; init; }

    public int? ContextLength { get; init; }

    public int? EmbeddingLength { get; init; }

    public string? Family { get; init; }

    public string? ParameterSize { get; init; }

    public string? Quantization { get; init; }
}

/// <summary>A model at a provider.</summary>
public sealed record Target(string Provider, string Model);

public enum AccessMode
{
    /// <summary>No key is asked; loopback only, unless the operator insists.</summary>
    Open,
}

/// <param name="Mode">Who may call.</param>
/// <param name="AllowsOpenNetwork">Open access even beyond loopback.</param>
public sealed record AccessSettings(AccessMode Mode, bool AllowsOpenNetwork)
{
    /// <summary>Origins of web pages that may call, besides Ollama's own list; each may hold one <c>*</c>, and a lone one admits all.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Where linked media may be fetched from.</summary>
    public DownloadPolicy Downloads { get; init; }

    /// <summary>Names by which clients may call this machine, besides those that are local by themselves; <c>*</c> admits all.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
}

/// <summary>Which addresses the gateway fetches for its clients.</summary>
public enum DownloadPolicy
{
    /// <summary>Those of the open internet.</summary>
    Public,

    /// <summary>Private and local ones too.</summary>
    Any,
    None,
}

/// <param name="RequestBytes">The largest request body.</param>
/// <param name="DownloadBytes">The largest linked medium that is fetched, and all of one request together.</param>
public sealed record LimitSettings(int RequestBytes, int DownloadBytes)
{
    /// <summary>How long requests may go on after the process was told to stop. Less than the 30 s after which container platforms kill.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a stream may be silent before a keep-alive fills the silence.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a client may take nothing of what waits for it before its connection is cut.</summary>
    public TimeSpan StalledClient { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The most bytes that a provider's answer may have: of what it says in a stream, of its body else.</summary>
    public int AnswerBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The least of <see cref="MemoryBytes"/> with which the gateway can do anything: 16 MiB.</summary>
    public const long LeastMemoryBytes = 16 * 1024 * 1024;

    /// <summary>The most of <see cref="MemoryBytes"/>: 1 TiB, more than any machine would give to this.</summary>
    public const long MostMemoryBytes = 1024L * 1024 * 1024 * 1024;

    /// <summary>Bytes that all requests together may take; null: as much as the process may have allows.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>How long the gateway may work on one request: reading, fitting and writing it, judging its answer; waiting does not count.</summary>
    public TimeSpan Work { get; init; } = TimeSpan.FromSeconds(10);

    public static readonly LimitSettings Default = new(32 * 1024 * 1024, 20 * 1024 * 1024);
}

/// <summary>The configuration has mistakes; each line says where and what is allowed.</summary>
public sealed class ConfigurationException(IReadOnlyList<string> mistakes) : Exception(string.Join(Environment.NewLine, mistakes))
{
    public IReadOnlyList<string> Mistakes { get; } = mistakes;
}
