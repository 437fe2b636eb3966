using BenchmarkDotNet.Attributes;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Streams;

namespace Dragoman.Micro.Benchmarks;

/// <summary>A request with three turns and two tools from each client to each provider: steps 3 and 6.</summary>
public class RequestBenchmarks
{
    public static IEnumerable<object> Cells => CellBenchmarks.Cells;

    [ParamsSource(nameof(Cells))]
    public object Way { get; set; } = null!;

    [GlobalSetup]
    public void Prepare() => Warm.Up(() => Request());

    [Benchmark]
    public UpstreamCall Request()
    {
        var (client, upstream) = (Cell)Way;
        var request = client.Read();
        return upstream.Dialect.TryPassThrough(request, upstream.Model) ?? upstream.Dialect.Write(request, upstream.Model, new LossReport());
    }
}
