namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>The kinds of block in an answer's stream.</summary>
internal enum AnthropicStreamBlock
{
    None,
    Text,
    Thinking,
    Redacted,
    Tool,
}
