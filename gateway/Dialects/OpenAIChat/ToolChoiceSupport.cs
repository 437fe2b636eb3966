namespace Dragoman.Dialects.OpenAIChat;

/// <summary>How much of <c>tool_choice</c> a server understands (specs/dialects.md 1.6, 2.3).</summary>
public enum ToolChoiceSupport
{
    Full,

    /// <summary>auto, none and required, but no tool by its name.</summary>
    Words,

    /// <summary>Read by nobody.</summary>
    Ignored,
}
