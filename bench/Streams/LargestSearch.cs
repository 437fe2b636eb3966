namespace Dragoman.Bench.Streams;

/// <summary>Which numbers of streams are tried on the way to the largest.</summary>
/// <param name="First">Tried first.</param>
/// <param name="Growth">What a number that went well is multiplied by.</param>
/// <param name="Precision">How near the largest good and the smallest bad number come, as a share of the bad one.</param>
/// <param name="Attempts">How often a number is tried before it counts as bad.</param>
internal sealed record LargestSearch(int First, int Growth, double Precision, int Attempts)
{
    /// <summary>Below this share of <see cref="First"/> no number is tried.</summary>
    private const int LeastShare = 8;

    /// <summary>For a run of its own. A busy machine spoils one try, and seldom two.</summary>
    public static LargestSearch Thorough { get; } = new(1000, 2, 0.15, 2);

    /// <summary>For a run that measures everything else as well; a try takes twenty seconds.</summary>
    public static LargestSearch Coarse { get; } = new(4000, 4, 0.5, 1);

    /// <summary>No larger number is tried.</summary>
    public int Highest { get; init; } = LargestCount.Cap;

    /// <param name="good">The largest that went well, or 0.</param>
    /// <param name="bad">The smallest that did not, or <see cref="int.MaxValue"/>.</param>
    /// <returns>0 when it is near enough.</returns>
    public int NextOf(int good, int bad)
    {
        if (bad == int.MaxValue)
            return good >= Highest ? 0 : Math.Min(Highest, good * Growth);
        return bad - good <= Precision * bad || bad <= First / LeastShare ? 0 : (good + bad) / 2;
    }
}
