using System.Diagnostics;
using Dragoman.Bench.Figures;
using Dragoman.Bench.Load;

namespace Dragoman.Bench.Measures;

/// <summary>One turn of whole answers with a fixed number of requests in flight. Each request follows another's answer.</summary>
/// <param name="Microseconds">The time of each request.</param>
/// <param name="AnswersPerSecond">The rate of all together.</param>
/// <param name="Cpu">The CPU time per request.</param>
internal sealed record WholeAnswers(double[] Microseconds, double AnswersPerSecond, CpuUse Cpu)
{
    private const string Unit = "µs";

    public static string NameOf(int inFlight) => $"whole-{inFlight}";

    public static async Task<WholeAnswers> MeasureAsync(TestBed bed, Contender contender, int requests, int inFlight, CancellationToken cancellation)
    {
        var workload = Workload.Small;
        var question = new Question(contender, workload, "How long does this take?");
        requests = contender.ShareOf(requests);
        var times = new double[requests];
        var next = -1;
        var meter = new CpuMeter(bed.UpstreamOf(workload), contender.Hops);
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => AskInTurnAsync()));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return new WholeAnswers(times, requests / seconds, await meter.StopAsync(requests));

        async Task AskInTurnAsync()
        {
            while (Interlocked.Increment(ref next) is var request && request < requests)
                times[request] = (await question.AskAsync(cancellation)).TotalMicroseconds;
        }
    }

    public static void AddTo(FigureSet figures, int inFlight, Results<WholeAnswers> results)
    {
        var measure = NameOf(inFlight);
        foreach (var (way, rounds) in results.Each)
        {
            var direct = results.DirectFor(way);
            foreach (var (name, share) in new[] { ("p50", 0.5), ("p99", 0.99) })
            {
                double[] each = [.. rounds.Select(round => Statistics.Percentile(round.Microseconds, share))];
                figures.AddRounds(measure, way.Name, name, Unit, each);
                if (direct is not null)
                    figures.AddRounds(measure, way.Name, $"added {name}", Unit, each.Zip(direct, (time, same) => time - Statistics.Percentile(same.Microseconds, share)));
            }

            // One round has too few requests for this percentile.
            var slowest = Together(rounds);
            figures.Add(measure, way.Name, "p99.9", Unit, slowest);
            if (direct is not null)
                figures.Add(measure, way.Name, "added p99.9", Unit, slowest - Together(direct));
            figures.AddRounds(measure, way.Name, "answers", "a second", rounds.Select(round => round.AnswersPerSecond));
            CpuUse.AddTo(figures, measure, way, "µs a request", [.. rounds.Select(round => round.Cpu)]);
        }

        static double Together(IReadOnlyList<WholeAnswers> rounds) => Statistics.Percentile([.. rounds.SelectMany(round => round.Microseconds)], 0.999);
    }
}
