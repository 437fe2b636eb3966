using System.Diagnostics;
using System.Globalization;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Soak;

/// <summary><c>dragoman-bench soak</c>: checks whether memory, descriptors and threads stay flat under mixed load.</summary>
internal static class SoakBenchmark
{
    private const int Clients = 48;

    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(5);

    /// <param name="repository">The repository's root.</param>
    /// <param name="length">The duration of the load.</param>
    /// <param name="fuzzing">The duration of the fuzzer after the load, for all targets together.</param>
    /// <param name="cancellation">Cancels the run.</param>
    /// <returns>The report's name and text. The drawing and the samples are written beside it.</returns>
    public static async Task<(string Name, string Text)> RunAsync(string repository, TimeSpan length, TimeSpan fuzzing, CancellationToken cancellation)
    {
        var machine = Machine.Describe(repository);
        var startedAt = DateTimeOffset.UtcNow;
        await using var group = new ProcessGroup();
        var front = await StartAsync(repository, group);
        using var load = new SoakLoad(front, Clients);
        Console.Error.WriteLine($"mixed load for {length.TotalMinutes:0.#} minutes");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = load.RunAsync(stop.Token);
        var samples = group.Members.Where(process => process.Name != "emulator").Select(process => new SoakSamples(process)).ToArray();
        var began = Stopwatch.GetTimestamp();
        using (var pace = new PeriodicTimer(SampleEvery))
        {
            while (Stopwatch.GetElapsedTime(began) < length && await pace.WaitForNextTickAsync(cancellation))
            {
                foreach (var process in samples)
                    process.Take(Stopwatch.GetElapsedTime(began));
            }
        }

        await stop.CancelAsync();
        await running;
        var name = string.Create(CultureInfo.InvariantCulture, $"{startedAt:yyyy-MM-dd}-soak-{length.TotalMinutes:0.#}-minutes-{machine.ShortName}");
        var fuzzed = await SoakFuzzing.RunAsync(repository, fuzzing, cancellation);
        var report = new SoakReport(machine, startedAt, length, Clients, samples, load, fuzzed);
        await report.WriteBesideAsync(Path.Combine(repository, "bench", "results"), name);
        return ($"{name}.md", report.Text(name));
    }

    private static async Task<Uri> StartAsync(string repository, ProcessGroup group)
    {
        var (_, emulator) = await group.StartAsync("emulator", [ProcessGroup.ExecutableOf(repository, "emulator")], new() { ["DRAGOMAN_EMULATOR_PORT"] = "0" });
        var configuration = Path.Combine(group.Path, "gateway.json");
        await File.WriteAllTextAsync(configuration, SoakModels.Configuration(emulator));
        var environment = new Dictionary<string, string>
        {
            ["DRAGOMAN_CONFIG"] = configuration,
            ["DRAGOMAN_DATA"] = Path.Combine(group.Path, "data"),
            ["DRAGOMAN_SIDECAR_PORT"] = "0",
            ["FUNCTIONS_CUSTOMHANDLER_PORT"] = "0",
        };
        var (_, sidecar) = await group.StartAsync("sidecar", [ProcessGroup.ExecutableOf(repository, "sidecar")], environment);
        var (_, functions) = await group.StartAsync("functions", [ProcessGroup.ExecutableOf(repository, "functions")], environment);
        var (_, front) = await group.StartFrontAsync(repository, "nginx", sidecar, functions);
        return front;
    }
}
