namespace Dragoman.Bench;

internal static class Statistics
{
    public static double Median(IEnumerable<double> values) => Percentile([.. values], 0.5);

    /// <summary>The smallest value that at least this share of the values does not exceed. The median of an even number is the mean of two.</summary>
    public static double Percentile(double[] values, double share)
    {
        if (values.Length == 0)
            throw new ArgumentException("there are no values", nameof(values));
        Array.Sort(values);
        var rank = share * values.Length;
        var index = (int)Math.Ceiling(rank) - 1;
        return share == 0.5 && values.Length % 2 == 0
            ? (values[index] + values[index + 1]) / 2
            : values[Math.Clamp(index, 0, values.Length - 1)];
    }
}
