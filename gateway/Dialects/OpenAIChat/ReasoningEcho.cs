namespace Dragoman.Dialects.OpenAIChat;

/// <summary>When earlier reasoning is sent back to the server as <c>reasoning_content</c> (P-57).</summary>
public enum ReasoningEcho
{
    Never,

    /// <summary>With every message that has tool calls, even when the reasoning is empty.</summary>
    ToolCalls,
    Always,
}
