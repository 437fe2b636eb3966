using Dragoman.Bench.Figures;
using Dragoman.Bench.Load;

namespace Dragoman.Bench.Measures;

/// <summary>
/// Streams of 64 deltas at 20 ms, started at fixed times whether or not earlier ones have ended.
/// </summary>
/// <param name="FirstTokens">Milliseconds from before sending to the first token, one per stream.</param>
/// <param name="Gaps">Milliseconds between one read and the next.</param>
internal sealed record TypedStreams(double[] FirstTokens, double[] Gaps)
{
    private const string Unit = "ms";

    public static async Task<TypedStreams> MeasureAsync(Contender contender, int streams, CancellationToken cancellation)
    {
        var workload = Workload.Typed;
        var body = contender.Dialect.Ask(workload, "Type this for me.", stream: true);
        var client = contender.ClientFor(workload);
        var gaps = Enumerable.Range(0, streams).Select(_ => new List<double>(workload.Tokens + 8)).ToArray();
        var running = new Task<TimeSpan>[streams];
        using var pace = new PeriodicTimer(Plan.TypedStreamEvery);
        for (var stream = 0; stream < streams; stream++)
        {
            running[stream] = client.StreamAsync(body, workload, gaps[stream], cancellation);
            await pace.WaitForNextTickAsync(cancellation);
        }

        var firstTokens = await Task.WhenAll(running);
        return new TypedStreams([.. firstTokens.Select(time => time.TotalMilliseconds)], [.. gaps.SelectMany(each => each)]);
    }

    public static void AddTo(FigureSet figures, Results<TypedStreams> results)
    {
        foreach (var (way, rounds) in results.Each)
        {
            var direct = results.DirectFor(way);
            foreach (var (name, share) in new[] { ("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999) })
            {
                Add($"first token {name}", round => round.FirstTokens, share);
                Add($"gap {name}", round => round.Gaps, share);
            }

            void Add(string name, Func<TypedStreams, double[]> times, double share)
            {
                var together = Together(rounds, times, share);
                figures.Add(Options.Typed, way.Name, name, Unit, together);
                if (direct is not null)
                    figures.Add(Options.Typed, way.Name, $"added {name}", Unit, together - Together(direct, times, share));
            }
        }

        static double Together(IReadOnlyList<TypedStreams> rounds, Func<TypedStreams, double[]> times, double share) =>
            Statistics.Percentile([.. rounds.SelectMany(times)], share);
    }
}
