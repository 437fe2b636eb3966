using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Dialects;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>Streams one answer in all dialects at once.</summary>
internal sealed class Everyone : IAnswerEvents
{
    private readonly List<(ClientDialect Dialect, IAnswerEvents Events, ArrayBufferWriter<byte> Output)> streams = [];

    public Everyone(int choices)
    {
        foreach (var dialect in ClientDialect.All)
        {
            var output = new ArrayBufferWriter<byte>(4096);
            streams.Add((dialect, new Refusable(dialect.Dialect.OpenStream(InboundCalls.Context(dialect.Request(stream: true, choices)), output)), output));
        }
    }

    public IEnumerable<(ClientDialect Dialect, byte[] Stream)> Streams => streams.Select(each => (each.Dialect, each.Output.WrittenSpan.ToArray()));

    public void Start(string? upstreamId) => streams.ForEach(each => each.Events.Start(upstreamId));

    public void Text(int choice, ReadOnlySpan<byte> escaped)
    {
        foreach (var each in streams)
            each.Events.Text(choice, escaped);
    }

    public void Reasoning(int choice, ReadOnlySpan<byte> escaped)
    {
        foreach (var each in streams)
            each.Events.Reasoning(choice, escaped);
    }

    public void Refusal(int choice, ReadOnlySpan<byte> escaped)
    {
        foreach (var each in streams)
            each.Events.Refusal(choice, escaped);
    }

    public void ToolStart(int choice, int slot, string id, string name) => streams.ForEach(each => each.Events.ToolStart(choice, slot, id, name));

    public void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
    {
        foreach (var each in streams)
            each.Events.ToolArguments(choice, slot, escaped);
    }

    public void ToolEnd(int choice, int slot) => streams.ForEach(each => each.Events.ToolEnd(choice, slot));

    public void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
        foreach (var each in streams)
            each.Events.Logprobs(choice, entries);
    }

    public void Usage(in Usage usage)
    {
        foreach (var each in streams)
            each.Events.Usage(usage);
    }

    public void State(int choice, int? slot, OpaqueState state) => streams.ForEach(each => each.Events.State(choice, slot, state));

    public void Media(int choice, string mediaType, ReadOnlySpan<byte> base64)
    {
        foreach (var each in streams)
            each.Events.Media(choice, mediaType, base64);
    }

    public void Stop(int choice, StopReason reason, string? stopSequence = null) => streams.ForEach(each => each.Events.Stop(choice, reason, stopSequence));

    public void End() => streams.ForEach(each => each.Events.End());

    public void Fail(GatewayError error) => streams.ForEach(each => each.Events.Fail(error));
}
