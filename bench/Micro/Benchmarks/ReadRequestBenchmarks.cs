using BenchmarkDotNet.Attributes;
using Dragoman.Conversation;
using Dragoman.Micro.Requests;
using Dragoman.Streams;

namespace Dragoman.Micro.Benchmarks;

/// <summary>Reads a request in each client's dialect, including parsing: step 3.</summary>
public class ReadRequestBenchmarks
{
    private Client client = null!;
    private byte[] source = [];

    public static IEnumerable<object> Requests =>
        from client in Ways.Clients
        from size in Enum.GetValues<RequestSize>()
        where ClientRequests.Of(client.Name, size) is not null
        select new Sample(client, size);

    [ParamsSource(nameof(Requests))]
    public object Source { get; set; } = null!;

    [GlobalSetup]
    public void Prepare()
    {
        (client, var size) = (Sample)Source;
        source = ClientRequests.Of(client.Name, size)!;
        Warm.Up(() => Read());
    }

    [Benchmark]
    public ChatRequest Read() => client.Read(source);

    private sealed record Sample(Client Client, RequestSize Size)
    {
        public override string ToString() => $"{Client.Name}, {Size}";
    }
}
