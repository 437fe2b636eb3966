using Dragoman.Access.Limits;

namespace Dragoman.Gateway.Tests.Access.Limits;

/// <summary>What a process may use of a limit, leases of it, and reports.</summary>
public sealed class MinuteLimitTests
{
    private const long Now = 1_000_000;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);

    [Theory]
    // What is asked for, and a quarter of the process's part of what is left.
    [InlineData(100, 20, 2, 5, 15, 60)]
    [InlineData(100, 0, 1, 5, 30, 60)]
    // If less than a quarter of the limit would be left, the lease is short.
    [InlineData(100, 70, 2, 5, 8, 8)]
    [InlineData(100, 72, 1, 4, 11, 8)]
    [InlineData(100, 66, 1, 1, 9, 60)]
    [InlineData(100, 67, 1, 1, 9, 8)]
    // Never more than is left.
    [InlineData(100, 97, 1, 5, 3, 8)]
    [InlineData(100, 200, 1, 5, 0, 8)]
    // Nothing is asked for.
    [InlineData(100, 20, 2, 0, 0, 60)]
    public void Who_asks_leases_it_and_a_part_of_what_is_left(long most, long others, int processes, int asked, long lease, long length)
    {
        var limit = Asking(most, asked);
        Assert.Equal((lease, Now + length), limit.Plan(new(), others, processes, At(Now), false));
        limit.Apply(Now + length);
        Assert.Equal((lease > 0, false), (limit.CanTake(Math.Max(1, lease), At(Now), 0), limit.CanTake(lease + 1, At(Now), 0)));
    }

    [Fact]
    public void More_is_asked_for_when_little_is_left_of_a_lease()
    {
        var limit = Leasing(100, others: 20, asked: 5);
        limit.Take(12, At(Now), 0);
        Assert.False(limit.IsLow(At(Now)));
        limit.Take(1, At(Now), 0);
        Assert.True(limit.IsLow(At(Now)));
        Assert.False(new MinuteLimit(isShared: false) { Limit = 10 }.IsLow(At(Now)));
    }

    [Fact]
    public void A_refill_is_a_part_of_what_is_left()
    {
        var limit = Asking(100, 0);
        limit.AskForRefill();
        Assert.Equal(1 + (80 / 8), limit.Plan(new(), 20, 2, At(Now), false).Lease);
    }

    [Fact]
    public void A_lease_is_over_with_its_end()
    {
        var limit = Leasing(100, others: 20, asked: 5);
        Assert.True(limit.CanTake(15, At(Now + 60), 0));
        Assert.False(limit.CanTake(1, At(Now + 61), 0));
        Assert.False(limit.IsActive);
    }

    [Theory]
    [InlineData(20, 5, 0, 40)]
    [InlineData(70, 5, 0, 2)]
    [InlineData(70, 5, 8, 40)]
    public void The_less_is_left_the_sooner_it_is_exchanged(long others, int asked, long used, int due)
    {
        var limit = Leasing(100, others, asked);
        if (used > 0)
            limit.Charge(used, At(Now));
        Assert.Equal((true, due), (limit.IsActive, limit.Due));
    }

    [Fact]
    public void What_nobody_shares_is_never_exchanged()
    {
        var limit = new MinuteLimit(isShared: false) { Limit = 10 };
        Assert.True(limit.CanTake(10, At(Now), 0));
        limit.Take(10, At(Now), 0);
        limit.GiveBack(4, Now, At(Now), 0);
        Assert.Equal((4, false, false, null), (limit.Remaining, limit.HasUnreported, limit.IsActive, limit.Due));
        Assert.Null(new MinuteLimit(isShared: true) { Limit = 10 }.Due);
    }

    /// <summary>A lease is sized by what was used lately.</summary>
    [Fact]
    public void A_lease_is_for_the_pace()
    {
        foreach (var (most, others, lease, length) in new[] { (1000L, 0L, 60L, 60L), (200, 60, 4, 8), (180, 60, 4, 8) })
        {
            var limit = new MinuteLimit(isShared: true) { Limit = most };
            limit.Plan(new(), 0, 2, At(Now), false);
            limit.Apply(Now + 60);
            limit.Charge(40, At(Now));
            // 40 in 20 segments, after none.
            Assert.Equal((lease, Now + 20 + length), limit.Plan(new(), others, 2, At(Now + 20), false));
            limit.Apply(Now + 80);
            // Nothing can be said about the pace of so short a time.
            Assert.Equal(lease, limit.Plan(Used((Now, 40)), others, 2, At(Now + 20), false).Lease);
            limit.Apply(Now + 80);
            Assert.Equal(0, limit.Plan(Used((Now, 40)), others, 2, At(Now + 21), false).Lease);
        }
    }

    [Fact]
    public void What_was_given_back_is_no_pace()
    {
        var limit = Leasing(1000, others: 0, asked: 100);
        limit.Take(40, At(Now), 0);
        limit.GiveBack(40, Now, At(Now), 0);
        Assert.Equal(0, limit.Plan(new(), 0, 2, At(Now + 20), false).Lease);
    }

    [Fact]
    public void What_was_asked_for_is_kept_for_a_second()
    {
        foreach (var (later, lease) in new[] { (0, 15), (1, 15), (2, 0) })
            Assert.Equal(lease, Leasing(100, others: 20, asked: 5).Plan(new(), 20, 2, At(Now + later), false).Lease);
    }

    [Fact]
    public void What_is_kept_is_over_with_the_lease()
    {
        foreach (var (end, lease) in new[] { (Now + 1, 15), (Now, 0) })
        {
            var limit = Asking(100, 5);
            limit.Plan(new(), 20, 2, At(Now), false);
            limit.Apply(end);
            Assert.Equal(lease, limit.Plan(new(), 20, 2, At(Now + 1), false).Lease);
        }
    }

    [Fact]
    public void A_process_that_stops_leases_nothing()
    {
        var limit = Asking(100, 5);
        Assert.Equal(0, limit.Plan(new(), 0, 1, At(Now), isClosing: true).Lease);
    }

    [Fact]
    public void What_others_used_is_not_left()
    {
        var limit = Asking(100, 5);
        limit.Plan(Used((Now - 121, 50), (Now - 120, 10), (Now - 1, -7), (Now, 30)), 40, 1, At(Now), false);
        limit.Apply(Now + 60);
        Assert.Equal(60, limit.Remaining);
        // 20 are left besides the leases of others.
        Assert.True(limit.CanTake(10, At(Now), 0));
        Assert.False(limit.CanTake(11, At(Now), 0));
        Assert.Equal(Moment.AfterMinuteOf(Now), limit.FullAt(At(Now)));
        limit.Expire(At(Now + 1));
        Assert.Equal(70, limit.Remaining);
        limit.Expire(At(Now + 121));
        Assert.Equal((100, At(Now + 121)), (limit.Remaining, limit.FullAt(At(Now + 121))));
    }

    /// <summary>Neither what is to be given back nor what is to be had is used while it is being written.</summary>
    [Fact]
    public void While_a_plan_is_written_the_smaller_lease_counts()
    {
        var limit = Leasing(100, others: 20, asked: 5);
        Assert.Equal(3, limit.Plan(new(), 97, 2, At(Now), false).Lease);
        Assert.Equal((true, false), (limit.CanTake(3, At(Now), 0), limit.CanTake(4, At(Now), 0)));
        limit.Apply(Now + 60);
        limit.Reconsider();
        limit.Ask(50, At(Now));
        Assert.Equal(50 + (100 / 8), limit.Plan(new(), 0, 2, At(Now), false).Lease);
        Assert.Equal((true, false), (limit.CanTake(3, At(Now), 0), limit.CanTake(4, At(Now), 0)));
        limit.Apply(Now + 60);
        Assert.Equal((true, false), (limit.CanTake(62, At(Now), 0), limit.CanTake(63, At(Now), 0)));
    }

    [Fact]
    public void What_is_given_back_can_be_used_again()
    {
        var limit = Leasing(100, others: 20, asked: 5);
        limit.Take(10, At(Now), 0);
        limit.GiveBack(4, Now, At(Now + 1), 0);
        Assert.Equal((94, true, false), (limit.Remaining, limit.CanTake(9, At(Now + 1), 0), limit.CanTake(10, At(Now + 1), 0)));
        // At the end of the lease, and after it.
        limit.GiveBack(1, Now, At(Now + 60), 0);
        Assert.Equal((true, false), (limit.CanTake(10, At(Now + 60), 0), limit.CanTake(11, At(Now + 60), 0)));
        limit.GiveBack(1, Now, At(Now + 61), 0);
        Assert.Equal((96, false), (limit.Remaining, limit.CanTake(11, At(Now + 60), 0)));
    }

    [Fact]
    public void What_is_given_back_in_time_is_left_and_later_nothing()
    {
        foreach (var (later, remaining) in new[] { (120, 94), (121, 90) })
        {
            var limit = Leasing(100, others: 20, asked: 5);
            limit.Take(10, At(Now), 0);
            limit.GiveBack(4, Now, At(Now + later), 0);
            Assert.Equal(remaining, limit.Remaining);
        }
    }

    [Fact]
    public void What_was_reported_and_is_given_back_is_reported_too()
    {
        var limit = Leasing(100, others: 20, asked: 5);
        limit.Take(10, At(Now), 0);
        Assert.True(limit.HasUnreported);
        var document = new SegmentHistory();
        limit.Plan(document, 70, 2, At(Now), false);
        Assert.Equal(10, document.Total);
        Assert.True(limit.HasUnreported);
        limit.Apply(Now + 60);
        Assert.False(limit.HasUnreported);
        limit.GiveBack(4, Now, At(Now), 0);
        Assert.True(limit.HasUnreported);
        limit.Plan(document, 20, 2, At(Now), false);
        Assert.Equal((6, 94), (document.Total, limit.Remaining));
        limit.Apply(Now + 60);

        // Too late.
        limit.GiveBack(4, Now, At(Now + 121), 0);
        Assert.False(limit.HasUnreported);
    }

    /// <summary>Nobody else has to know what was never reported; what was is another's before it is there again.</summary>
    [Fact]
    public void Only_what_was_reported_makes_others_worth_asking()
    {
        foreach (var reported in new[] { false, true })
        {
            var limit = Leasing(100, others: 94, asked: 6);
            limit.Take(4, At(Now), 0);
            if (reported)
            {
                limit.Plan(new(), 94, 2, At(Now), false);
                limit.Apply(Now + 60);
            }

            Assert.False(limit.Ask(1, At(Now)));
            limit.GiveBack(4, Now, At(Now), 0);
            Assert.Equal(reported, limit.Ask(1, At(Now)));
        }
    }

    [Fact]
    public void Requests_that_wait_together_want_no_more_than_the_limit()
    {
        var limit = Asking(100, 50);
        Assert.True(limit.Ask(long.MaxValue, At(Now)));
        Assert.Equal(100, limit.Plan(new(), 0, 1, At(Now), false).Lease);
        // All of an unused limit was to be had, so that it makes sense to ask again.
        Assert.True(limit.Ask(1, At(Now)));
        Assert.False(new MinuteLimit(isShared: true).Ask(1, At(Now)));
    }

    /// <summary>Who got all that is left asks again after a pause, or when the first permits have come back.</summary>
    [Fact]
    public void The_refused_ask_again_after_a_pause()
    {
        for (var round = 0; round < 30; round++)
        {
            var limit = Asking(100, 5);
            limit.Plan(new(), 95, 2, At(Now), false);
            Assert.False(limit.IsLow(At(Now)));
            Assert.False(limit.Ask(1, At(Now).Plus(ShortestPause - TimeSpan.FromTicks(1))));
            Assert.True(limit.Ask(1, At(Now).Plus(2 * ShortestPause)));

            var returning = Asking(100, 5);
            var now = At(Now).Plus(TimeSpan.FromMilliseconds(400));
            returning.Plan(Used((Now - 120, 1)), 94, 2, now, false);
            Assert.False(returning.Ask(1, now.Plus(TimeSpan.FromMilliseconds(99))));
            Assert.True(returning.Ask(1, now.Plus(TimeSpan.FromMilliseconds(150))));

            var later = Asking(100, 5);
            later.Plan(Used((Now - 1, 1)), 94, 2, At(Now), false);
            Assert.True(later.Ask(1, At(Now).Plus(2 * ShortestPause)));
        }

        var served = Asking(100, 5);
        served.Plan(new(), 90, 2, At(Now), false);
        Assert.True(served.Ask(1, At(Now)));
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(3, 3)]
    [InlineData(20, 1)]
    public void Without_a_store_a_process_uses_its_part(int alone, int expected)
    {
        var limit = new MinuteLimit(isShared: true) { Limit = 10 };
        var used = 0;
        for (; limit.CanTake(1, At(Now), alone); used++)
            Assert.Equal(1, limit.Take(1, At(Now), alone));
        Assert.Equal(expected, used);
        limit.GiveBack(1, Now, At(Now), alone);
        Assert.Equal((true, false), (limit.CanTake(1, At(Now), alone), limit.CanTake(1, At(Now), 0)));
        limit.Take(1, At(Now), alone);
        Assert.Equal((false, true), (limit.CanTake(1, At(Now + 120), alone), limit.CanTake(1, At(Now + 121), alone)));
    }

    [Fact]
    public void More_than_the_limit_are_the_whole_limit()
    {
        var limit = new MinuteLimit(isShared: true) { Limit = 10 };
        Assert.True(limit.CanTake(1000, At(Now), 2));
        Assert.Equal(5, limit.Take(1000, At(Now), 2));
        Assert.False(new MinuteLimit(isShared: true).CanTake(1, At(Now), 2));
        Assert.True(new MinuteLimit(isShared: true).CanTake(0, At(Now), 0));
    }

    [Theory]
    [InlineData(1, 0, null)]
    [InlineData(2, 0, null)]
    [InlineData(3, 0, 0)]
    [InlineData(6, 0, 0)]
    [InlineData(7, 0, 10)]
    [InlineData(1000, 0, 10)]
    [InlineData(1, 1, null)]
    [InlineData(2, 1, 0)]
    [InlineData(5, 5, 10)]
    [InlineData(2, 9, 20)]
    [InlineData(1000, 1, 20)]
    public void It_knows_when_permits_will_be_left(long permits, long before, int? segment)
    {
        var limit = new MinuteLimit(isShared: false) { Limit = 10 };
        limit.Charge(4, At(Now));
        limit.Charge(4, At(Now + 10));
        var expected = segment is { } known ? Moment.AfterMinuteOf(Now + known) : At(Now + 20);
        Assert.Equal(expected, limit.ReadyAt(permits, before, At(Now + 20), 0));
        Assert.Equal(expected, limit.ReadyAt(permits, before, At(Now + 20), 1));
    }

    [Fact]
    public void Without_a_store_only_its_own_use_counts_for_a_process()
    {
        var limit = Asking(10, 2);
        limit.Plan(Used((Now - 5, 8)), 0, 1, At(Now), false);
        limit.Apply(Now + 60);
        Assert.Equal(Moment.AfterMinuteOf(Now - 5), limit.ReadyAt(3, 0, At(Now), 0));
        Assert.Equal(At(Now), limit.ReadyAt(3, 0, At(Now), 1));
        // As far as it knows there is enough, but it must ask first, and not yet.
        Assert.InRange(limit.ReadyAt(1, 0, At(Now), 0).Ticks, At(Now).Plus(ShortestPause).Ticks, At(Now).Plus(2 * ShortestPause).Ticks);
        Assert.Equal(At(Now + 5), limit.ReadyAt(1, 0, At(Now + 5), 0));
        Assert.Equal(At(Now), limit.ReadyAt(1, 0, At(Now), 1));
        Assert.Equal(Moment.AfterMinuteOf(Now), new MinuteLimit(isShared: true).ReadyAt(1, 0, At(Now), 0));
    }

    [Fact]
    public void A_write_that_failed_changes_nothing()
    {
        var limit = Asking(100, 5);
        limit.Charge(3, At(Now));
        var document = new SegmentHistory();
        Assert.Equal(5 + ((80 - 3) / 8), limit.Plan(document, 20, 2, At(Now), false).Lease);
        limit.Discard();
        Assert.False(limit.CanTake(1, At(Now), 0));
        limit.Plan(new(), 20, 2, At(Now), false);
        limit.Discard();
        var again = new SegmentHistory();
        limit.Plan(again, 20, 2, At(Now), false);
        Assert.Equal((3, 3), (document.Total, again.Total));
        limit.Apply(Now + 60);
        Assert.True(limit.CanTake(14, At(Now), 0));
        limit.Discard();
        Assert.Equal((false, true), (limit.HasUnreported, limit.CanTake(14, At(Now), 0)));
    }

    /// <summary>A write whose end was unknown has reported what was used, and its lease was never used.</summary>
    [Fact]
    public void A_write_that_was_applied_unseen_is_not_reported_again()
    {
        var limit = Asking(100, 5);
        limit.Charge(3, At(Now));
        var document = new SegmentHistory();
        limit.Plan(document, 20, 2, At(Now), false);
        limit.ConfirmReport();
        Assert.Equal((false, false), (limit.HasUnreported, limit.CanTake(1, At(Now), 0)));
        Assert.Equal(5 + ((80 - 3) / 8), limit.Plan(document, 20, 2, At(Now), false).Lease);
        Assert.Equal(3, document.Total);
        limit.Apply(Now + 60);
        Assert.True(limit.CanTake(14, At(Now), 0));
    }

    private static Moment At(long segment) => new(segment * TimeSpan.TicksPerSecond / Moment.InSecond);

    private static MinuteLimit Asking(long most, long asked)
    {
        var limit = new MinuteLimit(isShared: true) { Limit = most };
        if (asked > 0)
            Assert.True(limit.Ask(asked, At(Now)));
        return limit;
    }

    private static MinuteLimit Leasing(long most, long others, long asked)
    {
        var limit = Asking(most, asked);
        limit.Apply(limit.Plan(new(), others, 2, At(Now), false).End);
        return limit;
    }

    private static SegmentHistory Used(params (long Segment, long Count)[] segments)
    {
        var history = new SegmentHistory();
        foreach (var (segment, count) in segments)
            history.Add(segment, count);
        return history;
    }
}
