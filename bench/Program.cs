using System.Runtime.InteropServices;
using Dragoman.Bench;
using Dragoman.Bench.Cells;
using Dragoman.Bench.Figures;
using Dragoman.Bench.Load;
using Dragoman.Bench.Reports;

const int Failed = 1;
const int Misused = 2;

try
{
    switch (args)
    {
        case ["recorded-upstream", var emulator]:
            await RecordedUpstream.RunAsync(new Uri(emulator));
            return 0;
        case ["cells"]:
            Console.WriteLine(CellBenchmark.Run());
            return 0;
        case ["compare", var before, var after]:
            Console.WriteLine(Comparison.Table(FiguresFile.Read(await File.ReadAllBytesAsync(before)), FiguresFile.Read(await File.ReadAllBytesAsync(after))));
            return 0;
    }

    if (Options.Read(args) is { } options)
        return await MeasureAsync(options);
    Console.Error.WriteLine(Options.Usage);
    return Misused;
}
catch (Exception error) when (error is WrongAnswerException or InvalidOperationException or HttpRequestException or IOException)
{
    Console.Error.WriteLine($"dragoman-bench: {error.Message}");
    return Failed;
}

static async Task<int> MeasureAsync(Options options)
{
    using var stop = new CancellationTokenSource();
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    try
    {
        var run = await Benchmark.RunAsync(Directory.GetCurrentDirectory(), options, stop.Token);
        await ResultFiles.WriteAsync(run, options.IsComplete);
        return 0;
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        return Failed;
    }

    void Stop(PosixSignalContext signal)
    {
        // The processes that were started end first.
        signal.Cancel = true;
        stop.Cancel();
    }
}
