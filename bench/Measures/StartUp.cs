using System.Diagnostics;
using Dragoman.Bench.Figures;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Measures;

/// <summary>The time from starting a published executable to its first 200 on <c>/health</c>, or <c>/</c> for Portkey.</summary>
/// <param name="Milliseconds">The wall-clock time.</param>
/// <param name="CpuMilliseconds">The process's CPU time, which other load disturbs less.</param>
internal sealed record StartUp(double Milliseconds, double CpuMilliseconds)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] Executables = ["sidecar", "functions", "emulator"];

    /// <returns>All starts by the executable's name.</returns>
    public static async Task<Dictionary<string, StartUp[]>> MeasureAsync(string repository, Uri somethingThatAnswers, int starts, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        // The load generator's own first request is slow.
        (await client.GetAsync(new Uri(somethingThatAnswers, "/health"), cancellation)).Dispose();
        var times = Executables.ToDictionary(name => $"dragoman-{name}", _ => new StartUp[starts]);
        var portkey = Portkey.Find();
        if (portkey is not null)
            times["Portkey"] = new StartUp[starts];
        var data = Directory.CreateTempSubdirectory("dragoman-bench-start-").FullName;
        try
        {
            for (var start = 0; start < starts; start++)
            {
                foreach (var name in Executables)
                    times[$"dragoman-{name}"][start] = await StartOnceAsync(name, ProcessGroup.ExecutableOf(repository, name), data, client, cancellation);
                if (portkey is not null)
                    times["Portkey"][start] = await StartOnceAsync(portkey, data, client, cancellation);
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        return times;
    }

    public static void AddTo(FigureSet figures, Dictionary<string, StartUp[]> starts)
    {
        foreach (var (name, each) in starts)
        {
            figures.AddRounds(Options.Start, name, "first answer", "ms", each.Select(start => start.Milliseconds));
            figures.AddRounds(Options.Start, name, "CPU", "ms", each.Select(start => start.CpuMilliseconds));
        }
    }

    private static async Task<StartUp> StartOnceAsync(string name, string executable, string directory, HttpClient client, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(executable) { WorkingDirectory = directory, RedirectStandardOutput = true };
        ChildEnvironment.Apply(start, new()
        {
            ["DRAGOMAN_DATA"] = directory,
            ["DRAGOMAN_EMULATOR_PORT"] = "0",
            ["DRAGOMAN_SIDECAR_PORT"] = "0",
            ["FUNCTIONS_CUSTOMHANDLER_PORT"] = "0",
        });
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(cancellation);
            if (line?.Split(" listening on ") is not [_, var address])
                throw new InvalidOperationException($"{name} said \"{line}\" instead of where it listens");
            using var response = await client.GetAsync(new Uri(new Uri(address), "/health"), cancellation);
            response.EnsureSuccessStatusCode();
            return new StartUp(Stopwatch.GetElapsedTime(began).TotalMilliseconds, LinuxProcess.CpuTimeOf(process.Id).TotalMilliseconds);
        }
        finally
        {
            LinuxProcess.RequestEnd(process.Id);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Portkey does not report when it listens, so it is asked until it answers.</summary>
    private static async Task<StartUp> StartOnceAsync(Portkey portkey, string directory, HttpClient client, CancellationToken cancellation)
    {
        var port = RunningProcess.FreePort();
        string[] command = portkey.CommandFor(port);
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = directory, RedirectStandardOutput = true };
        ChildEnvironment.Apply(start, Portkey.ProcessEnvironment);
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        try
        {
            while (true)
            {
                try
                {
                    using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/"), cancellation);
                    response.EnsureSuccessStatusCode();
                    return new StartUp(Stopwatch.GetElapsedTime(began).TotalMilliseconds, LinuxProcess.CpuTimeOf(process.Id).TotalMilliseconds);
                }
                catch (HttpRequestException) when (!process.HasExited && Stopwatch.GetElapsedTime(began) < Patience)
                {
                    await Task.Delay(2, cancellation);
                }
            }
        }
        finally
        {
            LinuxProcess.RequestEnd(process.Id);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
