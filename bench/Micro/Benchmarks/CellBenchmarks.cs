using BenchmarkDotNet.Attributes;
using Dragoman.Streams;

namespace Dragoman.Micro.Benchmarks;

/// <summary>One token from each provider to each client: framing, reading and writing.</summary>
public class CellBenchmarks : IDisposable
{
    private byte[] block = [];
    private AnswerPlay? answer;

    /// <summary>Ollama's two generation endpoints have the same form of stream, so only one is measured.</summary>
    public static IEnumerable<object> Cells => Ways.All.Where(cell => cell.Client.Name != "Ollama generate");

    [ParamsSource(nameof(Cells))]
    public object Way { get; set; } = null!;

    private Cell Cell => (Cell)Way;

    private WireStream Stream => Cell.Upstream.StreamFor(Cell.Client.Read(), DeltaKind.Text)!;

    [GlobalSetup]
    public void Prepare()
    {
        block = Stream.DeltaBytes(Block.Tokens);
        Warm.Up(() =>
        {
            Open();
            Token();
            Close();
        });
    }

    [IterationSetup]
    public void Open()
    {
        answer = new AnswerPlay(Cell, Stream);
        answer.Open();
    }

    /// <summary>Ends the answer, which returns its rented buffers.</summary>
    [IterationCleanup]
    public void Close()
    {
        answer!.Close(Block.TokensPerIteration);
        answer.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Block.TokensPerIteration)]
    public void Token()
    {
        for (var repeat = 0; repeat < Block.Repeats; repeat++)
            answer!.PlayAndSend(block);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        answer?.Dispose();
        GC.SuppressFinalize(this);
    }
}
