using Dragoman.Bench.Figures;
using Dragoman.Bench.Load;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Measures;

/// <summary>One turn of whole answers that are requested at a fixed rate, whether or not earlier ones were answered.</summary>
/// <param name="Microseconds">The time from when each request was due to its last byte. Empty when the turn was skipped.</param>
/// <param name="KeptUp">Whether answers arrived as fast as they were requested.</param>
internal sealed record PacedAnswers(double[] Microseconds, bool KeptUp)
{
    /// <summary>The figure with the share of the rounds in which answers arrived as fast as they were requested.</summary>
    public const string KeptUpName = "kept up";

    private const string Unit = "µs";

    /// <summary>When a smaller share of the rate is answered, a queue is growing.</summary>
    private const double LeastShare = 0.95;

    private static readonly PacedAnswers LeftOut = new([], false);

    public static string NameOf(int rate) => $"paced-{rate}";

    public static async Task<PacedAnswers> MeasureAsync(Contender contender, int rate, TimeSpan length, CancellationToken cancellation)
    {
        var question = new Question(contender, Workload.Small, "How long is the queue?");
        var count = (int)(rate * length.TotalSeconds);
        // Not on the thread pool, whose threads are needed for the answers.
        var arrivals = await Task.Factory.StartNew(
            () =>
            {
                LinuxThread.WakePunctually();
                return new Arrivals(TimeProvider.System, LinuxThread.Sleep).RunAsync(count, TimeSpan.FromSeconds(1.0 / rate), () => question.AskAsync(cancellation), cancellation);
            },
            cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        return new PacedAnswers([.. arrivals.Times.Select(time => time.TotalMicroseconds)], count / arrivals.Took.TotalSeconds >= LeastShare * rate);
    }

    /// <summary>Measures at every rate in turn. A contender that fell behind in every round of a rate is left out of higher rates.</summary>
    public static async Task MeasureAllAsync(FigureSet figures, IReadOnlyList<Contender> contenders, Plan plan, CancellationToken cancellation)
    {
        var behind = new HashSet<string>();
        foreach (var rate in Plan.PacedRates)
        {
            var results = await Rounds.RunAsync(contenders, plan.PacedRounds, uncounted: 0,
                contender => behind.Contains(contender.Name) ? Task.FromResult(LeftOut) : TryAsync(contender, rate, plan.PacedLength, cancellation), cancellation);
            AddTo(figures, rate, results);
            behind.UnionWith(results.Each.Where(each => each.Rounds.All(round => !round.KeptUp)).Select(each => each.Way.Name));
        }
    }

    /// <summary>Another gateway that fails under the load counts as fallen behind.</summary>
    private static async Task<PacedAnswers> TryAsync(Contender contender, int rate, TimeSpan length, CancellationToken cancellation)
    {
        try
        {
            return await MeasureAsync(contender, rate, length, cancellation);
        }
        catch (Exception error) when (contender.Way.Kind == WayKind.Peer && (error is WrongAnswerException or HttpRequestException or IOException))
        {
            Console.Error.WriteLine($"  {contender.Name}, {rate} a second: {error.Message}");
            return LeftOut;
        }
    }

    private static void AddTo(FigureSet figures, int rate, Results<PacedAnswers> results)
    {
        var measure = NameOf(rate);
        foreach (var (way, rounds) in results.Each)
        {
            figures.Add(measure, way.Name, KeptUpName, "share of rounds", rounds.Count(round => round.KeptUp) / (double)rounds.Count);
            if (rounds.Any(round => round.Microseconds.Length == 0))
                continue;
            var direct = results.DirectFor(way);
            foreach (var (name, share) in new[] { ("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999) })
            {
                var together = Together(rounds, share);
                figures.Add(measure, way.Name, name, Unit, together);
                if (direct is not null)
                    figures.Add(measure, way.Name, $"added {name}", Unit, together - Together(direct, share));
            }
        }

        static double Together(IReadOnlyList<PacedAnswers> rounds, double share) => Statistics.Percentile([.. rounds.SelectMany(round => round.Microseconds)], share);
    }
}
