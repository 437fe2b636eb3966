using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Streams;

/// <summary>The sizes of a process before the streams, while all are open, and after them.</summary>
/// <param name="Name">The name in tables.</param>
/// <param name="Before">The size before the first request.</param>
/// <param name="Open">The size while all streams are open.</param>
/// <param name="After">The size a few seconds after all streams have ended.</param>
/// <param name="Cores">The mean number of cores that the process kept busy while all streams were open.</param>
internal sealed record HopSizes(string Name, ProcessSize Before, ProcessSize Open, ProcessSize After, double Cores);

/// <summary>The result of one plan on one way.</summary>
internal sealed record StreamsFinding(string Way, PacedPlan Plan, ClientResult Client, HopSizes Upstream, HopSizes[] Hops, double CoresTakenByOthers)
{
    /// <summary>Whether no stream was lost or stalled.</summary>
    public bool IsClean => Client is { Lost: 0, Stalled: 0 };
}

/// <summary>Runs the client against one way and watches the processes on it.</summary>
internal static class StreamsMeasure
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>The part of the time with all streams open over which CPU is counted.</summary>
    private const double CountedShare = 0.6;

    public static async Task<StreamsFinding> RunAsync(StreamWay way, PacedPlan plan, CancellationToken cancellation)
    {
        RunningProcess[] watched = [way.Upstream, .. way.Hops];
        var before = watched.Select(process => process.Size).ToArray();
        var client = StartClient(way, plan);
        try
        {
            var result = client.StandardOutput.ReadToEndAsync(cancellation);
            await Task.Delay(plan.Ramp + ((1 - CountedShare) / 2 * plan.Hold), cancellation);
            var machineBefore = LinuxProcess.MachineBusyTime();
            var began = Stopwatch.GetTimestamp();
            var cpuBefore = watched.Select(process => process.CpuTime).ToArray();
            var clientBefore = LinuxProcess.CpuTimeOf(client.Id);
            await Task.Delay(CountedShare * plan.Hold, cancellation);
            var cores = watched.Zip(cpuBefore, (process, cpu) => (process.CpuTime - cpu) / Stopwatch.GetElapsedTime(began)).ToArray();
            var clientCores = (LinuxProcess.CpuTimeOf(client.Id) - clientBefore) / Stopwatch.GetElapsedTime(began);
            var all = (LinuxProcess.MachineBusyTime() - machineBefore) / Stopwatch.GetElapsedTime(began);
            var others = Math.Max(0, all - cores.Sum() - clientCores);
            var open = watched.Select(process => process.Size).ToArray();

            var seen = JsonSerializer.Deserialize(await result, ClientResultJson.Default.ClientResult)
                ?? throw new InvalidOperationException("the stream client gave no result");
            await client.WaitForExitAsync(cancellation);
            await Task.Delay(Settling, cancellation);
            var hops = watched.Select((process, index) => new HopSizes(process.Name, before[index], open[index], process.Size, cores[index])).ToArray();
            return new StreamsFinding(way.Name, plan, seen, hops[0], hops[1..], others);
        }
        catch (JsonException)
        {
            throw new InvalidOperationException("the stream client failed; its words are above");
        }
        finally
        {
            if (!client.HasExited)
                LinuxProcess.RequestEnd(client.Id);
        }
    }

    private static Process StartClient(StreamWay way, PacedPlan plan)
    {
        string[] arguments =
        [
            "stream-client", way.Address.ToString(), way.Dialect.Name, way.Model,
            plan.Streams.ToString(CultureInfo.InvariantCulture),
            plan.Ramp.TotalSeconds.ToString(CultureInfo.InvariantCulture),
            plan.Hold.TotalSeconds.ToString(CultureInfo.InvariantCulture),
            .. way.Headers,
        ];
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true };
        ChildEnvironment.Apply(start, []);
        return Process.Start(start)!;
    }
}
