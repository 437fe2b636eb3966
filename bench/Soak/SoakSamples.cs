using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Soak;

/// <summary>A process, looked at again and again.</summary>
internal sealed class SoakSamples(RunningProcess process)
{
    /// <summary>What grows less than this over the second half, as a share of its mean, is flat.</summary>
    private const double FlatShare = 0.05;

    /// <summary>So little is flat too: MB, or descriptors, or threads.</summary>
    private const double FlatAmount = 4;

    private readonly List<(double Minute, ProcessSize Size)> samples = [];

    public string Name => process.Name;

    public IReadOnlyList<(double Minute, ProcessSize Size)> All => samples;

    public void Take(TimeSpan at) => samples.Add((at.TotalMinutes, process.Size));

    /// <summary>How one quantity went on in the second half.</summary>
    public Trend TrendOf(Func<ProcessSize, double> quantity)
    {
        var half = samples[(samples.Count / 2)..];
        var values = half.Select(sample => quantity(sample.Size)).ToArray();
        double meanX = half.Average(sample => sample.Minute), mean = values.Average();
        var spread = half.Sum(sample => Math.Pow(sample.Minute - meanX, 2));
        var slope = spread == 0 ? 0 : half.Zip(values, (sample, value) => (sample.Minute - meanX) * (value - mean)).Sum() / spread;
        var growth = slope * (half[^1].Minute - half[0].Minute);
        return new Trend(mean, values.Min(), values.Max(), growth, growth <= Math.Max(FlatAmount, FlatShare * mean));
    }
}

/// <summary>The second half of a soak.</summary>
/// <param name="Mean">Over the half.</param>
/// <param name="Smallest">Of the samples.</param>
/// <param name="Largest">Of the samples.</param>
/// <param name="Growth">Of the straight line that fits the samples best, from its beginning to its end.</param>
/// <param name="IsFlat">Whether that is too little to be a leak.</param>
internal sealed record Trend(double Mean, double Smallest, double Largest, double Growth, bool IsFlat);
