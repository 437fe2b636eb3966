using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Soak;

/// <summary>Samples of a process over time.</summary>
internal sealed class SoakSamples(RunningProcess process)
{
    /// <summary>A quantity is flat if it grows by less than this share of its mean over the second half.</summary>
    private const double FlatShare = 0.05;

    /// <summary>A smaller growth is flat too, in MB, descriptors or threads.</summary>
    private const double FlatAmount = 4;

    private readonly List<(double Minute, ProcessSize Size)> samples = [];

    public string Name => process.Name;

    public IReadOnlyList<(double Minute, ProcessSize Size)> All => samples;

    public void Take(TimeSpan at) => samples.Add((at.TotalMinutes, process.Size));

    /// <summary>The trend of one quantity in the second half.</summary>
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

/// <summary>The trend of a quantity in the second half of a soak.</summary>
/// <param name="Mean">The mean of the samples.</param>
/// <param name="Smallest">The smallest sample.</param>
/// <param name="Largest">The largest sample.</param>
/// <param name="Growth">The growth of the best-fitting straight line from its beginning to its end.</param>
/// <param name="IsFlat">Whether the growth is too small to be a leak.</param>
internal sealed record Trend(double Mean, double Smallest, double Largest, double Growth, bool IsFlat);
