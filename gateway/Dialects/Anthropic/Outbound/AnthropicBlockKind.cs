namespace Dragoman.Dialects.Anthropic.Outbound;

internal enum AnthropicBlockKind
{
    /// <summary>What the provider ran itself, a citation's place, or something new: passed over with all its deltas.</summary>
    Unknown,
    Text,
    Thinking,
    Redacted,
    Tool,

    /// <summary>The tool call that is the answer's text.</summary>
    Answer,
}
