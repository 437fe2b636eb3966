namespace Dragoman.Conversation;

/// <summary>Whether and which tool the model has to call.</summary>
public sealed record ToolChoice(ToolChoiceKind Kind, string? Name = null)
{
    /// <summary>The only tools that may be called, by name; null: all. Targets get no others (specs/dialects.md 2.3).</summary>
    public IReadOnlyList<string>? Allowed { get; init; }

    public static readonly ToolChoice Auto = new(ToolChoiceKind.Auto);
    public static readonly ToolChoice None = new(ToolChoiceKind.None);
    public static readonly ToolChoice Required = new(ToolChoiceKind.Required);
}
