namespace Dragoman.Bench.Streams;

/// <summary>The largest number of streams with none lost and none stalled: doubled until it goes wrong, then halved in between.</summary>
/// <param name="Way">As the tables show it.</param>
/// <param name="Tries">In their order; one that went wrong may have been made once more before it counted.</param>
/// <param name="Highest">No larger number was to be tried.</param>
internal sealed record LargestCount(string Way, IReadOnlyList<StreamsFinding> Tries, int Highest)
{
    /// <summary>More would need more descriptors than one process of the client may have on usual machines.</summary>
    public const int Cap = 16_000;

    private const double StartedEachSecond = 2000;

    /// <summary>The same for all numbers, because the upstream is told once how long a stream is.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(20);

    /// <summary>Null: not even the first number went well.</summary>
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
