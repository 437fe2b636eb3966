using BenchmarkDotNet.Attributes;
using Dragoman.Streams;
using Dragoman.Wire;

namespace Dragoman.Micro.Benchmarks;

/// <summary>Splits one server-sent event from the bytes.</summary>
public class FramingBenchmarks : IDisposable
{
    /// <summary>The most bytes of one read from a socket.</summary>
    private const int ReadSize = 16 * 1024;

    private const int Events = 64;

    private const int Repeats = 64;

    private readonly SseReader framing = new();
    private byte[] stream = [];
    private int eventLength;

    /// <summary>In bytes of text: a token, and a large event.</summary>
    [Params(5, 8000)]
    public int Text { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var one = WireStreams.OfChatCompletions(DeltaKind.Text) with { Delta = (_, _) => $$$"""{"choices":[{"delta":{"content":"{{{new string('a', Text)}}}"}}]}""" };
        eventLength = one.DeltaBytes(1).Length;
        stream = one.DeltaBytes(Events);
    }

    [Benchmark(OperationsPerInvoke = Events * Repeats)]
    public int ManyEventsPerRead() => Play(ReadSize);

    [Benchmark(OperationsPerInvoke = Events * Repeats)]
    public int OneEventPerRead() => Play(eventLength);

    [GlobalCleanup]
    public void Dispose()
    {
        framing.Dispose();
        GC.SuppressFinalize(this);
    }

    private int Play(int readSize)
    {
        var found = 0;
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            for (var rest = stream.AsSpan(); !rest.IsEmpty;)
            {
                var room = framing.GetMemory().Span;
                var size = Math.Min(Math.Min(room.Length, readSize), rest.Length);
                rest[..size].CopyTo(room);
                framing.Advance(size);
                rest = rest[size..];
                while (framing.TryRead(out _, out _))
                    found++;
            }
        }

        return found;
    }
}
