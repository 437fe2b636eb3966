namespace Dragoman.Bench.Streams;

/// <summary>The search for the largest number of streams.</summary>
/// <param name="First">The first number to try.</param>
/// <param name="Growth">The factor after a successful try.</param>
/// <param name="Precision">The final distance of the largest good and the smallest bad number, as a share of the bad one.</param>
/// <param name="Attempts">The number of tries before a number counts as bad.</param>
internal sealed record LargestSearch(int First, int Growth, double Precision, int Attempts)
{
    /// <summary>The search ends when a number of at most <see cref="First"/> divided by this fails.</summary>
    private const int LeastShare = 8;

    /// <summary>The search of a separate run. A busy machine spoils one try, but rarely two.</summary>
    public static LargestSearch Thorough { get; } = new(1000, 2, 0.15, 2);

    /// <summary>The search of a run that also measures everything else. One try takes twenty seconds.</summary>
    public static LargestSearch Coarse { get; } = new(4000, 4, 0.5, 1);

    /// <summary>The largest number to try.</summary>
    public int Highest { get; init; } = LargestCount.Cap;

    /// <param name="good">The largest good number, or 0.</param>
    /// <param name="bad">The smallest bad number, or <see cref="int.MaxValue"/>.</param>
    /// <returns>The next number to try, or 0 when the search has ended.</returns>
    public int NextOf(int good, int bad)
    {
        if (bad == int.MaxValue)
            return good >= Highest ? 0 : Math.Min(Highest, good * Growth);
        return bad - good <= Precision * bad || bad <= First / LeastShare ? 0 : (good + bad) / 2;
    }
}
