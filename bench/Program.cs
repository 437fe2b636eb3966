using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Dragoman.Bench;
using Dragoman.Bench.Load;
using Dragoman.Bench.Measures;
using Dragoman.Bench.Soak;
using Dragoman.Bench.Streams;
using Microsoft.AspNetCore.Server.Kestrel.Core;

const int Failed = 1;
const int Misused = 2;

switch (args)
{
    case ["recorded-upstream", var emulator]:
        await RecordedUpstream.RunAsync(new Uri(emulator));
        return 0;
    case ["paced-upstream", var tokens, var http]:
        await PacedUpstream.RunAsync(int.Parse(tokens, CultureInfo.InvariantCulture), http == "2" ? HttpProtocols.Http2 : HttpProtocols.Http1);
        return 0;
    case ["stream-client", var url, var dialect, var model, var count, var ramp, var hold, .. var headers]:
        var seen = StreamClient.Run(
            new Uri(url), PacedDialect.Of(dialect), model,
            new PacedPlan(int.Parse(count, CultureInfo.InvariantCulture), Seconds(ramp), Seconds(hold)), headers);
        Console.WriteLine(JsonSerializer.Serialize(seen, ClientResultJson.Default.ClientResult));
        return 0;
    case ["streams", .. var arguments] when StreamsOptions.Parse(arguments) is { } options:
        return await ReportAsync((repository, stop) => StreamsBenchmark.RunAsync(repository, options, stop));
    case ["soak"]:
        return await SoakAsync(TimeSpan.FromMinutes(20));
    case ["soak", "--minutes", var minutes] when double.TryParse(minutes, CultureInfo.InvariantCulture, out var length) && length is > 0 and < 10_000:
        return await SoakAsync(TimeSpan.FromMinutes(length));
    case []:
        return await ReportAsync(async (repository, stop) =>
        {
            var report = await Benchmark.RunAsync(repository, Plan.Full, stop);
            return (report.FileName, report.Text);
        });
    case ["--quick"]:
        return await ReportAsync(async (repository, stop) => ("", (await Benchmark.RunAsync(repository, Plan.Quick, stop)).Text));
    default:
        Console.Error.WriteLine($"usage: dragoman-bench [--quick | {StreamsOptions.Usage} | soak [--minutes N]], in the root of the repository; bench/run.sh builds and starts it");
        return Misused;
}

static Task<int> SoakAsync(TimeSpan length) => ReportAsync((repository, stop) => SoakBenchmark.RunAsync(repository, length, stop));

static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));

// Prints the figures, and keeps them under bench/results/ when they have a name.
static async Task<int> ReportAsync(Func<string, CancellationToken, Task<(string Name, string Text)>> measure)
{
    using var stop = new CancellationTokenSource();
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    try
    {
        var repository = Directory.GetCurrentDirectory();
        var (name, text) = await measure(repository, stop.Token);
        Console.WriteLine(text);
        if (name.Length > 0)
        {
            var path = Path.Combine("bench", "results", name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, text);
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
