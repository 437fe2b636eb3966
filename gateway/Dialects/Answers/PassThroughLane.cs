using Dragoman.Conversation;

namespace Dragoman.Dialects.Answers;

/// <summary>
/// A lane that forwards the provider's own bytes. It ignores the canonical events, which are for the meter, except a failure
/// and the events that a lane needs to know about its stream.
/// </summary>
internal abstract class PassThroughLane : IPassThrough
{
    public abstract void ForwardEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data);

    public abstract void CloseStream();

    public abstract void ForwardBody(ReadOnlySpan<byte> body);

    public abstract void Fail(GatewayError error);

    public virtual void Usage(in Usage usage)
    {
    }

    public void Start(string? upstreamId)
    {
    }

    public void Text(int choice, ReadOnlySpan<byte> escaped)
    {
    }

    public void Reasoning(int choice, ReadOnlySpan<byte> escaped)
    {
    }

    public void Refusal(int choice, ReadOnlySpan<byte> escaped)
    {
    }

    public void ToolStart(int choice, int slot, string id, string name)
    {
    }

    public void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
    {
    }

    public void ToolEnd(int choice, int slot)
    {
    }

    public void State(int choice, int? slot, OpaqueState state)
    {
    }

    public void Media(int choice, string mediaType, ReadOnlySpan<byte> base64)
    {
    }

    public void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
    }

    public void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
    }

    public void End()
    {
    }
}
