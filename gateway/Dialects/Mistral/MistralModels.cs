namespace Dragoman.Dialects.Mistral;

/// <summary>What Mistral's models accept, as data (specs/dialects.md 1.5, 2.6).</summary>
internal static class MistralModels
{
    /// <summary>The limit of tokens per call depends on the model (specs/dialects.md 4.1). This is the lowest one.</summary>
    public static readonly EmbeddingLimits EmbeddingLimits = new(MostInputs: 512, MostTokens: 16_000);

    private static readonly string[] EffortPrefixes = ["mistral-small", "mistral-medium"];

    /// <summary>Whether the model reasons when <c>prompt_mode</c> says so.</summary>
    public static bool HasPromptMode(string model) => model.StartsWith("magistral", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether reasoning can be turned off.</summary>
    public static bool TakesEffort(string model) =>
        Array.Exists(EffortPrefixes, prefix => model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Mistral's name for OpenAI's service tier. Null when Mistral has no such tier (specs/dialects.md 2.9).</summary>
    public static string? ServiceTierOf(string? tier) => tier switch
    {
        "auto" or "priority" => "auto",
        "default" => "standard_only",
        _ => null,
    };
}
