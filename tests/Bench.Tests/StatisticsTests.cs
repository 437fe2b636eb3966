using Xunit;

namespace Dragoman.Bench.Tests;

public class StatisticsTests
{
    [Theory]
    [InlineData(0.5, 50.5)]
    [InlineData(0.99, 99)]
    [InlineData(0.999, 100)]
    [InlineData(0, 1)]
    [InlineData(1, 100)]
    public void APercentileIsTheSmallestValueThatEnoughDoNotExceed(double share, double expected)
    {
        double[] values = [.. Enumerable.Range(1, 100).Reverse().Select(value => (double)value)];
        Assert.Equal(expected, Statistics.Percentile(values, share));
    }

    [Fact]
    public void OneValueIsEveryPercentile() => Assert.Equal([7, 7, 7], new[] { 0.5, 0.99, 0.999 }.Select(share => Statistics.Percentile([7], share)));

    [Fact]
    public void AMedianOfAnOddNumberIsOneOfThem() => Assert.Equal(3, Statistics.Median([9, 1, 3]));

    [Fact]
    public void NothingHasNoPercentile() => Assert.Throws<ArgumentException>(() => Statistics.Percentile([], 0.5));
}
