using Dragoman.Bench.Figures;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Measures;

/// <summary>Measures the CPU time of one way's processes from its creation on.</summary>
internal sealed class CpuMeter(RunningProcess upstream, RunningProcess[] hops)
{
    // The work of a process after its answer, such as its log line, belongs to the request.
    private static readonly TimeSpan Afterwards = TimeSpan.FromMilliseconds(30);

    private readonly TimeSpan upstreamBefore = upstream.CpuTime;
    private readonly TimeSpan[] hopsBefore = [.. hops.Select(hop => hop.CpuTime)];

    /// <param name="units">The number of requests or tokens to divide the time by.</param>
    public async Task<CpuUse> StopAsync(int units)
    {
        await Task.Delay(Afterwards);
        return new CpuUse(
            Share(upstream.CpuTime - upstreamBefore),
            [.. hops.Zip(hopsBefore, (hop, before) => new HopCpu(hop.Name, Share(hop.CpuTime - before)))]);

        double Share(TimeSpan time) => time.TotalMicroseconds / units;
    }
}

/// <summary>Microseconds of CPU per unit.</summary>
internal sealed record CpuUse(double Upstream, HopCpu[] Hops)
{
    /// <summary>The prefix of the figure with a process's share of the hops' CPU, before the process's name.</summary>
    public const string HopPrefix = "CPU of ";

    public double AllHops => Hops.Sum(hop => hop.Microseconds);

    public static void AddTo(FigureSet figures, string measure, Way way, string unit, IReadOnlyList<CpuUse> rounds)
    {
        figures.AddRounds(measure, way.Name, "upstream's CPU", unit, rounds.Select(round => round.Upstream));
        if (way.Kind == WayKind.Direct)
            return;
        figures.AddRounds(measure, way.Name, "hops' CPU", unit, rounds.Select(round => round.AllHops));
        foreach (var (name, hop) in rounds[0].Hops.Select((hop, index) => (hop.Name, index)))
            figures.AddRounds(measure, way.Name, HopPrefix + name, unit, rounds.Select(round => round.Hops[hop].Microseconds));
    }
}

internal readonly record struct HopCpu(string Name, double Microseconds);
