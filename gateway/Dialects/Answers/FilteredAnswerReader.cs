using Dragoman.Conversation;

namespace Dragoman.Dialects.Answers;

/// <summary>Reads an answer through a filter.</summary>
/// <param name="reader">Reads the provider's bytes.</param>
/// <param name="filter">Puts the filter in front of the receiver of the events. It is called once and then released, with everything that it holds.</param>
public sealed class FilteredAnswerReader(IAnswerReader reader, Func<IAnswerEvents, IAnswerEvents> filter) : IAnswerReader
{
    private Func<IAnswerEvents, IAnswerEvents>? filter = filter;
    private IAnswerEvents? filtered;

    public bool IsFinished => reader.IsFinished;

    public void ReadEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, IAnswerEvents events) =>
        reader.ReadEvent(eventName, data, filtered ?? Open(events));

    public void Complete(IAnswerEvents events) => reader.Complete(filtered ?? Open(events));

    public void ReadBody(ReadOnlySpan<byte> body, IAnswerEvents events) => reader.ReadBody(body, filtered ?? Open(events));

    private IAnswerEvents Open(IAnswerEvents events)
    {
        filtered = filter!(events);
        filter = null;
        return filtered;
    }
}
