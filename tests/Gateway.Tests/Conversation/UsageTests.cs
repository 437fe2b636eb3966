using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Conversation;

public sealed class UsageTests
{
    [Fact]
    public void Counts_add_up_member_by_member() =>
        Assert.Equal(new Usage(11, 22, 33, 44, 55), new Usage(1, 2, 3, 4, 5).Plus(new Usage(10, 20, 30, 40, 50)));

    [Fact]
    public void A_total_is_of_both_ways() => Assert.Equal(33, new Usage(11, 22, 5, 6, 7).Total);

    [Fact]
    public void What_is_absent_adds_nothing()
    {
        Assert.Equal(new Usage(1, 2), Usage.Absent.Plus(new Usage(1, 2)));
        Assert.Equal(new Usage(1, 2), new Usage(1, 2).Plus(Usage.Absent));
        Assert.Equal(Usage.Absent, Usage.Absent.Plus(Usage.Absent));
    }

    [Fact]
    public void A_sum_with_an_estimate_in_it_is_an_estimate() =>
        Assert.Equal(UsageOrigin.Estimated, new Usage(1, 0).Plus(new Usage(1, 0, Origin: UsageOrigin.Estimated)).Origin);
}
