using Dragoman.Conversation;

namespace Dragoman.Dialects.Answers;

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
