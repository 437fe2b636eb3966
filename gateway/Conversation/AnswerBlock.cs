using Dragoman.Wire;

namespace Dragoman.Conversation;

/// <summary>A stretch of an answer.</summary>
public abstract class AnswerBlock
{
    /// <summary>To be replayed with the block.</summary>
    public OpaqueState? State { get; internal set; }
}

public abstract class WordsBlock : AnswerBlock
{
    public EscapedText Words { get; } = new();
}

public sealed class TextBlock : WordsBlock;

/// <summary>Reasoning; without words when the provider hides it.</summary>
public sealed class ReasoningBlock : WordsBlock;

public sealed class RefusalBlock : WordsBlock;

/// <summary>A picture or a sound.</summary>
public sealed class MediaBlock(string mediaType) : AnswerBlock
{
    public string MediaType { get; } = mediaType;

    public EscapedText Base64 { get; } = new();
}

/// <summary>A call in an answer; its arguments are JSON text, escaped.</summary>
public sealed class AnswerToolCall(string id, string name) : AnswerBlock
{
    public string Id { get; } = id;

    public string Name { get; } = name;

    public EscapedText Arguments { get; } = new();
}
