using System.Runtime.InteropServices;
using Dragoman.Bench;
using Dragoman.Bench.Load;
using Dragoman.Bench.Measures;

const int Failed = 1;
const int Misused = 2;

switch (args)
{
    case ["recorded-upstream", var emulator]:
        await RecordedUpstream.RunAsync(new Uri(emulator));
        return 0;
    case []:
        return await MeasureAsync(Plan.Full);
    case ["--quick"]:
        return await MeasureAsync(Plan.Quick);
    default:
        Console.Error.WriteLine("usage: dragoman-bench [--quick], in the root of the repository; bench/run.sh builds and starts it");
        return Misused;
}

static async Task<int> MeasureAsync(Plan plan)
{
    using var stop = new CancellationTokenSource();
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    try
    {
        var repository = Directory.GetCurrentDirectory();
        var report = await Benchmark.RunAsync(repository, plan, stop.Token);
        Console.WriteLine(report.Text);
        if (plan == Plan.Full)
        {
            var path = Path.Combine("bench", "results", report.FileName);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, report.Text);
            Console.Error.WriteLine($"written to {path}");
        }

        return 0;
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        return Failed;
    }
    catch (Exception error) when (error is WrongAnswerException or InvalidOperationException or HttpRequestException or IOException)
    {
        Console.Error.WriteLine($"dragoman-bench: {error.Message}");
        return Failed;
    }

    void Stop(PosixSignalContext signal)
    {
        // The processes that were started end first.
        signal.Cancel = true;
        stop.Cancel();
    }
}
