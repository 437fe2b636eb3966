namespace Dragoman.Conversation;

public enum Role
{
    System,
    Developer,
    User,
    Assistant,
    Tool,
}

/// <summary>One message of a conversation: its role and its parts, in order.</summary>
public sealed record Turn(Role Role, IReadOnlyList<Part> Parts)
{
    /// <summary>The participant's name; null when there is none.</summary>
    public string? Name { get; init; }

    public static Turn Of(Role role, string text) => new(role, [new TextPart(text)]);

    public IEnumerable<ToolCallPart> ToolCalls => Parts.OfType<ToolCallPart>();

    /// <summary>All text parts joined; empty when there is none.</summary>
    public string Text => Parts switch
    {
        [] => "",
        [TextPart only] => only.Text,
        _ => string.Concat(Parts.OfType<TextPart>().Select(part => part.Text)),
    };
}
