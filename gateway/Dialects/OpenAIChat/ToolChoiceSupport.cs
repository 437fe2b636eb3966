namespace Dragoman.Dialects.OpenAIChat;

/// <summary>How much of <c>tool_choice</c> a server supports (specs/dialects.md 1.6, 2.3).</summary>
public enum ToolChoiceSupport
{
    Full,

    /// <summary>The words auto, none and required, but not a tool by name.</summary>
    Words,

    /// <summary>The server ignores it.</summary>
    Ignored,
}
