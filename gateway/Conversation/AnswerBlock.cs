using Dragoman.Wire;

namespace Dragoman.Conversation;

/// <summary>A part of an answer of one kind, such as text or a tool call.</summary>
public abstract class AnswerBlock
{
    /// <summary>The provider's opaque state, which later requests must send back with the block; null when there is none.</summary>
    public OpaqueState? State { get; internal set; }
}

public abstract class WordsBlock : AnswerBlock
{
    public EscapedText Words { get; } = new();
}

public sealed class TextBlock : WordsBlock;

/// <summary>Reasoning. It has no words when the provider hides it.</summary>
public sealed class ReasoningBlock : WordsBlock;

public sealed class RefusalBlock : WordsBlock;

/// <summary>An image or audio.</summary>
public sealed class MediaBlock(string mediaType) : AnswerBlock
{
    public string MediaType { get; } = mediaType;

    public EscapedText Base64 { get; } = new();
}

/// <summary>A tool call in an answer. Its arguments are JSON text, escaped.</summary>
public sealed class AnswerToolCall(string id, string name) : AnswerBlock
{
    public string Id { get; } = id;

    public string Name { get; } = name;

    public EscapedText Arguments { get; } = new();
}
