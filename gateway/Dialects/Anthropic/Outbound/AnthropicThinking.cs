using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>The request's thinking parameters and its limit for the answer (specs/dialects.md 1.3, 2.6, 2.8).</summary>
/// <param name="Type">Anthropic's name for the mode. Null when <c>thinking</c> is not written.</param>
/// <param name="Limit">The request's <c>max_tokens</c>.</param>
internal sealed record AnthropicThinking(string? Type, int Limit)
{
    /// <summary>The limit, in tokens, when neither the client nor the table of models sets one.</summary>
    private const int DefaultLimit = 4096;

    private const int LeastBudget = 1024;

    /// <summary>The budget in tokens for <c>enabled</c>, less than <see cref="Limit"/>.</summary>
    public int Budget { get; init; }

    /// <summary>The effort for <c>output_config</c>. The model's default when null.</summary>
    public string? Effort { get; init; }

    /// <summary>Whether the thinking is shown. The model's default when null.</summary>
    public string? Display { get; init; }

    /// <summary>Whether the model will think, which rules out forced tools and most sampling parameters.</summary>
    public bool IsOn => Type is "enabled" or "adaptive" or "between_tools";

    /// <param name="request">The client's request.</param>
    /// <param name="model">The model that answers.</param>
    /// <param name="mayThink">False when the history lacks the thinking that a model with a thinking budget requires (P-17).</param>
    /// <param name="losses">Records what the model does not support.</param>
    public static AnthropicThinking For(ChatRequest request, AnthropicModel model, bool mayThink, LossReport losses)
    {
        var cap = model.MostOutputTokens ?? int.MaxValue;
        var asked = request.Sampling.MaxOutputTokens;
        if (asked > cap)
            losses.Clamped("max_tokens");
        var limit = Math.Min(asked ?? model.MostOutputTokens ?? DefaultLimit, cap);
        var unsaid = new AnthropicThinking(null, limit);
        var reasoning = request.Reasoning;
        if (reasoning.IsOff)
            return TurnedOff(unsaid, model, losses);
        if (reasoning is { Enabled: null, Effort: null, BudgetTokens: null })
            return unsaid;
        if (!model.Thinks || (!model.ThinksAdaptively && !mayThink))
        {
            losses.Dropped("reasoning");
            return unsaid;
        }

        return model.ThinksAdaptively
            ? unsaid with { Type = "adaptive", Effort = EffortOf(reasoning, model, losses), Display = DisplayOf(request) }
            : WithBudget(unsaid, reasoning, asked, cap, losses);
    }

    public void Write(Utf8JsonWriter writer)
    {
        if (Type is null)
            return;
        writer.WriteStartObject("thinking"u8);
        writer.WriteString("type"u8, Type);
        if (Type == "enabled")
            writer.WriteNumber("budget_tokens"u8, Budget);
        if (Display is not null)
            writer.WriteString("display"u8, Display);
        writer.WriteEndObject();
    }

    private static AnthropicThinking TurnedOff(AnthropicThinking unsaid, AnthropicModel model, LossReport losses)
    {
        // Models with a thinking budget do not think unless they are asked to.
        if (!model.ThinksAdaptively)
            return unsaid;
        if (!model.AlwaysThinks)
            return unsaid with { Type = "disabled" };
        losses.Clamped("reasoning");
        return unsaid with { Type = "between_tools" };
    }

    private static string? EffortOf(ReasoningRequest reasoning, AnthropicModel model, LossReport losses)
    {
        if (reasoning is { Effort: null, BudgetTokens: not null })
            losses.Emulated("reasoning budget");
        switch (ReasoningBudget.EffortOf(reasoning))
        {
            case null:
                return null;
            case ReasoningEffort.Minimal or ReasoningEffort.Low:
                return "low";
            case ReasoningEffort.Medium:
                return "medium";
            case ReasoningEffort.XHigh when model.HasExtraHighEffort:
                return "xhigh";
            case ReasoningEffort.Max:
                return "max";
            case ReasoningEffort.XHigh:
                losses.Clamped("reasoning_effort");
                return "high";
            default:
                return "high";
        }
    }

    /// <summary>Shown thinking delays the answer, so it is only requested for clients that can show it (specs/dialects.md 2.6).</summary>
    private static string? DisplayOf(ChatRequest request) => request.Reasoning.IsVisible switch
    {
        true => "summarized",
        false => "omitted",
        null => request.Client.HasReasoning ? "summarized" : null,
    };

    /// <summary>The budget is part of the limit. The limit is raised, up to the model's maximum, before the budget is lowered.</summary>
    private static AnthropicThinking WithBudget(AnthropicThinking unsaid, ReasoningRequest reasoning, int? asked, int cap, LossReport losses)
    {
        var wanted = reasoning.BudgetTokens ?? ReasoningBudget.TokensOf(reasoning.Effort ?? ReasoningEffort.Medium);
        var budget = Math.Max(wanted, LeastBudget);
        var limit = unsaid.Limit;
        if (budget >= limit)
        {
            var speech = asked is null ? DefaultLimit : limit;
            limit = (int)Math.Min((long)budget + speech, cap);
            budget = Math.Clamp(limit - speech, LeastBudget, budget);
            if (budget >= limit)
                budget = limit - 1;
            if (asked is not null)
                losses.Clamped("max_tokens");
        }

        if (budget != wanted)
            losses.Clamped("reasoning");
        return unsaid with { Type = "enabled", Budget = budget, Limit = limit };
    }
}
