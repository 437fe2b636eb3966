using System.Diagnostics.CodeAnalysis;
using Dragoman.Conversation;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>The items that arrived while a tool call was being written and must follow it in order (specs/dialects.md 3.2).</summary>
internal sealed class AnthropicWaitingBlocks
{
    private readonly Queue<AnthropicWaiting> queue = new();
    private readonly Dictionary<int, AnthropicWaitingCall> calls = [];
    private AnthropicWaiting? last;

    public void AddWords(AnthropicStreamBlock kind, ReadOnlySpan<byte> escaped)
    {
        if (last is not AnthropicWaitingWords words || words.Kind != kind)
            Add(words = new AnthropicWaitingWords(kind));
        words.Escaped.Append(escaped);
    }

    public void AddState(OpaqueState state) => Add(new AnthropicWaitingState(state));

    public void AddCall(int slot, string id, string name)
    {
        var call = new AnthropicWaitingCall(slot, id, name);
        calls[slot] = call;
        Add(call);
    }

    /// <summary>Does nothing for a call that is not queued, because all of it has been written.</summary>
    public void AddArguments(int slot, ReadOnlySpan<byte> escaped)
    {
        if (calls.TryGetValue(slot, out var call))
            call.Arguments.Append(escaped);
    }

    public void EndCall(int slot)
    {
        if (calls.TryGetValue(slot, out var call))
            call.IsOver = true;
    }

    public bool TryTake([MaybeNullWhen(false)] out AnthropicWaiting next)
    {
        var any = queue.TryDequeue(out next);
        if (queue.Count == 0)
            last = null;
        if (next is AnthropicWaitingCall call)
            calls.Remove(call.Slot);
        return any;
    }

    private void Add(AnthropicWaiting waiting)
    {
        last = waiting;
        queue.Enqueue(waiting);
    }
}
