namespace Dragoman.Conversation;

public enum ReasoningEffort
{
    None,
    Minimal,
    Low,
    Medium,
    High,
    XHigh,
    Max,
}
