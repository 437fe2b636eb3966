namespace Dragoman.Dialects.Answers;

/// <summary>
/// A lane that forwards the provider's own bytes. It ignores the canonical events, which are for the meter, except a failure
/// and the events that a lane needs to know about its stream.
/// </summary>
internal abstract class PassThroughLane : AnswerReceiver, IPassThrough
{
    public abstract void ForwardEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data);

    public abstract void CloseStream();

    public abstract void ForwardBody(ReadOnlySpan<byte> body);
}
