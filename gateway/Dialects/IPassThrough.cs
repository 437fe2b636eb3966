using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>
/// The lane for an answer that is already in the client's dialect: its bytes are forwarded as they came, with unknown members
/// and events. The canonical events are raised beside it for the meter; of them only <see cref="IAnswerEvents.Fail"/> writes
/// anything.
/// </summary>
public interface IPassThrough : IAnswerEvents
{
    /// <summary>Forwards one stream event, after its canonical events were raised.</summary>
    void ForwardEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data);

    /// <summary>Writes the marker that ends a successful stream.</summary>
    void CloseStream();

    /// <summary>Forwards an answer that is not streamed.</summary>
    void ForwardBody(ReadOnlySpan<byte> body);
}
