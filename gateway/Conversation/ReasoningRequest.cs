namespace Dragoman.Conversation;

/// <summary>
/// How much the model is asked to reason. If <see cref="Enabled"/> is true and the effort is null,
/// the provider chooses the level. Both are null when the client did not say.
/// </summary>
public readonly record struct ReasoningRequest(bool? Enabled, ReasoningEffort? Effort)
{
    /// <summary>The most tokens for reasoning; null unless the client gave a number instead of a level (specs/dialects.md 2.6).</summary>
    public int? BudgetTokens { get; init; }

    /// <summary>Whether the client wants to see the reasoning; null when it did not say.</summary>
    public bool? IsVisible { get; init; }

    public bool IsOff => Enabled == false || Effort == ReasoningEffort.None;
}
