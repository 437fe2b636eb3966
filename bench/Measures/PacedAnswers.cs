using Dragoman.Bench.Figures;
using Dragoman.Bench.Load;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Measures;

/// <summary>One turn of whole answers that are asked for at a fixed rate, answered or not.</summary>
/// <param name="Microseconds">From when each was due to its last byte. Empty: left out, as it fell behind before.</param>
/// <param name="KeptUp">Whether answers came as fast as they were asked for.</param>
internal sealed record PacedAnswers(double[] Microseconds, bool KeptUp)
{
    /// <summary>The figure that says in what share of the rounds the answers came as fast as they were asked for.</summary>
    public const string KeptUpName = "kept up";

    private const string Unit = "µs";

    /// <summary>Less of the rate than this is answered: a queue grows.</summary>
    private const double LeastShare = 0.95;

    private static readonly PacedAnswers LeftOut = new([], false);

    public static string NameOf(int rate) => $"paced-{rate}";

    public static async Task<PacedAnswers> MeasureAsync(Contender contender, int rate, TimeSpan length, CancellationToken cancellation)
    {
        var question = new Question(contender, Workload.Small, "How long is the queue?");
        var count = (int)(rate * length.TotalSeconds);
        // Off the thread pool: its threads are for the answers.
        var arrivals = await Task.Factory.StartNew(
            () =>
            {
                LinuxThread.WakePunctually();
                return new Arrivals(TimeProvider.System, LinuxThread.Sleep).RunAsync(count, TimeSpan.FromSeconds(1.0 / rate), () => question.AskAsync(cancellation), cancellation);
            },
            cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        return new PacedAnswers([.. arrivals.Times.Select(time => time.TotalMicroseconds)], count / arrivals.Took.TotalSeconds >= LeastShare * rate);
    }

    /// <summary>At every rate in turn. A contender that fell behind at one in every round is left out of the higher ones.</summary>
    public static async Task MeasureAllAsync(FigureSet figures, IReadOnlyList<Contender> contenders, Plan plan, CancellationToken cancellation)
    {
        var behind = new HashSet<string>();
        foreach (var rate in Plan.PacedRates)
        {
            var results = await Rounds.RunAsync(contenders, plan.PacedRounds, uncounted: 0,
                contender => behind.Contains(contender.Name) ? Task.FromResult(LeftOut) : MeasureAsync(contender, rate, plan.PacedLength, cancellation), cancellation);
            AddTo(figures, rate, results);
            behind.UnionWith(results.Each.Where(each => each.Rounds.All(round => !round.KeptUp)).Select(each => each.Way.Name));
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
