using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>Reads one answer from a provider and raises its canonical events.</summary>
public interface IAnswerReader
{
    /// <summary>Whether all choices have finished, so that only token counts may follow.</summary>
    bool IsFinished { get; }

    /// <summary>Reads the data of one stream event.</summary>
    void ReadEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, IAnswerEvents events);

    /// <summary>Ends the stream: raises the terminal event if none was raised yet.</summary>
    void Complete(IAnswerEvents events);

    /// <summary>Reads an answer that is not streamed and raises all its events, with the terminal one.</summary>
    void ReadBody(ReadOnlySpan<byte> body, IAnswerEvents events);
}
