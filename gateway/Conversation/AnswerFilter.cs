namespace Dragoman.Conversation;

/// <summary>Passes an answer's events on; what a filter changes it overrides.</summary>
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

/// <summary>Reads an answer through a filter.</summary>
/// <param name="reader">Reads the provider's bytes.</param>
/// <param name="filter">Puts the filter before the events' receiver; called once.</param>
public sealed class FilteredAnswerReader(IAnswerReader reader, Func<IAnswerEvents, IAnswerEvents> filter) : IAnswerReader
{
    private IAnswerEvents? filtered;

    public bool IsFinished => reader.IsFinished;

    public void ReadEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, IAnswerEvents events) =>
        reader.ReadEvent(eventName, data, filtered ??= filter(events));

    public void Complete(IAnswerEvents events) => reader.Complete(filtered ??= filter(events));

    public void ReadBody(ReadOnlySpan<byte> body, IAnswerEvents events) => reader.ReadBody(body, filtered ??= filter(events));
}
