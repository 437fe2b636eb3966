using Dragoman.Access.Limits;

namespace Dragoman.Gateway.Tests.Access.Limits;

public sealed class LimitStateTests
{
    [Theory]
    [InlineData(10, 5, 10, 6, true)]
    [InlineData(10, 6, 10, 5, false)]
    [InlineData(9, 6, 10, 5, false)]
    [InlineData(9, 5, 10, 5, true)]
    [InlineData(10, 5, 10, 5, false)]
    [InlineData(11, 5, 10, 5, false)]
    public void The_tighter_one_has_less_left_or_is_the_smaller(long limit, long remaining, long otherLimit, long otherRemaining, bool expected)
    {
        var state = new LimitState(limit, remaining, default);
        Assert.Equal(expected, state.IsTighterThan(new(otherLimit, otherRemaining, default)));
        Assert.True(state.IsTighterThan(null));
    }
}
