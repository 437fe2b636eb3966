using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Dragoman.FunctionsHost;

/// <summary>Measures the cold start of a published function app: from the launch of its process to its first answer.</summary>
internal static class ColdStart
{
    private const string Path = "/api/version";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(1);

    /// <summary>Starts both apps in turn, so that other work on the machine disturbs both alike, and prints medians, and of the first answer the 99th percentile too.</summary>
    /// <param name="runs">The number of starts of each app.</param>
    /// <param name="isolated">The folder of the isolated worker.</param>
    /// <param name="custom">The folder of the custom handler.</param>
    public static async Task MeasureAsync(int runs, string isolated, string custom)
    {
        var (ofWorker, ofHandler) = (new List<Figures>(), new List<Figures>());
        for (var run = 0; run < runs; run++)
        {
            ofWorker.Add(await StartWorkerAsync(isolated).ConfigureAwait(false));
            ofHandler.Add(await StartHandlerAsync(custom).ConfigureAwait(false));
        }

        Console.WriteLine($"medians of {runs} starts | init answered | all loaded | first answer | its 99th percentile | CPU to there | resident | on disk");
        Print("isolated worker", ofWorker, isolated);
        Print("custom handler", ofHandler, custom);
    }

    private static async Task<Figures> StartWorkerAsync(string folder)
    {
        var host = await WorkerHost.StartAsync(new WorkerApp(folder)).ConfigureAwait(false);
        await using (host.ConfigureAwait(false))
        {
            using var client = new HttpClient { BaseAddress = host.Address };
            var calling = Stopwatch.StartNew();
            using var answer = await client.GetAsync(new Uri(Path, UriKind.Relative)).ConfigureAwait(false);
            answer.EnsureSuccessStatusCode();
            var first = host.Loaded + calling.Elapsed;
            return Figures.Of(host.WorkerProcessId, host.Initialized, host.Loaded, first);
        }
    }

    private static async Task<Figures> StartHandlerAsync(string folder)
    {
        var port = FreePort();
        var since = Stopwatch.StartNew();
        var start = new ProcessStartInfo(System.IO.Path.Combine(folder, "dragoman-functions")) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment["FUNCTIONS_CUSTOMHANDLER_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            while (true)
            {
                try
                {
                    using var answer = await client.GetAsync(new Uri(Path, UriKind.Relative)).ConfigureAwait(false);
                    answer.EnsureSuccessStatusCode();
                    return Figures.Of(process.Id, null, null, since.Elapsed);
                }
                catch (HttpRequestException) when (since.Elapsed < Deadline)
                {
                    await Task.Delay(BetweenTries).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync().ConfigureAwait(false);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Print(string name, List<Figures> figures, string folder)
    {
        var bytes = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        Console.WriteLine(
            $"{name} | {Milliseconds(each => each.Initialized)} | {Milliseconds(each => each.Loaded)} | {Milliseconds(each => each.First)} | {Percentile99(figures):0} ms | {Milliseconds(each => each.Processor)}"
            + $" | {Median(figures.Select(each => each.ResidentKibibytes / 1024.0)):0} MiB | {bytes / 1024.0 / 1024:0} MiB");

        string Milliseconds(Func<Figures, TimeSpan?> of) =>
            figures.TrueForAll(each => of(each) is not null) ? $"{Median(figures.Select(each => of(each)!.Value.TotalMilliseconds)):0} ms" : "–";
    }

    /// <summary>The nearest rank, in milliseconds: with few starts it is the slowest of them.</summary>
    private static double Percentile99(List<Figures> figures)
    {
        var sorted = figures.Select(each => each.First.TotalMilliseconds).Order().ToList();
        return sorted[(int)Math.Ceiling(sorted.Count * 0.99) - 1];
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private sealed record Figures(TimeSpan? Initialized, TimeSpan? Loaded, TimeSpan First, TimeSpan? Processor, long ResidentKibibytes)
    {
        public static Figures Of(int id, TimeSpan? initialized, TimeSpan? loaded, TimeSpan first)
        {
            using var process = Process.GetProcessById(id);
            return new Figures(initialized, loaded, first, process.TotalProcessorTime, process.WorkingSet64 / 1024);
        }
    }
}
