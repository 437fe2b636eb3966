using System.Diagnostics;
using Dragoman.Bench.Figures;
using Dragoman.Bench.Load;

namespace Dragoman.Bench.Measures;

/// <summary>Streams without a pause between tokens.</summary>
internal sealed record Flood(double TokensPerSecond, CpuUse Cpu)
{
    public static async Task<Flood> MeasureAsync(TestBed bed, Contender contender, int streams, CancellationToken cancellation)
    {
        var workload = Workload.Flood;
        streams = contender.ShareOf(streams);
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

    public static void AddTo(FigureSet figures, Results<Flood> results)
    {
        foreach (var (way, rounds) in results.Each)
        {
            figures.AddRounds(Options.Flood, way.Name, "tokens", "thousand a second", rounds.Select(round => round.TokensPerSecond / 1000));
            CpuUse.AddTo(figures, Options.Flood, way, "µs a token", [.. rounds.Select(round => round.Cpu)]);
        }
    }
}
