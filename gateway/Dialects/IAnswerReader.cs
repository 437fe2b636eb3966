using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>Reads one answer of a provider and raises its canonical events.</summary>
public interface IAnswerReader
{
    /// <summary>All choices have finished; only token counts may follow.</summary>
    bool IsFinished { get; }

    /// <summary>Reads the data of one stream event.</summary>
    void ReadEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, IAnswerEvents events);

    /// <summary>The stream ended; raises the terminal event if none was raised yet.</summary>
    void Complete(IAnswerEvents events);

    /// <summary>Reads a whole, unstreamed answer and raises all its events, the terminal one included.</summary>
    void ReadBody(ReadOnlySpan<byte> body, IAnswerEvents events);
}
