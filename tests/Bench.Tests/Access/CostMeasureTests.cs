using Dragoman.Bench.Access;
using Xunit;

namespace Dragoman.Bench.Tests.Access;

public class CostMeasureTests
{
    [Fact]
    public void RatiosAreOfTheSameRound()
    {
        var cost = new CostMeasure(1, new Dictionary<string, double[]> { ["open"] = [50, 100], ["key"] = [55, 120] });
        Assert.Equal([1.1, 1.2], cost.RatiosOf("key", "open"));
    }

    [Fact]
    public void StartsAreJoinedRoundByRound()
    {
        var cost = CostMeasure.Together(
            [
                new CostMeasure(1, new Dictionary<string, double[]> { ["open"] = [50], ["key"] = [55] }),
                new CostMeasure(1, new Dictionary<string, double[]> { ["open"] = [100], ["key"] = [120] }),
            ]);
        Assert.Equal([1.1, 1.2], cost.RatiosOf("key", "open"));
    }
}
