using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>Does what the pipeline does when a dialect cannot write an event: the answer ends there with a failure.</summary>
internal sealed class Refusable(IAnswerEvents next) : IAnswerEvents
{
    /// <summary>The error of an event that the dialect could not write. Null when there was none.</summary>
    public GatewayError? Refused { get; private set; }

    public void Start(string? upstreamId) => Try(() => next.Start(upstreamId));

    public void Text(int choice, ReadOnlySpan<byte> escaped) => Try(escaped, words => next.Text(choice, words));

    public void Reasoning(int choice, ReadOnlySpan<byte> escaped) => Try(escaped, words => next.Reasoning(choice, words));

    public void Refusal(int choice, ReadOnlySpan<byte> escaped) => Try(escaped, words => next.Refusal(choice, words));

    public void ToolStart(int choice, int slot, string id, string name) => Try(() => next.ToolStart(choice, slot, id, name));

    public void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped) => Try(escaped, words => next.ToolArguments(choice, slot, words));

    public void ToolEnd(int choice, int slot) => Try(() => next.ToolEnd(choice, slot));

    public void Logprobs(int choice, ReadOnlySpan<byte> entries) => Try(entries, words => next.Logprobs(choice, words));

    public void Usage(in Usage usage)
    {
        var counts = usage;
        Try(() => next.Usage(counts));
    }

    public void State(int choice, int? slot, OpaqueState state) => Try(() => next.State(choice, slot, state));

    public void Media(int choice, string mediaType, ReadOnlySpan<byte> base64) => Try(base64, words => next.Media(choice, mediaType, words));

    public void Stop(int choice, StopReason reason, string? stopSequence = null) => Try(() => next.Stop(choice, reason, stopSequence));

    public void End() => Try(next.End);

    public void Fail(GatewayError error) => Try(() => next.Fail(error));

    private void Try(ReadOnlySpan<byte> words, Action<byte[]> raise)
    {
        var kept = words.ToArray();
        Try(() => raise(kept));
    }

    private void Try(Action raise)
    {
        if (Refused is not null)
            return;
        try
        {
            raise();
        }
        catch (GatewayException error)
        {
            Refused = error.Error;
            next.Fail(error.Error);
        }
    }
}
