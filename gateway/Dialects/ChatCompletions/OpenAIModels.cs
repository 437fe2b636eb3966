using Dragoman.Conversation;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>What OpenAI's models accept, as data (specs/dialects.md 1.1, P-34).</summary>
internal static class OpenAIModels
{
    /// <summary>OpenAI rejects more stop sequences with a 400.</summary>
    public const int MostStopSequences = 4;

    /// <summary>The limits that OpenAI documents for one call (specs/dialects.md 4.1).</summary>
    public static readonly EmbeddingLimits EmbeddingLimits = new(MostInputs: 2048, MostTokens: 300_000);

    private static readonly string[] ReasoningPrefixes = ["o1", "o3", "o4", "gpt-5", "gpt-6", "codex"];

    private static readonly string[] PlainPrefixes = ["gpt-3", "gpt-4", "chatgpt-"];

    /// <summary>The only models that continue text. Others answer with 404. Azure writes the first name without the point.</summary>
    private static readonly string[] TextModels = ["gpt-3.5-turbo-instruct", "gpt-35-turbo-instruct", "davinci-002", "babbage-002"];

    private const string TunedPrefix = "ft:";

    /// <summary>Whether the model continues text. A fine-tuned model has the name of its base model.</summary>
    public static bool ContinuesText(string model)
    {
        var name = model.StartsWith(TunedPrefix, StringComparison.OrdinalIgnoreCase) ? model[TunedPrefix.Length..] : model;
        return Array.Exists(TextModels, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether the model rejects sampling parameters and <c>max_tokens</c> and accepts <c>reasoning_effort</c>.</summary>
    public static bool Reasons(string model) =>
        Array.Exists(ReasoningPrefixes, prefix => model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        && !model.Contains("-chat", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the name is known to be of a model without reasoning. For an unknown name this and <see cref="Reasons"/> are false.</summary>
    public static bool NeverReasons(string model) =>
        Array.Exists(PlainPrefixes, prefix => model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        || (model.StartsWith("gpt-", StringComparison.OrdinalIgnoreCase) && model.Contains("-chat", StringComparison.OrdinalIgnoreCase));

    /// <summary>The effort to send. Null to send none, so the model's default applies (specs/dialects.md 2.6).</summary>
    public static ReasoningEffort? EffortOf(string model, ReasoningRequest reasoning, LossReport losses)
    {
        if (!Reasons(model))
        {
            if ((reasoning.Enabled == true || reasoning.Effort is not null) && !reasoning.IsOff)
                losses.Dropped("reasoning");
            return null;
        }

        if (reasoning.IsOff)
        {
            if (LowestEffortIsMinimal(model))
                return ReasoningEffort.Minimal;
            if (!IsOSeries(model))
                return ReasoningEffort.None;
            losses.Dropped("reasoning off");
            return null;
        }

        var highest = HasExtraHighEffort(model) ? ReasoningEffort.XHigh : ReasoningEffort.High;
        var lowest = LowestEffortIsMinimal(model) ? ReasoningEffort.Minimal : ReasoningEffort.Low;
        if (ReasoningBudget.EffortOf(reasoning) is not { } effort)
            return null;
        if (effort >= lowest && effort <= highest)
            return effort;
        losses.Clamped("reasoning_effort");
        return effort < lowest ? lowest : highest;
    }

    /// <summary>The first gpt-5 generation has <c>minimal</c> where later ones have <c>none</c>.</summary>
    public static bool LowestEffortIsMinimal(string model) =>
        model is "gpt-5" or "gpt-5-mini" or "gpt-5-nano" || model.StartsWith("gpt-5-20", StringComparison.OrdinalIgnoreCase);

    /// <summary>The o models always reason.</summary>
    private static bool IsOSeries(string model) => model.StartsWith('o') || model.StartsWith('O');

    /// <summary>True from gpt-5.2 on, and for codex-max.</summary>
    private static bool HasExtraHighEffort(string model) =>
        model.Contains("codex-max", StringComparison.OrdinalIgnoreCase)
        || (!LowestEffortIsMinimal(model) && !IsOSeries(model) && !model.StartsWith("gpt-5.1", StringComparison.OrdinalIgnoreCase)
            && !model.StartsWith("gpt-5-", StringComparison.OrdinalIgnoreCase) && model.StartsWith("gpt-", StringComparison.OrdinalIgnoreCase));
}
