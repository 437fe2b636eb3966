namespace Dragoman.Bench.Streams;

/// <summary>The largest number of streams with none lost or stalled. The number grows until a try fails, then the interval is halved.</summary>
/// <param name="Way">The way's name in tables.</param>
/// <param name="Tries">The tries in order. A failed try may be repeated before it counts.</param>
/// <param name="Highest">The largest number to try.</param>
internal sealed record LargestCount(string Way, IReadOnlyList<StreamsFinding> Tries, int Highest)
{
    /// <summary>More streams would exceed the usual limit of descriptors for the client's process.</summary>
    public const int Cap = 16_000;

    private const double StartedEachSecond = 2000;

    /// <summary>The length of a stream, the same for all numbers, because the upstream gets it once at its start.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(20);

    /// <summary>The largest successful try. Null when all failed.</summary>
    public StreamsFinding? Best => Tries.Where(each => each.IsClean).MaxBy(each => each.Plan.Streams);

    public bool ReachedCap => Best?.Plan.Streams == Highest;

    public static async Task<LargestCount> FindAsync(StreamWay way, LargestSearch search, CancellationToken cancellation)
    {
        var tries = new List<StreamsFinding>();
        int good = 0, bad = int.MaxValue;
        search = search with { Highest = Math.Min(search.Highest, way.MostStreams) };
        for (var next = search.First; next > 0; next = search.NextOf(good, bad))
        {
            if (await IsGoodAsync(next))
                good = next;
            else
                bad = next;
        }

        return new LargestCount(way.Name, tries, search.Highest);

        async Task<bool> IsGoodAsync(int streams)
        {
            for (var attempt = 0; attempt < search.Attempts; attempt++)
            {
                var finding = await StreamsMeasure.RunAsync(way, PlanOf(streams), cancellation);
                tries.Add(finding);
                Console.Error.WriteLine($"  {way.Name}: {streams} streams, {finding.Client.Lost} lost, {finding.Client.Stalled} stalled");
                if (finding.IsClean)
                    return true;
            }

            return false;
        }
    }

    private static PacedPlan PlanOf(int streams)
    {
        var ramp = TimeSpan.FromSeconds(streams / StartedEachSecond);
        return new PacedPlan(streams, ramp, Length - ramp);
    }
}
