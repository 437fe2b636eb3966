using Dragoman.Access.Limits;

namespace Dragoman.Gateway.Tests.Access.Limits;

/// <summary>Which share of a limit a process wants, keeps and uses.</summary>
public sealed class ConcurrencyLimitTests
{
    private const long Now = 1_000_000;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);

    [Theory]
    [InlineData(20, 3, 12, 0)]
    [InlineData(0, 3, 15, 0)]
    [InlineData(99, 3, 1, 2)]
    [InlineData(200, 3, 0, 3)]
    [InlineData(0, 150, 100, 0)]
    public void Who_asks_gets_it_and_a_part_of_what_is_left(long others, int asked, long share, long unserved)
    {
        var limit = Asking(100, asked);
        Assert.Equal(share, limit.Plan(others, 0, 2, At(Now), false));
        Assert.Equal(unserved, limit.Unserved);
    }

    [Theory]
    [InlineData(2, 0, 40)]
    [InlineData(2, 1, 20)]
    [InlineData(3, 1, 13)]
    [InlineData(50, 1, 1)]
    [InlineData(1, 1, 40)]
    public void Who_has_more_than_its_part_lets_others_have_it(int processes, long othersWant, long share) =>
        Assert.Equal(share, Asking(40, 40).Plan(0, othersWant, processes, At(Now), false));

    [Fact]
    public void What_was_asked_for_is_kept_for_a_second()
    {
        foreach (var (later, share) in new[] { (0, 12), (1, 12), (2, 0) })
        {
            var limit = Planned(Asking(100, 3), others: 20, end: Now + 60);
            Assert.Equal(share, limit.Plan(20, 0, 2, At(Now + later), false));
            Assert.Equal(0, limit.Unserved);
        }
    }

    [Fact]
    public void A_share_is_over_with_its_end()
    {
        foreach (var (end, share) in new[] { (Now + 1, 12), (Now, 1) })
        {
            var limit = Planned(Asking(100, 3), others: 20, end);
            limit.Take();
            Assert.Equal(share, limit.Plan(20, 0, 2, At(Now + 1), false));
        }

        var ending = Planned(Asking(100, 3), others: 20, end: Now + 5);
        Assert.Equal((true, false), (ending.CanTake(At(Now + 5), 0), ending.CanTake(At(Now + 6), 0)));
    }

    /// <summary>A process keeps what it ran lately, and some more.</summary>
    [Fact]
    public void What_is_not_used_is_given_back_step_by_step()
    {
        var limit = Asking(160, 10);
        Assert.Equal(28, limit.Plan(0, 0, 2, At(Now), false));
        limit.Apply(Now + 1000);
        Take(limit, 10);
        GiveBack(limit, 4);
        Assert.Equal(11, Plan(limit, Now + 10));
        Assert.Equal(11, Plan(limit, Now + 20));
        GiveBack(limit, 6);
        Assert.Equal(6, Plan(limit, Now + 30));
        Assert.Equal(0, Plan(limit, Now + 40));
        Assert.Null(limit.Due);

        static long Plan(ConcurrencyLimit limit, long now)
        {
            var share = limit.Plan(0, 0, 2, At(now), false);
            limit.Apply(now + 1000);
            return share;
        }
    }

    [Fact]
    public void Running_requests_are_held_beyond_a_lowered_limit()
    {
        var limit = Planned(Asking(10, 8), others: 0, end: Now + 60);
        Take(limit, 8);
        limit.Limit = 3;
        Assert.Equal(8, limit.Plan(0, 0, 2, At(Now + 10), false));
        Assert.False(limit.CanTake(At(Now + 10), 0));
    }

    [Fact]
    public void A_process_that_stops_keeps_and_uses_nothing()
    {
        var limit = Asking(10, 8);
        Assert.Equal(0, limit.Plan(0, 0, 1, At(Now), isClosing: true));
        limit.Apply(Now + 60);
        Assert.False(limit.CanTake(At(Now), 0));
    }

    /// <summary>Neither what is to be given back nor what is to be had is used while it is being written.</summary>
    [Fact]
    public void While_a_plan_is_written_the_smaller_share_counts()
    {
        var limit = Planned(Asking(100, 3), others: 20, end: Now + 60);
        Take(limit, 12);
        Assert.False(limit.CanTake(At(Now), 0));
        GiveBack(limit, 11);
        Assert.True(limit.CanTake(At(Now), 0));
        Assert.Equal(1, limit.Plan(99, 0, 2, At(Now), false));
        Assert.False(limit.CanTake(At(Now), 0));
        limit.Apply(Now + 60);
        Assert.False(limit.CanTake(At(Now), 0));

        Assert.True(limit.Ask(At(Now + 60)));
        Assert.InRange(limit.Plan(0, 0, 2, At(Now), false), 2, 100);
        Assert.False(limit.CanTake(At(Now), 0));
        limit.Apply(Now + 60);
        Assert.True(limit.CanTake(At(Now), 0));
    }

    [Theory]
    // Much of the share is not used.
    [InlineData(100, 0, 2, 1, 0, 1)]
    [InlineData(100, 0, 2, 1, 9, 1)]
    // Little of it is unused, and much is left for others.
    [InlineData(100, 0, 2, 1, 10, 20)]
    [InlineData(100, 71, 2, 1, 1, 20)]
    // Little is left for others.
    [InlineData(100, 72, 2, 1, 1, 2)]
    [InlineData(100, 70, 2, 5, 8, 2)]
    [InlineData(2, 0, 2, 2, 2, 2)]
    // There are no others.
    [InlineData(100, 0, 1, 90, 90, 20)]
    public void The_less_is_left_the_sooner_it_is_exchanged(long most, long others, int processes, int asked, int running, int due)
    {
        var limit = Asking(most, asked);
        limit.Plan(others, 0, processes, At(Now), false);
        limit.Apply(Now + 60);
        Take(limit, running);
        Assert.Equal(due, limit.Due);
    }

    [Fact]
    public void What_nobody_shares_is_never_exchanged()
    {
        var limit = new ConcurrencyLimit(isShared: false) { Limit = 2 };
        limit.Take();
        Assert.Null(limit.Due);
        Assert.True(limit.CanTake(At(Now), 0));
        limit.Take();
        Assert.False(limit.CanTake(At(Now), 0));
        Assert.Null(new ConcurrencyLimit(isShared: true) { Limit = 2 }.Due);
    }

    [Theory]
    [InlineData(10, 1, 10)]
    [InlineData(10, 3, 3)]
    [InlineData(2, 5, 1)]
    [InlineData(0, 5, 0)]
    public void Without_a_store_a_process_runs_its_part(long most, int alone, int expected)
    {
        var limit = new ConcurrencyLimit(isShared: true) { Limit = most };
        var running = 0;
        for (; limit.CanTake(At(Now), alone); running++)
            limit.Take();
        Assert.Equal(expected, running);
    }

    /// <summary>Who got less than it needs asks again after a pause; who got it, at once.</summary>
    [Fact]
    public void The_refused_ask_again_after_a_pause()
    {
        for (var round = 0; round < 30; round++)
        {
            var limit = Asking(100, 3);
            limit.Plan(98, 0, 2, At(Now), false);
            Assert.False(limit.Ask(At(Now).Plus(ShortestPause - TimeSpan.FromTicks(1))));
            Assert.True(limit.Ask(At(Now).Plus(2 * ShortestPause)));
        }

        var reconsidering = Asking(100, 3);
        reconsidering.Plan(98, 0, 2, At(Now), false);
        reconsidering.Reconsider();
        Assert.True(reconsidering.Ask(At(Now)));

        var served = Asking(100, 2);
        served.Plan(98, 0, 2, At(Now), false);
        Assert.True(served.Ask(At(Now)));

        Assert.False(new ConcurrencyLimit(isShared: true).Ask(At(Now)));
    }

    [Fact]
    public void What_was_asked_for_in_vain_is_asked_for_again()
    {
        var limit = Asking(100, 3);
        Assert.Equal(12, limit.Plan(20, 0, 2, At(Now), false));
        limit.Discard();
        Assert.Equal(12, limit.Plan(20, 0, 2, At(Now), false));
        limit.Apply(Now + 60);
        limit.Discard();
        Assert.Equal(0, limit.Plan(20, 0, 2, At(Now + 10), false));
    }

    private static Moment At(long segment) => new(segment * TimeSpan.TicksPerSecond / Moment.InSecond);

    private static ConcurrencyLimit Asking(long most, int asked)
    {
        var limit = new ConcurrencyLimit(isShared: true) { Limit = most };
        for (; asked > 0; asked--)
            Assert.True(limit.Ask(At(Now)));
        return limit;
    }

    private static ConcurrencyLimit Planned(ConcurrencyLimit limit, long others, long end)
    {
        limit.Plan(others, 0, 2, At(Now), false);
        limit.Apply(end);
        return limit;
    }

    private static void Take(ConcurrencyLimit limit, int times)
    {
        for (; times > 0; times--)
            limit.Take();
    }

    private static void GiveBack(ConcurrencyLimit limit, int times)
    {
        for (; times > 0; times--)
            limit.GiveBack();
    }
}
