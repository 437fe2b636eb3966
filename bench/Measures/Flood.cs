using System.Diagnostics;
using Dragoman.Bench.Load;

namespace Dragoman.Bench.Measures;

/// <summary>Streams without a pause between tokens.</summary>
internal sealed record Flood(double TokensPerSecond, CpuUse Cpu)
{
    public static async Task<Flood> MeasureAsync(TestBed bed, Contender contender, int streams, CancellationToken cancellation)
    {
        var workload = Workload.Flood;
        var body = contender.Dialect.Ask(workload, "Hurry.", stream: true);
        var client = contender.ClientFor(workload);
        var meter = new CpuMeter(bed.UpstreamOf(workload), contender.Hops);
        var began = Stopwatch.GetTimestamp();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Plan.FloodStreamsAtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(0, streams, options, async (_, stop) => await client.StreamAsync(body, workload, null, stop));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var tokens = streams * workload.Tokens;
        return new Flood(tokens / seconds, await meter.StopAsync(tokens));
    }
}
