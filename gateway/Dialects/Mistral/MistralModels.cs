namespace Dragoman.Dialects.Mistral;

/// <summary>What Mistral's models accept, as data (specs/dialects.md 1.5, 2.6).</summary>
internal static class MistralModels
{
    /// <summary>The tokens of a call are bounded, by the model (specs/dialects.md 4.1); this is the least of the bounds.</summary>
    public static readonly EmbeddingLimits EmbeddingLimits = new(MostInputs: 512, MostTokens: 16_000);

    private static readonly string[] EffortPrefixes = ["mistral-small", "mistral-medium"];

    /// <summary>Reasons whenever its prompt mode says so.</summary>
    public static bool HasPromptMode(string model) => model.StartsWith("magistral", StringComparison.OrdinalIgnoreCase);

    /// <summary>Can be told not to reason.</summary>
    public static bool TakesEffort(string model) =>
        Array.Exists(EffortPrefixes, prefix => model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>From OpenAI's word for a tier; null where there is none of that kind (specs/dialects.md 2.9).</summary>
    public static string? ServiceTierOf(string? tier) => tier switch
    {
        "auto" or "priority" => "auto",
        "default" => "standard_only",
        _ => null,
    };
}
