namespace Dragoman.Configuration;

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
