using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Stores.Ledger;

public sealed class HoldingTests
{
    private static readonly Holding Some = new(new("a", 100, 40, 30, 5, 10), 25, 3);

    [Theory]
    [InlineData(0, 25, 25, 40, 30, 5, 10)] // nothing
    [InlineData(0, 20, 20, 35, 30, 5, 10)] // less
    [InlineData(0, 45, 45, 60, 30, 5, 10)] // as much as is left
    [InlineData(0, 46, 45, 60, 30, 5, 10)] // more than is left
    [InlineData(3, 25, 25, 40, 30, 2, 10)] // what was assumed
    [InlineData(20, 25, 25, 40, 47, 2, 10)] // and a part of the lease
    [InlineData(28, 0, 0, 15, 55, 2, 10)] // the whole lease
    [InlineData(30, 0, 0, 15, 57, 2, 10)] // and of what is left
    [InlineData(49, 0, 0, 15, 75, 2, 11)] // and more
    public void A_batch_is_taken_from_what_was_assumed_then_the_lease_then_what_is_left(long settled, long wanted, long lease, long leased, long total, long assumed, long excess)
    {
        var after = Some.Exchange(new("a", 100, settled, wanted), isOver: false, isLast: false);
        Assert.Equal((lease, leased, total, assumed, excess), (after.Lease, after.State.Leased, after.State.Settled, after.State.Assumed, after.State.Excess));
        Assert.Equal(Some.Assumed - (Some.State.Assumed - assumed), after.Assumed);
    }

    [Theory]
    [InlineData(true, false, 100)]
    [InlineData(false, true, 70)]
    [InlineData(true, true, 100)]
    public void A_process_that_is_over_or_ends_holds_nothing(bool isOver, bool isLast, long limit)
    {
        var after = Some.Exchange(new("a", 70, 0, 25), isOver, isLast);
        Assert.Equal((0, 15, limit), (after.Lease, after.State.Leased, after.State.Limit));
    }

    [Fact]
    public void The_end_of_a_process_gives_back_what_it_holds_and_what_is_still_assumed_of_it()
    {
        Assert.Equal(new(Some.State with { Leased = 15, Settled = 27, Assumed = 2 }, 0, 0), Some.Release());
        Assert.Equal(new(Some.State with { Leased = 15, Settled = 29, Assumed = 0 }, 0, 0), (Some with { State = Some.State with { Assumed = 1 } }).Release());
    }

    [Fact]
    public void The_end_of_a_lease_settles_it() => Assert.Equal(new(Some.State with { Leased = 15, Settled = 55, Assumed = 30 }, 0, 28), Some.Expire());

    [Theory]
    [InlineData(0, 30, 5, 10)]
    [InlineData(20, 50, 5, 10)]
    [InlineData(21, 50, 5, 11)]
    [InlineData(-4, 30, 1, 6)]
    [InlineData(-12, 28, 0, 0)]
    [InlineData(-40, 0, 0, 0)]
    [InlineData(-41, 0, 0, 0)]
    public void A_correction_gives_back_excess_first(long amount, long settled, long assumed, long excess) =>
        Assert.Equal(Some.State with { Settled = settled, Assumed = assumed, Excess = excess }, Holding.Correct(Some.State, amount));

    /// <summary>A sum that wrapped around would be money out of nothing.</summary>
    [Fact]
    public void What_no_number_can_hold_is_refused()
    {
        var most = new AccountState("a", LedgerLimits.MostAmount, 0, LedgerLimits.MostAmount, 0, long.MaxValue - 1);
        Assert.Equal(long.MaxValue, Holding.Correct(most, 1).Excess);
        Assert.Throws<OverflowException>(() => Holding.Correct(most, 2));
        Assert.Throws<OverflowException>(() => Holding.Correct(most, -1));
    }

    /// <summary>No step above makes such an account. If one ever did, nothing would be written.</summary>
    [Fact]
    public void What_would_break_the_invariant_is_a_defect()
    {
        var before = new AccountState("a", 100, 40, 60, 5, 10);
        LedgerLimits.CheckInvariant(before, before);
        // A lower limit takes nothing back.
        LedgerLimits.CheckInvariant(before, before with { Limit = 50 });
        AccountState[] broken =
        [
            before with { Leased = 41 },
            before with { Settled = 61 },
            before with { Limit = 50, Settled = 61 },
            before with { Leased = -1 },
            before with { Settled = -1, Assumed = 0 },
            before with { Excess = -1 },
            before with { Assumed = -1 },
            before with { Assumed = 61 },
        ];
        Assert.All(broken, after => Assert.Throws<LedgerInvariantException>(() => LedgerLimits.CheckInvariant(before, after)));
        Assert.Throws<LedgerInvariantException>(() => LedgerLimits.CheckInvariant(before, before with { Leased = long.MaxValue, Settled = long.MaxValue }));
        Assert.Throws<LedgerInvariantException>(() => (Some with { Lease = 41 }).Release());
    }
}
