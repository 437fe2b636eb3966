using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>
/// The lane for an answer that already is in the client's dialect: its bytes go on as they came, unknown members and
/// events included. The events are raised beside it for the meter's sake; of them only <see cref="IAnswerEvents.Fail"/>
/// writes anything.
/// </summary>
public interface IPassThrough : IAnswerEvents
{
    /// <summary>Passes one stream event on, after its canonical events were raised.</summary>
    void ForwardEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data);

    /// <summary>Writes the mark of a stream's good end.</summary>
    void CloseStream();

    /// <summary>Passes a whole answer on.</summary>
    void ForwardBody(ReadOnlySpan<byte> body);
}
