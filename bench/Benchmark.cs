using System.Diagnostics;
using Dragoman.Bench.Figures;
using Dragoman.Bench.Measures;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench;

/// <summary>One run, from starting the processes to the numbers.</summary>
internal sealed class Benchmark(TestBed bed, IReadOnlyList<Contender> contenders, Options options, CancellationToken cancellation)
{
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(1);

    private readonly Plan plan = options.Plan;
    private readonly FigureSet figures = new();

    public static async Task<Run> RunAsync(string repository, Options options, CancellationToken cancellation)
    {
        var machine = Machine.Describe(repository);
        var startedAt = DateTimeOffset.UtcNow;
        var clock = Stopwatch.StartNew();
        var noise = new NoiseMeter();

        Say("starting the processes");
        await using var bed = await TestBed.StartAsync(repository);
        var ways = options.Choose([.. bed.Contenders.Select(contender => contender.Way)]);
        var benchmark = new Benchmark(bed, [.. bed.Contenders.Where(contender => ways.Contains(contender.Way))], options, cancellation);
        var othersCores = await benchmark.MeasureAsync(noise);
        if (options.Includes(Options.Start))
        {
            Say("start-up");
            StartUp.AddTo(benchmark.figures, await StartUp.MeasureAsync(repository, bed.EmulatorAddress, options.Plan.Starts, cancellation));
        }

        if (options.Includes(Options.Streams))
        {
            Say("the largest number of streams");
            // This measure has separate processes, and nothing else may use memory at the same time.
            await bed.DisposeAsync();
            await MostStreams.MeasureAsync(benchmark.figures, repository, ways, options.Plan, cancellation);
        }

        return new Run(machine, startedAt, clock.Elapsed, options.Plan, othersCores, ways, benchmark.figures);
    }

    /// <returns>The mean number of cores that other processes kept busy.</returns>
    private async Task<double> MeasureAsync(NoiseMeter noise)
    {
        await Task.Delay(SettlingTime, cancellation);
        var memory = new MemoryLog(bed.Processes);

        Say("checking the answers");
        await AnswerCheck.RunAsync(contenders, bed.EmulatorAddress, cancellation);

        if (options.Includes(Options.Whole))
            await MeasureWholeAnswersAsync();
        if (options.Includes(Options.Paced))
        {
            Say($"whole answers, {string.Join(", ", Plan.PacedRates)} a second");
            await PacedAnswers.MeasureAllAsync(figures, contenders, plan, cancellation);
        }

        if (options.Includes(Options.Flood))
        {
            Say("tokens without a pause");
            Flood.AddTo(figures, await Rounds.RunAsync(Flooding, plan.Rounds, Rounds.ToWarmUp, contender => Flood.MeasureAsync(bed, contender, plan.FloodStreams, cancellation), cancellation));
        }

        if (options.Includes(Options.Single))
        {
            Say("tokens that arrive singly");
            SingleTokens.AddTo(figures, await Rounds.RunAsync(Streaming, plan.Rounds, Rounds.ToWarmUp, contender => SingleTokens.MeasureAsync(bed, contender, plan.SingleStreams, cancellation), cancellation));
        }

        if (options.Includes(Options.Typed))
        {
            Say("time to the first token");
            // The code for single tokens is warm after the measure before, but its connections are too few.
            TypedStreams.AddTo(figures, await Rounds.RunAsync(Streaming, plan.Rounds, options.Includes(Options.Single) ? 1 : Rounds.ToWarmUp, contender => TypedStreams.MeasureAsync(contender, plan.TypedStreams, cancellation), cancellation));
        }

        await Task.Delay(SettlingTime, cancellation);
        if (options.Includes(Options.Memory))
            memory.AddTo(figures);
        return noise.CoresTakenByOthers(bed.Processes);
    }

    private async Task MeasureWholeAnswersAsync()
    {
        const int inFlightToWarmUp = 4;
        Say("warming up");
        foreach (var contender in contenders)
            await WholeAnswers.MeasureAsync(bed, contender, plan.WarmUpAnswers, inFlightToWarmUp, cancellation);
        foreach (var inFlight in Plan.InFlight)
        {
            Say($"whole answers, {inFlight} in flight");
            var requests = inFlight == 1 ? plan.WholeAnswers : 2 * plan.WholeAnswers;
            WholeAnswers.AddTo(figures, inFlight, await Rounds.RunAsync(
                contenders, plan.Rounds, uncounted: 1, contender => WholeAnswers.MeasureAsync(bed, contender, requests, inFlight, cancellation), cancellation));
        }
    }

    private IReadOnlyList<Contender> Streaming => [.. contenders.Where(contender => contender.Streams)];

    private IReadOnlyList<Contender> Flooding => [.. contenders.Where(contender => contender.Floods)];

    private static void Say(string what) => Console.Error.WriteLine(what);
}
