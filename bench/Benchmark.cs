using System.Diagnostics;
using Dragoman.Bench.Measures;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench;

/// <summary>One run, from starting the processes to the report.</summary>
internal static class Benchmark
{
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(1);

    public static async Task<Report> RunAsync(string repository, Plan plan, CancellationToken cancellation)
    {
        var machine = Machine.Describe(repository);
        var startedAt = DateTimeOffset.UtcNow;
        var clock = Stopwatch.StartNew();
        var noise = new NoiseMeter();

        Say("starting the processes");
        await using var bed = await TestBed.StartAsync(repository);
        await Task.Delay(SettlingTime, cancellation);
        var idle = bed.Processes.ToDictionary(process => process.Name, process => process.Memory);

        Say("checking the answers");
        await AnswerCheck.RunAsync(bed.Contenders, bed.EmulatorAddress, cancellation);

        var streaming = bed.Contenders.Where(contender => contender.Streams).ToList();
        var flooding = bed.Contenders.Where(contender => contender.Floods).ToList();
        Say("whole answers, one request in flight");
        var whole = await Rounds.RunAsync(bed.Contenders, plan.Rounds, contender => WholeAnswers.MeasureAsync(bed, contender, plan.WholeAnswers, cancellation), cancellation);
        Say("tokens without a pause");
        var flood = await Rounds.RunAsync(flooding, plan.Rounds, contender => Flood.MeasureAsync(bed, contender, plan.FloodStreams, cancellation), cancellation);
        Say("tokens that arrive singly");
        var single = await Rounds.RunAsync(streaming, plan.Rounds, contender => SingleTokens.MeasureAsync(bed, contender, plan.SingleStreams, cancellation), cancellation);
        Say("time to the first token");
        var typed = await Rounds.RunAsync(streaming, plan.Rounds, contender => TypedStreams.MeasureAsync(contender, plan.TypedStreams, cancellation), cancellation);

        await Task.Delay(SettlingTime, cancellation);
        var after = bed.Processes.ToDictionary(process => process.Name, process => process.Memory);
        var othersCores = noise.CoresTakenByOthers(bed.Processes);

        Say("start-up");
        var starts = await StartUp.MeasureAsync(repository, bed.EmulatorAddress, plan.Starts, cancellation);
        return new Report(new Findings(machine, startedAt, clock.Elapsed, plan, othersCores, whole, flood, single, typed, idle, after, starts));
    }

    private static void Say(string what) => Console.Error.WriteLine(what);
}

/// <summary>Everything one run found.</summary>
internal sealed record Findings(
    Machine Machine,
    DateTimeOffset StartedAt,
    TimeSpan Took,
    Plan Plan,
    double CoresTakenByOthers,
    Dictionary<string, List<WholeAnswers>> Whole,
    Dictionary<string, List<Flood>> Flood,
    Dictionary<string, List<CpuUse>> Single,
    Dictionary<string, List<TypedStreams>> Typed,
    Dictionary<string, ResidentMemory> Idle,
    Dictionary<string, ResidentMemory> AfterLoad,
    Dictionary<string, StartUp[]> StartUp);
