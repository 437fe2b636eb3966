namespace Dragoman.Dialects.Anthropic.Outbound;

internal enum AnthropicBlockKind
{
    /// <summary>A tool that the provider ran itself, a citation or an unknown kind. The block is skipped with all its deltas.</summary>
    Unknown,
    Text,
    Thinking,
    Redacted,
    Tool,

    /// <summary>The tool call whose input is the answer's text.</summary>
    Answer,
}
