namespace Dragoman.Conversation;

/// <summary>
/// How much the model is asked to reason. <see cref="Enabled"/> without an effort is "on, at the provider's level";
/// both null is "the client did not say".
/// </summary>
public readonly record struct ReasoningRequest(bool? Enabled, ReasoningEffort? Effort)
{
    /// <summary>The most tokens to reason with, where the client gave a number instead of a level (specs/dialects.md 2.6).</summary>
    public int? BudgetTokens { get; init; }

    /// <summary>Whether the client wants to read the reasoning; null: it did not say.</summary>
    public bool? IsVisible { get; init; }

    public bool IsOff => Enabled == false || Effort == ReasoningEffort.None;
}
