using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>One queued item of a stream.</summary>
internal abstract class AnthropicWaiting;

internal sealed class AnthropicWaitingWords(AnthropicStreamBlock kind) : AnthropicWaiting
{
    public AnthropicStreamBlock Kind { get; } = kind;

    public EscapedText Escaped { get; } = new();
}

internal sealed class AnthropicWaitingState(OpaqueState state) : AnthropicWaiting
{
    public OpaqueState State { get; } = state;
}

internal sealed class AnthropicWaitingCall(int slot, string id, string name) : AnthropicWaiting
{
    public int Slot { get; } = slot;

    public string Id { get; } = id;

    public string Name { get; } = name;

    public EscapedText Arguments { get; } = new();

    /// <summary>Whether the call has already ended.</summary>
    public bool IsOver { get; set; }
}
