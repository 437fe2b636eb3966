using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>How a model is told to think, and how long its answer may be (specs/dialects.md 1.3, 2.6, 2.8).</summary>
/// <param name="Type">Anthropic's word; null: nothing is said.</param>
/// <param name="Limit">The request's <c>max_tokens</c>.</param>
internal sealed record AnthropicThinking(string? Type, int Limit)
{
    /// <summary>What an answer may have when neither the client nor the table of models says.</summary>
    private const int DefaultLimit = 4096;

    private const int LeastBudget = 1024;

    /// <summary>For <c>enabled</c>: less than <see cref="Limit"/>.</summary>
    public int Budget { get; init; }

    /// <summary>For <c>output_config</c>; null: the model's own.</summary>
    public string? Effort { get; init; }

    /// <summary>Whether the thinking is told; null: as the model's default is.</summary>
    public string? Display { get; init; }

    /// <summary>Whether the model will think, which forbids to force tools and to sample otherwise.</summary>
    public bool IsOn => Type is "enabled" or "adaptive" or "between_tools";

    /// <param name="request">Says how much is wanted.</param>
    /// <param name="model">Says what is possible.</param>
    /// <param name="mayThink">False when the history lacks the thinking that a budget model wants to see again (P-17).</param>
    /// <param name="losses">Gets what cannot be done as asked.</param>
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
        // Models of the budget days do not think unless told to.
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

    /// <summary>Only a client that shows the thinking is worth the delay; OpenAI's does not unless it says so (specs/dialects.md 2.6).</summary>
    private static string? DisplayOf(ChatRequest request) => request.Reasoning.IsVisible switch
    {
        true => "summarized",
        false => "omitted",
        null => request.Client.HasReasoning ? "summarized" : null,
    };

    /// <summary>The budget is part of the limit: rather the limit is raised, within the model's, than the budget lowered.</summary>
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
