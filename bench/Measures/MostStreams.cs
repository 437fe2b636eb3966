using Dragoman.Bench.Figures;
using Dragoman.Bench.Streams;

namespace Dragoman.Bench.Measures;

/// <summary>Searches roughly for the most streams with none lost or stalled. <c>streams --largest</c> searches precisely.</summary>
internal static class MostStreams
{
    public const string Most = "streams";
    public const string Lateness = "token late, p99";
    public const string Memory = "hops' memory a stream";
    public const string Worse = "went wrong at";

    /// <summary>The ways for very many streams, by the corresponding way of this run.</summary>
    private static readonly Dictionary<string, string> Names = new()
    {
        ["nginx"] = WayNames.BareNginx,
        ["dotnet"] = WayNames.BareDotnet,
        ["nginx-sidecar"] = StreamsBed.FrontWay("2"),
        ["portkey"] = WayNames.Peer,
    };

    public static async Task MeasureAsync(FigureSet figures, string repository, IReadOnlyList<Way> ways, Plan plan, CancellationToken cancellation)
    {
        string[] chosen = [.. ways.Where(way => Names.ContainsKey(way.Id)).Select(way => Names[way.Id])];
        if (chosen.Length == 0)
            return;
        foreach (var count in await StreamsBenchmark.FindLargestAsync(repository, plan.StreamsSearch, chosen, cancellation))
        {
            figures.Add(Options.Streams, count.Way, Most, "at once", count.Best?.Plan.Streams ?? 0);
            if (count.Tries.Where(each => !each.IsClean).MinBy(each => each.Plan.Streams) is { } worse)
                figures.Add(Options.Streams, count.Way, Worse, "at once", worse.Plan.Streams);
            if (count.Best is not { } best)
                continue;
            figures.Add(Options.Streams, count.Way, Lateness, "ms", best.Client.Lateness.P99);
            figures.Add(Options.Streams, count.Way, Memory, "KB", best.Hops.Sum(hop => hop.Open.Resident - hop.Before.Resident) * 1.024 / best.Plan.Streams);
        }
    }
}
