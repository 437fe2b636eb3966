namespace Dragoman.Bench.Streams;

/// <summary>Counts durations in buckets that are 2 % wide, so that millions of them cost nothing.</summary>
internal sealed class Histogram
{
    private const double Width = 1.02;
    private const int Buckets = 1100;

    private readonly long[] counts = new long[Buckets];
    private long count;
    private long largest;

    public Spread Spread => new(Milliseconds(0.5), Milliseconds(0.99), Milliseconds(0.999), largest / 1000.0);

    public void Add(long microseconds)
    {
        counts[Math.Min(Buckets - 1, (int)(Math.Log(1 + Math.Max(0, microseconds)) / Math.Log(Width)))]++;
        count++;
        largest = Math.Max(largest, microseconds);
    }

    private double Milliseconds(double share)
    {
        var wanted = (long)Math.Ceiling(share * count);
        var seen = 0L;
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            seen += counts[bucket];
            if (seen >= wanted && seen > 0)
                return Math.Min(largest, Math.Pow(Width, bucket + 1) - 1) / 1000;
        }

        return 0;
    }
}
