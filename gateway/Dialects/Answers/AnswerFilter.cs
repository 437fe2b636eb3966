using Dragoman.Conversation;

namespace Dragoman.Dialects.Answers;

/// <summary>Forwards an answer's events; a filter overrides the events that it changes.</summary>
public abstract class AnswerFilter(IAnswerEvents next) : IAnswerEvents
{
    protected IAnswerEvents Next { get; } = next;

    public virtual void Start(string? upstreamId) => Next.Start(upstreamId);

    public virtual void Text(int choice, ReadOnlySpan<byte> escaped) => Next.Text(choice, escaped);

    public virtual void Reasoning(int choice, ReadOnlySpan<byte> escaped) => Next.Reasoning(choice, escaped);

    public virtual void Refusal(int choice, ReadOnlySpan<byte> escaped) => Next.Refusal(choice, escaped);

    public virtual void ToolStart(int choice, int slot, string id, string name) => Next.ToolStart(choice, slot, id, name);

    public virtual void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped) => Next.ToolArguments(choice, slot, escaped);

    public virtual void ToolEnd(int choice, int slot) => Next.ToolEnd(choice, slot);

    public virtual void Logprobs(int choice, ReadOnlySpan<byte> entries) => Next.Logprobs(choice, entries);

    public virtual void Usage(in Usage usage) => Next.Usage(usage);

    public virtual void State(int choice, int? slot, OpaqueState state) => Next.State(choice, slot, state);

    public virtual void Media(int choice, string mediaType, ReadOnlySpan<byte> base64) => Next.Media(choice, mediaType, base64);

    public virtual void Stop(int choice, StopReason reason, string? stopSequence = null) => Next.Stop(choice, reason, stopSequence);

    public virtual void End() => Next.End();

    public virtual void Fail(GatewayError error) => Next.Fail(error);
}
