using BenchmarkDotNet.Attributes;
using Dragoman.Micro.Requests;
using Dragoman.Streams;

namespace Dragoman.Micro.Benchmarks;

/// <summary>Reads and writes a request that is passed through, including parsing: steps 3 and 6.</summary>
public class PassThroughRequestBenchmarks
{
    private Cell way = null!;
    private byte[] source = [];

    public static IEnumerable<object> Requests =>
        from way in Ways.All
        where way.PassesThrough
        from size in Enum.GetValues<RequestSize>()
        where ClientRequests.Of(way.Client.Name, size) is not null
        select new Sample(way, size);

    [ParamsSource(nameof(Requests))]
    public object Source { get; set; } = null!;

    [GlobalSetup]
    public void Prepare()
    {
        (way, var size) = (Sample)Source;
        source = ClientRequests.Of(way.Client.Name, size)!;
        Warm.Up(() => Pass());
    }

    /// <summary>Reads the body, because it is only written when it is read.</summary>
    [Benchmark]
    public ReadOnlyMemory<byte> Pass() => way.Upstream.Dialect.TryPassThrough(way.Client.Read(source), way.Upstream.Model)!.Body;

    private sealed record Sample(Cell Way, RequestSize Size)
    {
        public override string ToString() => $"{Way}, {Size}";
    }
}
