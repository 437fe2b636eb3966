namespace Dragoman.Dialects.OpenAIChat;

/// <summary>The member that turns a server's reasoning off (specs/dialects.md 1.6).</summary>
public enum ReasoningSwitch
{
    /// <summary><c>reasoning_effort: none</c></summary>
    Effort,

    /// <summary><c>enable_thinking: false</c></summary>
    EnableThinking,

    /// <summary><c>chat_template_kwargs: {"enable_thinking": false}</c></summary>
    TemplateArguments,
}
