using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Measures;

/// <summary>CPU time that the processes of one way take from here on.</summary>
internal sealed class CpuMeter(RunningProcess upstream, RunningProcess[] hops)
{
    // What a process does after its answer has gone, such as its log line, belongs to the request.
    private static readonly TimeSpan Afterwards = TimeSpan.FromMilliseconds(30);

    private readonly TimeSpan upstreamBefore = upstream.CpuTime;
    private readonly TimeSpan[] hopsBefore = [.. hops.Select(hop => hop.CpuTime)];

    /// <param name="units">Requests or tokens to share the time among.</param>
    public async Task<CpuUse> StopAsync(int units)
    {
        await Task.Delay(Afterwards);
        return new CpuUse(
            Share(upstream.CpuTime - upstreamBefore),
            [.. hops.Zip(hopsBefore, (hop, before) => new HopCpu(hop.Name, Share(hop.CpuTime - before)))]);

        double Share(TimeSpan time) => time.TotalMicroseconds / units;
    }
}

/// <summary>Microseconds of CPU for one unit.</summary>
internal sealed record CpuUse(double Upstream, HopCpu[] Hops)
{
    public double AllHops => Hops.Sum(hop => hop.Microseconds);

    public static CpuUse MedianOf(IReadOnlyCollection<CpuUse> rounds)
    {
        var hops = rounds.First().Hops.Select((hop, index) => hop with { Microseconds = Statistics.Median(rounds.Select(round => round.Hops[index].Microseconds)) });
        return new CpuUse(Statistics.Median(rounds.Select(round => round.Upstream)), [.. hops]);
    }
}

internal readonly record struct HopCpu(string Name, double Microseconds);
