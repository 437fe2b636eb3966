using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Streams;

namespace Dragoman.Micro.Benchmarks;

/// <summary>Writes the line of one delta in each client's dialect.</summary>
public class WriterBenchmarks
{
    private readonly ArrayBufferWriter<byte> output = new(256 * 1024);
    private readonly byte[][] words = [.. Enumerable.Range(0, Block.Tokens).Select(place => Encoding.UTF8.GetBytes(WireStream.WordAt(place)))];
    private readonly byte[][] wordsInJson = [.. Enumerable.Range(0, Block.Tokens).Select(place => Encoding.UTF8.GetBytes(WireStreams.InJson(WireStream.WordAt(place))))];
    private IAnswerEvents writer = null!;
    private bool hasCall;

    public static IEnumerable<object> Clients => Ways.Clients;

    [ParamsSource(nameof(Clients))]
    public object Client { get; set; } = null!;

    [GlobalSetup]
    public void Prepare() => Warm.Up(() =>
    {
        Open();
        Text();
        Reasoning();
        Arguments();
        Close();
    });

    [IterationSetup]
    public void Open()
    {
        var client = (Client)Client;
        var context = new AnswerContext(client.Read(), "request", TimeProvider.System, TimeProvider.System.GetTimestamp());
        writer = client.Dialect.OpenStream(context, output);
        writer.Start("upstream");
        hasCall = false;
    }

    /// <summary>Ends the answer, which returns its rented buffers.</summary>
    [IterationCleanup]
    public void Close()
    {
        if (hasCall)
        {
            writer.ToolArguments(0, 0, "\\\"}"u8);
            writer.ToolEnd(0, 0);
        }

        writer.Stop(0, StopReason.Stop);
        writer.End();
        output.ResetWrittenCount();
    }

    [Benchmark(OperationsPerInvoke = Block.TokensPerIteration)]
    public void Text()
    {
        for (var repeat = 0; repeat < Block.Repeats; repeat++)
        {
            output.ResetWrittenCount();
            foreach (var word in words)
                writer.Text(0, word);
        }
    }

    [Benchmark(OperationsPerInvoke = Block.TokensPerIteration)]
    public void Reasoning()
    {
        for (var repeat = 0; repeat < Block.Repeats; repeat++)
        {
            output.ResetWrittenCount();
            foreach (var word in words)
                writer.Reasoning(0, word);
        }
    }

    [Benchmark(OperationsPerInvoke = Block.TokensPerIteration)]
    public void Arguments()
    {
        hasCall = true;
        writer.ToolStart(0, 0, "call_1", "weather");
        writer.ToolArguments(0, 0, "{\\\"city\\\":\\\""u8);
        for (var repeat = 0; repeat < Block.Repeats; repeat++)
        {
            output.ResetWrittenCount();
            foreach (var word in wordsInJson)
                writer.ToolArguments(0, 0, word);
        }
    }
}
