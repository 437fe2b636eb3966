namespace Dragoman.Bench.Streams;

/// <summary>Counts durations in buckets that are 2 % wide, so that millions of them cost nothing.</summary>
internal sealed class Histogram
{
    private const double Width = 1.02;
    private const int Buckets = 1100;

    private readonly long[] counts = new long[Buckets];

    public long Count { get; private set; }

    /// <summary>In microseconds.</summary>
    public long Largest { get; private set; }

    public void Add(long microseconds)
    {
        counts[Math.Min(Buckets - 1, (int)(Math.Log(1 + Math.Max(0, microseconds)) / Math.Log(Width)))]++;
        Count++;
        Largest = Math.Max(Largest, microseconds);
    }

    /// <summary>Milliseconds that this share of the durations does not exceed.</summary>
    public double Milliseconds(double share)
    {
        var wanted = (long)Math.Ceiling(share * Count);
        var seen = 0L;
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            seen += counts[bucket];
            if (seen >= wanted && seen > 0)
                return Math.Min(Largest, Math.Pow(Width, bucket + 1) - 1) / 1000;
        }

        return 0;
    }
}
