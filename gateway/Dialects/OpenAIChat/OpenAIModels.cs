using Dragoman.Conversation;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>What OpenAI's models accept, as data (specs/dialects.md 1.1, P-34).</summary>
internal static class OpenAIModels
{
    /// <summary>What OpenAI documents for one call (specs/dialects.md 4.1).</summary>
    public static readonly EmbeddingLimits EmbeddingLimits = new(MostInputs: 2048, MostTokens: 300_000);

    private static readonly string[] ReasoningPrefixes = ["o1", "o3", "o4", "gpt-5", "gpt-6", "codex"];

    /// <summary>Refuses sampling parameters and <c>max_tokens</c>, accepts <c>reasoning_effort</c>.</summary>
    public static bool Reasons(string model) =>
        Array.Exists(ReasoningPrefixes, prefix => model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        && !model.Contains("-chat", StringComparison.OrdinalIgnoreCase);

    /// <summary>The first gpt-5 generation knows <c>minimal</c> where later ones know <c>none</c>.</summary>
    public static bool LowestEffortIsMinimal(string model) =>
        model is "gpt-5" or "gpt-5-mini" or "gpt-5-nano" || model.StartsWith("gpt-5-20", StringComparison.OrdinalIgnoreCase);
}
