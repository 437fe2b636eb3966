using Dragoman.Access.Budgets;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Access.Budgets;

/// <summary>What one process knows and wants of an account, step by step, in its own small numbers.</summary>
public sealed class BudgetAccountTests
{
    private const long Limit = 1000;

    private static readonly long Second = TimeSpan.FromSeconds(1).Ticks;

    private static readonly DateTimeOffset Today = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly PeriodSpan Period = new("day:2026-01-02", new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero), new(2026, 1, 3, 0, 0, 0, TimeSpan.Zero));

    private readonly BudgetAccount account = new(new Lessee("p", null, new(new ManualTimeProvider()), LedgerLimits.MostAccounts), "team:a:day:2026-01-02", Limit, Period, 0);

    [Fact]
    public void What_is_reserved_or_not_sent_is_not_available()
    {
        Grant(lease: 100, leased: 100);
        account.Reserve(30, 1);
        Assert.Equal((70, 30, 0, 1), (account.Available, account.Reserved, account.Unsent, account.Uses));
        account.Settle(30, 10, hasEntry: true, 2);
        Assert.Equal((90, 0, 10, 1), (account.Available, account.Reserved, account.Unsent, account.Uses));
        account.Reserve(20, 3);
        account.Settle(20, 0, hasEntry: false, 4);
        Assert.Equal((90, 0, 10, 1, 4), (account.Available, account.Reserved, account.Unsent, account.Uses, account.LastUsed));
        account.Add(5, 5);
        Assert.Equal((85, 15, 2, 5), (account.Available, account.Unsent, account.Uses, account.LastUsed));
        account.Recover(7, 3);
        Assert.Equal((78, 22, 5), (account.Available, account.Unsent, account.Uses));
    }

    [Fact]
    public void What_is_sent_stays_charged_until_the_store_has_it()
    {
        Grant(lease: 100, leased: 100);
        account.Reserve(30, 1);
        account.Settle(30, 10, hasEntry: true, 2);
        account.Add(8, 2);
        var exchange = account.Send(10, 1, isDraining: true, 3, Today);
        Assert.Equal(("team:a:day:2026-01-02", Limit, 10L), (exchange.Account, exchange.Limit, exchange.Settled));
        Assert.Equal((10, 1, 18, 2), (account.Sending, account.SendingEntries, account.Unsent, account.Uses));
        Grant(lease: 8, leased: 8, settled: 10, now: 4);
        Assert.Equal((0, 0, 8, 1, 8, 4), (account.Sending, account.SendingEntries, account.Unsent, account.Uses, account.Lease, account.StateAt));
        account.Resend(8, 1);
        Assert.Equal((8, 1), (account.Sending, account.SendingEntries));
    }

    [Fact]
    public void A_process_that_drains_keeps_what_runs_and_what_is_not_sent()
    {
        Grant(lease: 100, leased: 100);
        account.Waiting = 500;
        account.Reserve(30, 1);
        account.Add(10, 1);
        account.Add(4, 1);
        // 30 run, and 4 will be sent later.
        Assert.Equal(34, account.Send(10, 1, isDraining: true, 2, Today).Wanted);
        // The rest may be gone when the answer comes.
        Assert.Equal(0, account.Available);
    }

    [Fact]
    public void A_lease_that_becomes_larger_is_used_when_it_is_granted()
    {
        Grant(lease: 10, leased: 10);
        account.Waiting = 300;
        var exchange = account.Send(0, 0, isDraining: false, 1, Today);
        Assert.InRange(exchange.Wanted, 300, Limit);
        Assert.Equal(10, account.Available);
    }

    [Fact]
    public void Nothing_is_known_before_the_store_was_asked()
    {
        account.Add(5, 0);
        account.Send(5, 1, isDraining: false, 1, Today);
        Assert.Equal((Limit, Limit, null, 5, 0), (account.AtBest, account.AtOnce, account.Left, account.Spent, account.Used));
        Assert.False(account.IsTight);
    }

    [Fact]
    public void What_is_left_counts_what_lies_here_and_what_others_hold_does_not()
    {
        Grant(lease: 100, leased: 300, settled: 200, excess: 50);
        account.Reserve(40, 1);
        account.Add(5, 1);
        // Nobody has leased 450, and 55 are available here.
        Assert.Equal((745, 505, 505, 255, 495), (account.AtBest, account.AtOnce, account.Left, account.Spent, account.Used));
        account.Reserve(1000, 2);
        Assert.Equal((745, 450), (account.AtBest, account.Left));
    }

    [Fact]
    public void A_limit_that_has_changed_makes_what_is_left_at_once_unknown()
    {
        Grant(lease: 100, leased: 300, settled: 200);
        account.SetLimit(2000);
        Assert.Equal((1800, 1800), (account.AtBest, account.AtOnce));
        account.SetLimit(150);
        Assert.Equal((150, 0), (account.Left, account.Used));
        account.SetLimit(Limit);
        Assert.Equal((800, 600), (account.AtBest, account.AtOnce));
    }

    [Fact]
    public void Its_record_changes_only_with_its_limit()
    {
        var first = account.Record;
        var reader = new RecordReader(first);
        Assert.Equal("team:a:day:2026-01-02", reader.ReadText());
        Assert.Equal(Limit, reader.ReadInt64());
        account.SetLimit(Limit);
        Assert.Same(first, account.Record);
        account.SetLimit(7);
        Assert.Equal(first.Length, account.Record.Length);
        Assert.Equal(7, BitConverter.ToInt64(account.Record.AsSpan(first.Length - sizeof(long))));
        Assert.Equal(7, account.Limit);
    }

    /// <summary>A budget of nothing is one too: its journal can be read.</summary>
    [Fact]
    public void A_limit_of_zero_has_a_record()
    {
        var reader = new RecordReader(new BudgetAccount(account.Lessee, "a", 0, Period, 0).Record);
        Assert.Equal("a", reader.ReadText());
        Assert.Equal(0, reader.ReadInt64());
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(100, false)]
    [InlineData(101, true)]
    public void It_lacks_what_more_is_waited_for_than_is_available(long waiting, bool isLacking)
    {
        Grant(lease: 100, leased: 100);
        account.Waiting = waiting;
        Assert.Equal(isLacking, account.IsLacking);
    }

    [Fact]
    public void Requests_that_have_used_too_much_do_not_make_it_lack()
    {
        account.Add(5, 0);
        Assert.False(account.IsLacking);
    }

    [Fact]
    public void It_is_empty_when_nothing_of_it_is_here()
    {
        Assert.True(account.IsEmpty);
        account.Waiting = 1;
        Assert.False(account.IsEmpty);
        account.Waiting = 0;
        account.Reserve(1, 0);
        Assert.False(account.IsEmpty);
        account.Settle(1, 0, hasEntry: false, 0);
        Assert.True(account.IsEmpty);
        Grant(lease: 1, leased: 1);
        Assert.False(account.IsEmpty);
        account.Expire();
        Assert.True(account.IsEmpty);
        Assert.Equal((0, 0), (account.Lease, account.Available));
    }

    [Fact]
    public void Each_kind_of_notice_is_remembered_with_what_is_spent_and_reserved()
    {
        Grant(lease: 100, leased: 300, settled: 200, excess: 50);
        var budget = LedgersUnderTest.Total("team:a", Limit);
        Assert.False(account.IsNoticed(BudgetNoticeKind.Warning));
        Assert.False(account.IsNoticed(BudgetNoticeKind.Exhausted));
        var notice = account.Notice(BudgetNoticeKind.Exhausted, budget, Today);
        Assert.Equal(new(BudgetNoticeKind.Exhausted, budget, Period, 250, 200, Today), notice);
        Assert.False(account.IsNoticed(BudgetNoticeKind.Warning));
        Assert.True(account.IsNoticed(BudgetNoticeKind.Exhausted));
        account.Notice(BudgetNoticeKind.Warning, budget, Today);
        account.Notice(BudgetNoticeKind.Exhausted, budget, Today);
        Assert.True(account.IsNoticed(BudgetNoticeKind.Warning));
        Assert.True(account.IsNoticed(BudgetNoticeKind.Exhausted));
    }

    [Fact]
    public void More_spent_than_the_limit_leaves_nothing_reserved_in_a_notice()
    {
        Grant(lease: 0, leased: 0, settled: 1000, excess: 70);
        var notice = account.Notice(BudgetNoticeKind.Exhausted, LedgersUnderTest.Total("team:a", Limit), Today);
        Assert.Equal((1070, 0), (notice.Spent, notice.Reserved));
    }

    [Fact]
    public void A_part_that_helps_nobody_here_is_given_back_to_those_who_wait_elsewhere()
    {
        Grant(lease: 10, leased: 50);
        account.Waiting = 100;
        account.Postpone(Second);
        Assert.True(account.GivesBack);
        Assert.Equal(Second, account.AskAgainAt);
        Assert.True(account.NeedsExchange(1, Today));
        Assert.Equal(1, account.NextDue(Second, 1));
        // It asks for nothing until then.
        Assert.Equal(0, account.Send(0, 0, isDraining: false, 1, Today).Wanted);
        Grant(lease: 0, leased: 40, now: 2);
        Assert.False(account.GivesBack);
        Assert.Equal(0, account.Send(0, 0, isDraining: false, Second - 1, Today).Wanted - account.Target);
        Assert.Equal(100, account.Send(0, 0, isDraining: false, Second, Today).Wanted - account.Target);
    }

    [Theory]
    [InlineData(10, 10, 0)] // Nobody else holds anything.
    [InlineData(10, 50, 10)] // All of it is used.
    public void What_cannot_help_others_is_not_given_back(long lease, long leased, long used)
    {
        Grant(lease, leased);
        account.Reserve(used, 0);
        account.Waiting = 100;
        account.Postpone(Second);
        Assert.False(account.GivesBack);
    }

    [Fact]
    public void It_aims_at_some_seconds_of_its_pace_the_highest_use_and_a_few_usual_requests()
    {
        account.Reserve(100, 0);
        account.Settle(100, 40, hasEntry: true, 0);
        // 12 s at 40 a second, 100 and a quarter of it, 4 times 100.
        Assert.Equal(480 + 125 + 400, account.Send(40, 1, isDraining: false, Second, Today).Wanted);
        // It slows down step by step: 12 s at 30 a second, 75 and a quarter of it.
        Assert.Equal(360 + 93 + 400, account.Send(40, 1, isDraining: false, 2 * Second, Today).Wanted);
        // It is measured twice a second at most.
        account.Add(1000, 2 * Second);
        Assert.Equal(360 + 93 + 400, account.Send(1040, 2, isDraining: false, (2 * Second) + (Second / 2) - 1, Today).Wanted);
        // It becomes faster at once: 12 s at 2000 a second; 57 and a quarter of it.
        Assert.Equal(24_000 + 71 + 400, account.Send(1040, 2, isDraining: false, (2 * Second) + (Second / 2), Today).Wanted);
    }

    [Fact]
    public void A_slower_pace_counts_a_quarter()
    {
        account.Add(40, 0);
        Assert.Equal(12 * 40, account.Send(40, 1, isDraining: false, Second, Today).Wanted);
        account.Add(20, Second);
        // Three quarters of 40, and a quarter of 20.
        Assert.Equal(12 * 35, account.Send(60, 2, isDraining: false, 2 * Second, Today).Wanted);
    }

    [Fact]
    public void What_runs_counts_for_the_highest_use()
    {
        account.Reserve(100, 0);
        account.Reserve(60, 0);
        account.Settle(60, 0, hasEntry: false, 0);
        // 100 run; 160 and a quarter of it are the highest use, and 100 and 5 less the usual request.
        Assert.Equal(100 + 100 + (4 * 95), account.Send(0, 0, isDraining: false, Second / 4, Today).Wanted);
    }

    [Fact]
    public void Those_who_wait_make_it_aim_higher()
    {
        account.Waiting = 50;
        Assert.Equal(50 + 50, account.Send(0, 0, isDraining: false, 1, Today).Wanted);
        account.Reserve(10, 1);
        // Those who run and those who wait are more than four usual requests.
        Assert.Equal(10 + 50 + 60, account.Send(0, 0, isDraining: false, 2, Today).Wanted);
    }

    [Fact]
    public void Those_who_run_do_not_when_nobody_waits()
    {
        account.Reserve(8, 0);
        account.Reserve(800, 0);
        // A quarter of the highest use, and four usual requests: 8 and an eighth of what the second one is above it.
        Assert.Equal(808 + 202 + (4 * 107), account.Send(0, 0, isDraining: false, 1, Today).Wanted);
    }

    [Fact]
    public void A_request_that_is_as_large_as_an_account_can_be_does_not_overflow()
    {
        account.Reserve(LedgerLimits.MostAmount, 0);
        account.Waiting = LedgerLimits.MostAmount;
        Assert.Equal(LedgerLimits.MostAmount, account.Send(0, 0, isDraining: false, Second, Today).Wanted);
        Assert.Equal(LedgerLimits.MostAmount, account.Target);
    }

    [Fact]
    public void It_wants_nothing_after_its_period_or_when_it_is_idle()
    {
        account.Reserve(100, 0);
        account.Settle(100, 0, hasEntry: false, 0);
        Assert.Equal(525, account.Send(0, 0, isDraining: false, Second / 4, Period.End.AddTicks(-1)).Wanted);
        Assert.Equal(0, account.Send(0, 0, isDraining: false, Second / 4, Period.End).Wanted);
        Assert.NotEqual(0, account.Send(0, 0, isDraining: false, BudgetAccount.IdleAfter - 1, Today).Wanted);
        Assert.Equal(0, account.Send(0, 0, isDraining: false, BudgetAccount.IdleAfter, Today).Wanted);
        Assert.False(account.IsTight);
    }

    [Theory]
    [InlineData(100, 100, 900, 140)] // The pace of a second and a usual request: half of 1000 would be too much.
    [InlineData(100, 300, 700, 133)] // A sixth of 800: it seems to share with two others.
    [InlineData(100, 301, 700, 100)] // An eighth of 800: with three others.
    [InlineData(100, 300, 499, 0)] // A sixth of 599 is less than a usual request.
    [InlineData(100, 300, 500, 100)]
    [InlineData(0, 300, 700, 0)] // It does not seem to share with more than 63 others.
    [InlineData(0, 300, 12_800, 100)]
    public void Where_little_is_left_it_aims_at_its_share(long lease, long leased, long left, long target)
    {
        account.Reserve(100, 0);
        account.Settle(100, 40, hasEntry: true, 0);
        account.Send(40, 1, isDraining: false, Second, Today);
        account.Add(0, Second);
        account.SetLimit(leased + left);
        Grant(lease, leased, now: Second);
        Assert.True(account.IsTight);
        Assert.Equal(target, account.Target);
    }

    [Fact]
    public void What_runs_or_is_not_sent_is_no_part_of_what_is_shared()
    {
        account.Reserve(100, 0);
        account.Settle(100, 40, hasEntry: true, 0);
        account.Send(40, 1, isDraining: false, Second, Today);
        account.Add(30, Second);
        account.Reserve(20, Second);
        Grant(lease: 100, leased: 300, now: Second);
        // A sixth of what is left, 700, and of the 50 that are free here.
        Assert.Equal((true, 125L), (account.IsTight, account.Target));
    }

    [Fact]
    public void Exactly_its_share_is_enough()
    {
        account.Reserve(10, 0);
        account.Settle(10, 0, hasEntry: false, 0);
        account.SetLimit(104);
        Grant(lease: 52, leased: 52);
        Assert.Equal((false, 52L), (account.IsTight, account.Target));
        account.SetLimit(103);
        Grant(lease: 52, leased: 52);
        Assert.True(account.IsTight);
    }

    [Fact]
    public void A_tight_account_wants_nothing_when_it_was_not_used_for_a_second()
    {
        account.Reserve(100, 0);
        account.Settle(100, 0, hasEntry: false, 0);
        Grant(lease: 100, leased: 100, now: Second - 1);
        Assert.Equal((true, 100L), (account.IsTight, account.Target));
        Grant(lease: 100, leased: 100, now: Second);
        Assert.Equal((true, 0L), (account.IsTight, account.Target));
    }

    [Fact]
    public void An_account_that_has_plenty_is_not_tight()
    {
        account.Reserve(10, 0);
        account.Settle(10, 0, hasEntry: false, 0);
        Grant(lease: 52, leased: 52);
        // The highest use and a quarter, and four usual requests: no more than half of the rest.
        Assert.Equal((false, 52L), (account.IsTight, account.Target));
        // It is an eighth of what is left to others after a second, but not more.
        account.SetLimit(52 + (52 * 8));
        Grant(lease: 52, leased: 52, now: Second);
        Assert.False(account.IsTight);
        account.SetLimit(52 + (52 * 8) - 1);
        Grant(lease: 52, leased: 52, now: Second);
        Assert.True(account.IsTight);
    }

    [Fact]
    public void It_asks_the_store_when_half_of_its_target_is_gone_or_when_it_has_too_much()
    {
        account.Reserve(10, 0);
        account.Settle(10, 0, hasEntry: false, 0);
        Assert.False(account.NeedsExchange(0, Today));
        account.Waiting = 1;
        Assert.True(account.NeedsExchange(0, Today));
        account.Waiting = 0;
        // The target is 52, and a usual request 10.
        foreach (var (lease, needs) in ((long, bool)[])[(25, true), (26, false), (114, false), (115, true)])
        {
            account.SetLimit(100_000);
            Grant(lease, lease);
            Assert.Equal(52, account.Target);
            Assert.Equal(needs, account.NeedsExchange(0, Today));
        }
    }

    [Theory]
    [InlineData(100, false)] // The target.
    [InlineData(101, true)]
    public void A_tight_account_keeps_nothing_beyond_its_target(long lease, bool needs)
    {
        account.Reserve(100, 0);
        account.Settle(100, 0, hasEntry: false, 0);
        Grant(lease, lease);
        Assert.Equal((true, 100L), (account.IsTight, account.Target));
        Assert.Equal(needs, account.NeedsExchange(0, Today));
    }

    [Fact]
    public void An_idle_account_gives_back_also_less_than_a_usual_request()
    {
        account.SetLimit(100_000);
        account.Reserve(10, 0);
        account.Settle(10, 0, hasEntry: false, 0);
        Grant(lease: 30, leased: 30);
        Assert.False(account.NeedsExchange(BudgetAccount.IdleAfter - 1, Today));
        Grant(lease: 5, leased: 5, now: BudgetAccount.IdleAfter);
        Assert.True(account.NeedsExchange(BudgetAccount.IdleAfter, Today));
    }

    [Theory]
    [InlineData(792, true)] // More than an eighth of what is left lies here.
    [InlineData(800, false)]
    public void It_asks_now_and_then_where_others_may_miss_what_lies_here(long left, bool asks)
    {
        account.SetLimit(100 + left);
        account.Reserve(10, 0);
        account.Settle(10, 0, hasEntry: false, 0);
        Grant(lease: 100, leased: 100, now: 3);
        account.Add(0, BudgetAccount.Poll - 1);
        Assert.False(account.NeedsExchange(BudgetAccount.Poll + 2, Today));
        Assert.Equal(asks, account.NeedsExchange(BudgetAccount.Poll + 3, Today));
    }

    [Fact]
    public void An_account_without_a_lease_is_never_due() => Assert.Equal(long.MaxValue, account.NextDue(7, 0));

    [Theory]
    [InlineData(5, 7)] // Less than an eighth of the target of 52.
    [InlineData(6, 100_000_003)] // Nobody misses it: when it is idle.
    [InlineData(52, 100_000_003)]
    public void It_is_due_soon_when_it_is_low_and_otherwise_when_it_is_idle(long lease, long due)
    {
        account.SetLimit(100_000);
        account.Reserve(10, 3);
        account.Settle(10, 0, hasEntry: false, 3);
        Grant(lease, lease, now: 3);
        Assert.Equal(due, account.NextDue(7, 3));
    }

    [Theory]
    [InlineData(7, 10_000_003)]
    [InlineData(15_000_000, 15_000_000)]
    [InlineData(30_000_000, 20_000_005)]
    public void What_others_may_miss_is_due_after_a_second_and_at_the_next_poll(long soon, long due)
    {
        account.SetLimit(1000);
        account.Reserve(10, 3);
        account.Settle(10, 0, hasEntry: false, 3);
        Grant(lease: 200, leased: 200, now: 5);
        Assert.False(account.IsTight);
        Assert.Equal(due, account.NextDue(soon, 5));
    }

    [Fact]
    public void Too_much_of_a_tight_account_is_due_soon_and_nothing_of_it_never()
    {
        account.Reserve(100, 0);
        account.Settle(100, 0, hasEntry: false, 0);
        Grant(lease: 200, leased: 900);
        Assert.True(account.IsTight);
        Assert.True(account.Available > account.Target);
        Assert.Equal(7, account.NextDue(7, 0));
        Assert.True(account.NeedsExchange(0, Today));
        Grant(lease: 10, leased: 1000);
        account.Reserve(10, 0);
        Assert.Equal((0, 0), (account.Target, account.Available));
        Assert.Equal(long.MaxValue, account.NextDue(7, 0));
        Assert.False(account.NeedsExchange(0, Today));
        // Nor does anyone miss it later.
        Assert.False(account.NeedsExchange(BudgetAccount.Poll, Today));
    }

    private void Grant(long lease, long leased, long settled = 0, long excess = 0, long now = 0) =>
        account.Apply(new(lease, new(account.Id, account.Limit, leased, settled, 0, excess)), now, Today);
}
