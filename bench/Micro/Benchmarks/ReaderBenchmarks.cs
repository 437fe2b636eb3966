using System.Text;
using BenchmarkDotNet.Attributes;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Answers;
using Dragoman.Streams;

namespace Dragoman.Micro.Benchmarks;

/// <summary>Reads one event of each provider's dialect, whose data is already framed, without a client.</summary>
public class ReaderBenchmarks
{
    private readonly NoEvents events = new();
    private ChatRequest request = null!;
    private (byte[] Name, byte[] Data)[] opening = [];
    private (byte[] Name, byte[] Data)[] deltas = [];
    private (byte[] Name, byte[] Data)[] closing = [];
    private IAnswerReader reader = null!;

    public static IEnumerable<object> Streams =>
        from upstream in Ways.Upstreams
        where upstream.Name != "compatible"
        from kind in Enum.GetValues<DeltaKind>()
        where upstream.Streams(kind) is not null
        select new UpstreamStream(upstream, kind);

    [ParamsSource(nameof(Streams))]
    public object Stream { get; set; } = null!;

    [GlobalSetup]
    public void Prepare()
    {
        var (upstream, kind) = (UpstreamStream)Stream;
        request = Ways.Clients[0].Read();
        var stream = upstream.Streams(kind)!;
        opening = [.. stream.Opening.Select(Encode)];
        deltas = [.. stream.DeltaData(Block.Tokens).Select(Encode)];
        // "[DONE]" is not JSON and has no type.
        closing = [.. stream.Closing(Block.TokensPerIteration).Where(data => data[0] == '{').Select(Encode)];
        Warm.Up(() =>
        {
            Open();
            Event();
            Close();
        });

        (byte[] Name, byte[] Data) Encode(string data) => (stream.HasNames ? Encoding.UTF8.GetBytes(WireStream.NameOf(data)) : [], Encoding.UTF8.GetBytes(data));
    }

    [IterationSetup]
    public void Open()
    {
        var upstream = ((UpstreamStream)Stream).Upstream;
        reader = upstream.Dialect.OpenAnswer(request, upstream.Model);
        foreach (var (name, data) in opening)
            reader.ReadEvent(name, data, events);
    }

    /// <summary>Ends the answer, which returns its rented buffers.</summary>
    [IterationCleanup]
    public void Close()
    {
        foreach (var (name, data) in closing)
            reader.ReadEvent(name, data, events);
    }

    [Benchmark(OperationsPerInvoke = Block.TokensPerIteration)]
    public void Event()
    {
        for (var repeat = 0; repeat < Block.Repeats; repeat++)
        {
            foreach (var (name, data) in deltas)
                reader.ReadEvent(name, data, events);
        }
    }

    private sealed record UpstreamStream(Upstream Upstream, DeltaKind Kind)
    {
        public override string ToString() => $"{Upstream.Name}, {Kind}";
    }

    private sealed class NoEvents : AnswerReceiver
    {
        public override void Fail(GatewayError error) => throw new GatewayException(error);
    }
}
