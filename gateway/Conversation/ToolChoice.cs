namespace Dragoman.Conversation;

/// <summary>Whether the model must call a tool, and which one.</summary>
public sealed record ToolChoice(ToolChoiceKind Kind, string? Name = null)
{
    /// <summary>The names of the only tools that may be called and are sent to a target; null when all are (specs/dialects.md 2.3).</summary>
    public IReadOnlyList<string>? Allowed { get; init; }

    public static readonly ToolChoice Auto = new(ToolChoiceKind.Auto);
    public static readonly ToolChoice None = new(ToolChoiceKind.None);
    public static readonly ToolChoice Required = new(ToolChoiceKind.Required);
}
