using Dragoman.Bench.Access;
using Xunit;

namespace Dragoman.Bench.Tests.Access;

public class RateMeasureTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3, 0.0, 1.0, 2.0)]
    [InlineData(2, 0.0, 1.0, 60.5)]
    [InlineData(2, 0.0, 30.0, 60.0, 90.0)]
    [InlineData(3, 0.0, 30.0, 59.9, 90.0, 119.0)]
    public void AnyMinuteCountsAndItsEndDoesNot(int most, params double[] admitted) =>
        Assert.Equal(most, new RateMeasure(600, admitted.Length, admitted).MostInAMinute);
}
