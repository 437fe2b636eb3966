namespace Dragoman.Configuration;

/// <summary>Options of a provider that depend on its dialect; null for the usual behavior of its kind.</summary>
/// <param name="Server">One of <see cref="Servers"/>; null to derive it from the address.</param>
/// <param name="MergesSystem">Whether leading system messages are joined into one.</param>
/// <param name="EchoesReasoning">When earlier reasoning is sent back to the server; one of <see cref="ReasoningEchoes"/>.</param>
public sealed record ProviderOptions(string? Server, bool? MergesSystem, string? EchoesReasoning)
{
    /// <summary>Azure's <c>api-version</c>; null for the endpoint's usual one.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Whether this is Azure's older endpoint, where the deployment is part of the path; null to derive it from the address.</summary>
    public bool? Deployments { get; init; }

    /// <summary>The models behind Azure's deployments whose names do not show the model. Names are compared without case.</summary>
    public IReadOnlyDictionary<string, string> BaseModels { get; init; } = NoBaseModels;

    private static readonly Dictionary<string, string> NoBaseModels = [];

    public static readonly ProviderOptions None = new(null, null, null);

    /// <summary>The scope of the Microsoft Entra ID token; null for the endpoint's own.</summary>
    public string? Scope { get; init; }

    /// <summary>Whether the server has OpenAI's Responses API; null when only OpenAI's own server has it.</summary>
    public bool? HasResponses { get; init; }

    public static readonly IReadOnlyList<string> Servers = ["lmstudio", "vllm", "mistralrs", "ollama", "openai", "generic"];

    public static readonly IReadOnlyList<string> ReasoningEchoes = ["never", "toolCalls", "always"];

    public static readonly IReadOnlyList<string> AnthropicAuthWays = ["x-api-key", "bearer"];

    public static readonly IReadOnlyList<string> AzureAuthWays = ["api-key", "entra"];

    /// <summary>Anthropic's API version, a date; null for the version that the dialect was written for.</summary>
    public string? Version { get; init; }

    /// <summary>How the gateway authenticates to Anthropic or Azure; one of <see cref="AnthropicAuthWays"/> or <see cref="AzureAuthWays"/>.</summary>
    public string? Auth { get; init; }

    /// <summary>Whether other options have the same values.</summary>
    public bool IsSameAs(ProviderOptions other) =>
        this with { BaseModels = NoBaseModels } == other with { BaseModels = NoBaseModels }
        && BaseModels.Count == other.BaseModels.Count
        && BaseModels.All(each => other.BaseModels.GetValueOrDefault(each.Key) == each.Value);
}
