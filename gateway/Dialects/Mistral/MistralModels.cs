namespace Dragoman.Dialects.Mistral;

/// <summary>What Mistral's models accept, as data (specs/dialects.md 1.5, 2.6).</summary>
internal static class MistralModels
{
    private static readonly string[] EffortPrefixes = ["mistral-small", "mistral-medium"];

    /// <summary>Reasons whenever its prompt mode says so.</summary>
    public static bool HasPromptMode(string model) => model.StartsWith("magistral", StringComparison.OrdinalIgnoreCase);

    /// <summary>Can be told not to reason.</summary>
    public static bool TakesEffort(string model) =>
        Array.Exists(EffortPrefixes, prefix => model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
