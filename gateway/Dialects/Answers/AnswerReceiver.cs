using Dragoman.Conversation;

namespace Dragoman.Dialects.Answers;

/// <summary>Receives an answer's events and ignores those that it does not override.</summary>
public abstract class AnswerReceiver : IAnswerEvents
{
    public virtual void Start(string? upstreamId)
    {
    }

    public virtual void Text(int choice, ReadOnlySpan<byte> escaped)
    {
    }

    public virtual void Reasoning(int choice, ReadOnlySpan<byte> escaped)
    {
    }

    public virtual void Refusal(int choice, ReadOnlySpan<byte> escaped)
    {
    }

    public virtual void ToolStart(int choice, int slot, string id, string name)
    {
    }

    public virtual void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
    {
    }

    public virtual void ToolEnd(int choice, int slot)
    {
    }

    public virtual void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
    }

    public virtual void Usage(in Usage usage)
    {
    }

    public virtual void State(int choice, int? slot, OpaqueState state)
    {
    }

    public virtual void Media(int choice, string mediaType, ReadOnlySpan<byte> base64)
    {
    }

    public virtual void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
    }

    public virtual void End()
    {
    }

    /// <summary>Every receiver must handle a failure.</summary>
    public abstract void Fail(GatewayError error);
}
