using Dragoman.Bench.Figures;
using Xunit;

namespace Dragoman.Bench.Tests.Figures;

public class ComparisonTests
{
    [Fact]
    public void WhatBothHaveIsTabledAsRatioOfTheLaterToTheEarlier()
    {
        var before = new FiguresOfRun("then", [Figure("p50", 200), Figure("gone", 1)]);
        var after = new FiguresOfRun("now", [Figure("p50", 50), Figure("new", 1)]);
        var table = Comparison.Table(before, after);
        Assert.Contains("| sidecar | p50 | µs | 200 | 50 | 0.25 |", table, StringComparison.Ordinal);
        Assert.DoesNotContain("gone", table, StringComparison.Ordinal);
        Assert.DoesNotContain("new", table, StringComparison.Ordinal);
        Assert.Contains("A: then. B: now.", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { 1.0, 2, 3 }, new[] { 4.0, 5, 6 }, true)]
    [InlineData(new[] { 4.0, 5, 6 }, new[] { 1.0, 2, 3 }, true)]
    [InlineData(new[] { 1.0, 2, 5 }, new[] { 4.0, 5, 6 }, false)]
    [InlineData(new[] { 1.0 }, new[] { 9.0 }, false)]
    public void AChangeIsClearWhenNoRoundLiesWithinTheOthers(double[] before, double[] after, bool isClear) =>
        Assert.Equal(isClear, Comparison.IsClear(Figure("p50", 0) with { Rounds = before }, Figure("p50", 0) with { Rounds = after }));

    [Fact]
    public void WhatWasNothingOrBelowHasNoRatio() =>
        Assert.Contains("| -1 | 5 |  |", Comparison.Table(new("", [Figure("p50", -1)]), new("", [Figure("p50", 5)])), StringComparison.Ordinal);

    private static Figure Figure(string name, double value) => new("whole-1", "sidecar", name, "µs", value, []);
}
