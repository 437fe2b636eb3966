using BenchmarkDotNet.Attributes;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Micro.Requests;
using Dragoman.Streams;

namespace Dragoman.Micro.Benchmarks;

/// <summary>Writes a request for each provider: step 6. It is from Ollama's chat, which no provider passes through.</summary>
public class WriteRequestBenchmarks
{
    private Upstream upstream = null!;
    private ChatRequest request = null!;

    public static IEnumerable<object> Requests =>
        from upstream in Ways.Upstreams
        from size in Enum.GetValues<RequestSize>()
        select new Sample(upstream, size);

    [ParamsSource(nameof(Requests))]
    public object Source { get; set; } = null!;

    [GlobalSetup]
    public void Prepare()
    {
        (upstream, var size) = (Sample)Source;
        var client = Ways.Clients.Single(client => client.Name == "Ollama");
        request = client.Read(ClientRequests.Of(client.Name, size)!);
        Warm.Up(() => Write());
    }

    [Benchmark]
    public UpstreamCall Write() => upstream.Dialect.Write(request, upstream.Model, new LossReport());

    private sealed record Sample(Upstream Upstream, RequestSize Size)
    {
        public override string ToString() => $"{Upstream.Name}, {Size}";
    }
}
