namespace Dragoman.Conversation;

/// <summary>Converts levels of reasoning to numbers of tokens and back, for dialects that have only one of them (specs/dialects.md 2.6).</summary>
public static class ReasoningBudget
{
    private static readonly (ReasoningEffort Effort, int Tokens)[] Budgets =
    [
        (ReasoningEffort.Minimal, 1024),
        (ReasoningEffort.Low, 2048),
        (ReasoningEffort.Medium, 8192),
        (ReasoningEffort.High, 24576),
        (ReasoningEffort.XHigh, 32768),
        (ReasoningEffort.Max, 65536),
    ];

    /// <summary>The level for a number of tokens: below 2048 low, below 8192 medium, below 24576 high, else extra high.</summary>
    public static ReasoningEffort EffortOf(int budgetTokens) => budgetTokens switch
    {
        < 2048 => ReasoningEffort.Low,
        < 8192 => ReasoningEffort.Medium,
        < 24576 => ReasoningEffort.High,
        _ => ReasoningEffort.XHigh,
    };

    /// <summary>The number of tokens for a level; a model's own bounds are applied later.</summary>
    public static int TokensOf(ReasoningEffort effort) => Array.Find(Budgets, each => each.Effort == effort).Tokens;

    /// <summary>The requested level, given by name or as a number of tokens; null when the client left it to the provider.</summary>
    public static ReasoningEffort? EffortOf(ReasoningRequest reasoning) =>
        reasoning.Effort ?? (reasoning.BudgetTokens is { } tokens ? EffortOf(tokens) : null);
}
