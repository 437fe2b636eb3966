using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Dragoman.Bench;
using Dragoman.Bench.Access;
using Dragoman.Bench.Figures;
using Dragoman.Bench.Ledger;
using Dragoman.Bench.Load;
using Dragoman.Bench.Reports;
using Dragoman.Bench.Soak;
using Dragoman.Bench.Streams;
using Microsoft.AspNetCore.Server.Kestrel.Core;

const int Failed = 1;
const int Misused = 2;

try
{
    switch (args)
    {
        case ["recorded-upstream", var emulator]:
            await RecordedUpstream.RunAsync(new Uri(emulator));
            return 0;
        case ["bare-dotnet"]:
            await BareDotnet.RunAsync();
            return 0;
        case ["compare", var before, var after]:
            Console.WriteLine(Comparison.Table(FiguresFile.Read(await File.ReadAllBytesAsync(before)), FiguresFile.Read(await File.ReadAllBytesAsync(after))));
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
        case ["streams", .. var arguments] when StreamsOptions.Parse(arguments) is { } streams:
            return await ReportAsync((repository, stop) => StreamsBenchmark.RunAsync(repository, streams, stop));
        case ["access", .. var arguments] when AccessOptions.Read(arguments) is { } access:
            return await MeasureAsync(async (repository, stop) =>
            {
                var (name, text) = await AccessBenchmark.RunAsync(repository, access, stop);
                await ResultFiles.WriteAsync(name, text, access.IsComplete);
            });
        case [LedgerOptions.ProcessCommand, var store, var seconds]:
            await SettlingProcess.RunAsync(store, seconds);
            return 0;
        case ["ledger", .. var arguments] when LedgerOptions.Read(arguments) is { } ledger:
            return await MeasureAsync(async (repository, stop) =>
            {
                var (name, text) = await LedgerBenchmark.RunAsync(repository, ledger, stop);
                await ResultFiles.WriteAsync(name, text, ledger.IsComplete);
            });
        case ["analytics", .. var arguments] when AnalyticsBenchmark.ReadEntries(arguments) is { } entries:
            return await MeasureAsync(async (repository, stop) =>
            {
                var (name, text) = await AnalyticsBenchmark.RunAsync(repository, entries, stop);
                await ResultFiles.WriteAsync(name, text, entries == AnalyticsBenchmark.Complete);
            });
        case ["soak", .. var arguments] when SoakOptions.Read(arguments) is { } soak:
            return await SoakAsync(soak);
        case var arguments when Options.Read(arguments) is { } options:
            return await MeasureAsync(async (repository, stop) => await ResultFiles.WriteAsync(await Benchmark.RunAsync(repository, options, stop), options.IsComplete));
        default:
            Console.Error.WriteLine(Options.Usage);
            return Misused;
    }
}
catch (Exception error) when (error is WrongAnswerException or InvalidOperationException or HttpRequestException or IOException)
{
    Console.Error.WriteLine($"dragoman-bench: {error.Message}");
    return Failed;
}

static Task<int> SoakAsync(SoakOptions options) => MeasureAsync(async (repository, stop) =>
{
    var (name, text) = await SoakBenchmark.RunAsync(repository, options.Load, options.Fuzzing, stop);
    await ResultFiles.WriteAsync(name, text);
});

static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));

// Writes the report of a measure with a separate run.
static Task<int> ReportAsync(Func<string, CancellationToken, Task<(string Name, string Text)>> measure) => MeasureAsync(async (repository, stop) =>
{
    var (name, text) = await measure(repository, stop);
    await ResultFiles.WriteAsync(name, text);
});

static async Task<int> MeasureAsync(Func<string, CancellationToken, Task> measure)
{
    using var stop = new CancellationTokenSource();
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    try
    {
        await measure(Directory.GetCurrentDirectory(), stop.Token);
        return 0;
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        return Failed;
    }

    void Stop(PosixSignalContext signal)
    {
        // The started processes must end before this one.
        signal.Cancel = true;
        stop.Cancel();
    }
}
