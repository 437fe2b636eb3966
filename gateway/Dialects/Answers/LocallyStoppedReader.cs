using Dragoman.Conversation;

namespace Dragoman.Dialects.Answers;

/// <summary>Reads an answer up to a stop sequence that the gateway itself looks for; a stream ends there.</summary>
/// <param name="reader">Reads the provider's bytes.</param>
/// <param name="sequences">The stop sequences; none may be empty.</param>
/// <param name="expectedChoices">How many choices the request asked for.</param>
public sealed class LocallyStoppedReader(IAnswerReader reader, IReadOnlyList<string> sequences, int expectedChoices) : IAnswerReader
{
    private LocalStop? stop;
    private bool ended;

    public bool IsFinished => reader.IsFinished;

    public void ReadEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, IAnswerEvents events)
    {
        if (ended)
            return;
        stop ??= new LocalStop(events, sequences);
        reader.ReadEvent(eventName, data, stop);
        if (!stop.HasCut || stop.HasFailed || stop.StoppedChoices < expectedChoices || reader.IsFinished)
            return;
        // The answer is complete, but the provider would continue to generate.
        ended = true;
        events.End();
    }

    public void Complete(IAnswerEvents events)
    {
        if (!ended)
            reader.Complete(stop ??= new LocalStop(events, sequences));
    }

    public void ReadBody(ReadOnlySpan<byte> body, IAnswerEvents events) => reader.ReadBody(body, stop ??= new LocalStop(events, sequences));
}
