using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Dragoman.Micro.Benchmarks;
using Perfolizer.Horology;

namespace Dragoman.Micro;

/// <summary>The thoroughness of the measurement.</summary>
internal sealed record Pace(int StreamIterations, int CallWarmUps, int CallIterations, double CallMilliseconds)
{
    public static readonly Pace Full = new(StreamIterations: 40, CallWarmUps: 2, CallIterations: 15, CallMilliseconds: 60);

    public static readonly Pace Short = new(StreamIterations: 10, CallWarmUps: 1, CallIterations: 5, CallMilliseconds: 25);

    private const int StreamWarmUps = 2;

    private static readonly IClock Clock = new CpuClock() is { IsAvailable: true } clock ? clock : Chronometer.BestClock;

    private static readonly Type[] OfStreams = [typeof(CellBenchmarks), typeof(WriterBenchmarks), typeof(ReaderBenchmarks)];

    private static readonly Type[] OfCalls = [typeof(FramingBenchmarks), typeof(RequestBenchmarks), typeof(ReadRequestBenchmarks), typeof(WriteRequestBenchmarks), typeof(PassThroughRequestBenchmarks), typeof(SchemaBenchmarks), typeof(AccessAuthenticationBenchmarks), typeof(AccessLimitBenchmarks), typeof(BudgetBenchmarks)];

    /// <summary>All benchmarks with their configurations.</summary>
    /// <remarks>
    /// The benchmarks run in this process, which was built once and like the published one. Each iteration opens a new stream,
    /// because one stream would grow without limit. A call is repeated until an iteration is long enough.
    /// </remarks>
    public IEnumerable<(Type Benchmark, ManualConfig Config)> Benchmarks(ILogger log)
    {
        var inside = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithClock(Clock);
        var streams = inside.WithInvocationCount(1).WithUnrollFactor(1).WithWarmupCount(StreamWarmUps).WithIterationCount(StreamIterations);
        var calls = inside.WithWarmupCount(CallWarmUps).WithIterationCount(CallIterations).WithIterationTime(TimeInterval.FromMilliseconds(CallMilliseconds));
        return [.. OfStreams.Select(type => (type, Configure(streams, log))), .. OfCalls.Select(type => (type, Configure(calls, log)))];
    }

    private static ManualConfig Configure(Job job, ILogger log) => ManualConfig.CreateEmpty()
        .AddJob(job)
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddLogger(log)
        .WithOptions(ConfigOptions.DisableLogFile)
        .WithArtifactsPath(Path.Combine("artifacts", "micro"));
}
