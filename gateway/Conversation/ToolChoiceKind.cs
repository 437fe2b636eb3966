namespace Dragoman.Conversation;

public enum ToolChoiceKind
{
    Auto,
    None,
    Required,
    Named,
}
