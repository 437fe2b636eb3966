using Dragoman.Bench.Figures;
using Dragoman.Bench.Load;

namespace Dragoman.Bench.Measures;

/// <summary>CPU while the tokens of several streams arrive one by one.</summary>
internal static class SingleTokens
{
    public static async Task<CpuUse> MeasureAsync(TestBed bed, Contender contender, int streams, CancellationToken cancellation)
    {
        var workload = Workload.Single;
        var body = contender.Dialect.Ask(workload, "Take your time.", stream: true);
        var client = contender.ClientFor(workload);
        var meter = new CpuMeter(bed.UpstreamOf(workload), contender.Hops);
        var running = new Task[streams];
        // The starts are spread over one token's time, so that the streams' tokens do not arrive together.
        for (var stream = 0; stream < streams; stream++)
        {
            running[stream] = client.StreamAsync(body, workload, null, cancellation);
            await Task.Delay(1, cancellation);
        }

        await Task.WhenAll(running);
        return await meter.StopAsync(streams * workload.Tokens);
    }

    public static void AddTo(FigureSet figures, Results<CpuUse> results)
    {
        foreach (var (way, rounds) in results.Each)
            CpuUse.AddTo(figures, Options.Single, way, "µs a token", rounds);
    }
}
