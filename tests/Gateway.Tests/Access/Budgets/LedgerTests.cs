using Dragoman.Access.Budgets;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Access.Budgets;

public sealed class LedgerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly BudgetScope team = LedgersUnderTest.Total("team:a", 1000);
    private readonly BudgetScope key = LedgersUnderTest.Total("key:k", 100);

    [Fact]
    public async Task Old_entries_are_removed_some_at_once()
    {
        using var world = new LedgersUnderTest(processes: 0) { EntriesKept = TimeSpan.FromDays(1) };
        var process = world.Start();
        for (var number = 0; number < BudgetSettings.TrimmedAtOnce + 10; number++)
            process.Ledger.Note([world.Entry("old")]);
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(BudgetSettings.TrimmedAtOnce + 10, world.Store.Entries.Count);
        world.Clock.Advance(TimeSpan.FromDays(1));
        for (var number = 0; number < 3; number++)
        {
            process.Ledger.Note([world.Entry("new")]);
            await world.PassAsync(TimeSpan.FromSeconds(3));
        }

        Assert.Equal(["new", "new", "new"], world.Store.Entries.Select(entry => entry.RequestId));
    }

    [Fact]
    public async Task What_is_settled_is_in_the_store_and_nothing_else()
    {
        using var world = new LedgersUnderTest();
        var hold = await world.ReserveAsync(world.Process, 40, team, key);
        world.Settle(hold, 7);
        world.Settle(hold, 30);
        await world.PassAsync(3 * Second);
        Assert.Equal(7, (await world.StateAsync(team)).Settled);
        Assert.Equal(7, (await world.StateAsync(key)).Settled);
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
        Assert.Equal(0, (await world.StateAsync(team)).Excess);
        var entry = Assert.Single(world.Store.Entries);
        Assert.Equal(7, entry.Cost);
        Assert.Equal(["team:a:total", "key:k:total"], entry.Accounts);
    }

    [Fact]
    public async Task Everything_can_be_used_and_not_more()
    {
        using var world = new LedgersUnderTest();
        for (var number = 0; number < 10; number++)
            world.Settle(await world.ReserveAsync(world.Process, 10, team, key), 10);
        var refusal = await world.RefusalAsync(world.Process, 1, team, key);
        Assert.Same(key, refusal.Budget);
        Assert.Equal(BudgetRefusalReason.Exhausted, refusal.Reason);
        Assert.Equal(0, refusal.Left);
        Assert.Null(refusal.ResetsAt);
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
        Assert.Equal(100, (await world.StateAsync(key)).Settled);
        Assert.Equal(100, (await world.StateAsync(team)).Settled);
    }

    [Fact]
    public async Task An_exhausted_budget_is_refused_without_asking_the_store_each_time()
    {
        using var world = new LedgersUnderTest();
        world.Settle(await world.ReserveAsync(world.Process, 100, key), 100);
        await world.RefusalAsync(world.Process, 1, key);
        var before = world.Process.Store.Exchanges;
        for (var number = 0; number < 1000; number++)
            await world.RefusalAsync(world.Process, 1, key);
        Assert.InRange(world.Process.Store.Exchanges - before, 0, 1);
    }

    [Fact]
    public async Task A_request_that_is_greater_than_a_limit_is_refused_at_once()
    {
        using var world = new LedgersUnderTest();
        await Assert.ThrowsAsync<BudgetException>(async () => await world.Ledger.ReserveAsync([team, key], 101, world.Entry()));
        Assert.Equal(0, world.Process.Store.Exchanges);
    }

    [Fact]
    public async Task What_costs_more_than_was_reserved_is_charged_too()
    {
        using var world = new LedgersUnderTest();
        world.Settle(await world.ReserveAsync(world.Process, 90, key), 130);
        await world.RefusalAsync(world.Process, 1, key);
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
        Assert.Equal(new AccountState("key:k:total", 100, 0, 100, 0, 30), await world.StateAsync(key));
    }

    [Fact]
    public async Task What_costs_nothing_is_not_charged_and_needs_nothing()
    {
        using var world = new LedgersUnderTest();
        world.Settle(await world.ReserveAsync(world.Process, 100, key), 100);
        (await world.ReserveAsync(world.Process, 0, key)).Settle(0, null);
        (await world.ReserveAsync(world.Process, 0)).Settle(0, world.Entry("free"));
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
        Assert.Equal(2, world.Store.Entries.Count);
        Assert.Empty(world.Store.Entries[1].Accounts);
    }

    [Fact]
    public async Task An_unknown_price_stays_unknown()
    {
        using var world = new LedgersUnderTest();
        var hold = await world.ReserveAsync(world.Process, 10, key);
        hold.Settle(0, world.Entry());
        await world.CloseAsync(world.Process);
        Assert.Null(Assert.Single(world.Store.Entries).Cost);
    }

    [Fact]
    public async Task A_request_waits_for_one_that_ends()
    {
        using var world = new LedgersUnderTest();
        var first = await world.ReserveAsync(world.Process, 80, key);
        var second = world.Ledger.ReserveAsync([key], 80, world.Entry()).AsTask();
        await world.PassAsync(Second);
        Assert.False(second.IsCompleted);
        world.Settle(first, 15);
        await world.DriveAsync(second);
        world.Settle(await second, 80);
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
        Assert.Equal(95, (await world.StateAsync(key)).Settled);
    }

    [Fact]
    public async Task A_request_is_refused_when_it_has_waited_long_enough()
    {
        using var world = new LedgersUnderTest();
        var hold = await world.ReserveAsync(world.Process, 80, key);
        var begin = world.Clock.GetUtcNow();
        var refusal = await world.RefusalAsync(world.Process, 80, key);
        Assert.Equal(BudgetRefusalReason.Exhausted, refusal.Reason);
        Assert.Equal(20, refusal.Left);
        Assert.InRange(world.Clock.GetUtcNow() - begin, BudgetSettings.LongestWait, BudgetSettings.LongestWait + Second);
        world.Settle(hold, 1);
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
    }

    [Fact]
    public async Task A_request_whose_client_leaves_takes_nothing()
    {
        using var world = new LedgersUnderTest();
        var hold = await world.ReserveAsync(world.Process, 80, key);
        using var client = new CancellationTokenSource();
        var second = world.Ledger.ReserveAsync([key], 80, world.Entry(), client.Token).AsTask();
        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        world.Settle(hold, 0);
        world.Settle(await world.ReserveAsync(world.Process, 100, key), 100);
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
    }

    [Fact]
    public async Task Another_process_gives_back_what_it_does_not_use()
    {
        using var world = new LedgersUnderTest(processes: 2);
        world.Settle(await world.ReserveAsync(world.Processes[0], 10, key), 1);
        var hold = await world.ReserveAsync(world.Processes[1], 99, key);
        world.Settle(hold, 99);
        await world.CloseAllAsync();
        await world.AssertOverAsync();
        Assert.Equal(100, (await world.StateAsync(key)).Settled);
    }

    [Fact]
    public async Task An_idle_process_holds_nothing_and_asks_nothing()
    {
        using var world = new LedgersUnderTest();
        var large = LedgersUnderTest.Total("team:large", 1_000_000);
        for (var number = 0; number < 20; number++)
        {
            world.Settle(await world.ReserveAsync(world.Process, 100, large), 10);
            await world.PassAsync(0.1 * Second);
        }

        Assert.NotEqual(0, (await world.StateAsync(large)).Leased);
        await world.PassAsync(15 * Second);
        Assert.Equal(0, (await world.StateAsync(large)).Leased);
        var before = world.Process.Store.Exchanges;
        await world.PassAsync(120 * Second, Second);
        Assert.Equal(before, world.Process.Store.Exchanges);
        Assert.Empty(world.Ledger.Lessees[0].Accounts);
    }

    [Fact]
    public async Task The_store_is_asked_once_for_a_hundred_requests()
    {
        using var world = new LedgersUnderTest();
        BudgetScope[] budgets = [LedgersUnderTest.Total("org", 1_000_000_000), LedgersUnderTest.Total("team:t", 1_000_000_000), LedgersUnderTest.Total("key:x", 1_000_000_000)];
        var random = new Random(3);
        var running = new Queue<Hold>();
        const int Requests = 20_000;
        var waited = 0;
        for (var number = 0; number < Requests; number++)
        {
            var reservation = world.Ledger.ReserveAsync(budgets, random.Next(500, 1500), world.Entry());
            waited += reservation.IsCompleted ? 0 : 1;
            var task = reservation.AsTask();
            await world.DriveAsync(task);
            running.Enqueue(await task);
            if (running.Count > 64)
                world.Settle(running.Dequeue(), random.Next(0, 400));
            if (number % 4 == 0)
                await world.PassAsync(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(10));
        }

        while (running.TryDequeue(out var hold))
            world.Settle(hold, 1);
        Assert.InRange(waited, 1, 20);
        Assert.InRange(world.Process.Store.Exchanges, 10, Requests / 200);
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
    }

    [Fact]
    public async Task A_long_request_keeps_its_lease()
    {
        using var world = new LedgersUnderTest(processes: 2);
        var hold = await world.ReserveAsync(world.Process, 100, key);
        for (var minute = 0; minute < 3; minute++)
        {
            await world.PassAsync(60 * Second, Second);
            Assert.Equal(100, (await world.StateAsync(key)).Leased);
            await world.RefusalAsync(world.Processes[1], 1, key);
        }

        world.Settle(hold, 60);
        world.Settle(await world.ReserveAsync(world.Processes[1], 40, key), 40);
        await world.CloseAllAsync();
        await world.AssertOverAsync();
        Assert.Equal(new AccountState("key:k:total", 100, 0, 100, 0, 0), await world.StateAsync(key));
    }

    [Fact]
    public async Task What_begins_before_midnight_belongs_to_the_day_before()
    {
        using var world = new LedgersUnderTest();
        var daily = new BudgetScope(BudgetOwner.OfTeam("a"), 100, new(PeriodKind.Day, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")));
        await world.PassAsync(TimeSpan.Parse("19:54:00"), TimeSpan.Parse("19:54:00"));
        var before = daily.AccountAt(world.Clock.GetUtcNow());
        var old = await world.ReserveAsync(world.Process, 100, daily);
        var refusal = await world.RefusalAsync(world.Process, 1, daily);
        Assert.Equal(DateTimeOffset.Parse("2026-01-02T23:00:00Z"), refusal.ResetsAt);
        await world.PassAsync(refusal.ResetsAt!.Value - world.Clock.GetUtcNow(), 10 * Second);
        world.Settle(await world.ReserveAsync(world.Process, 100, daily), 50);
        world.Settle(old, 70);
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
        Assert.Equal("team:a:day:2026-01-02", before);
        Assert.Equal(
            [(before, 70L), ("team:a:day:2026-01-03", 50L)],
            (await world.Store.ListAsync("", null, 10)).Select(state => (state.Account, state.Settled)));
    }

    [Fact]
    public async Task A_limit_that_is_raised_helps_at_once()
    {
        using var world = new LedgersUnderTest();
        world.Settle(await world.ReserveAsync(world.Process, 100, key), 100);
        await world.RefusalAsync(world.Process, 1, key);
        var raised = LedgersUnderTest.Total("key:k", 150);
        world.Settle(await world.ReserveAsync(world.Process, 50, raised), 50);
        await world.RefusalAsync(world.Process, 1, raised);
        // A lower one takes nothing back.
        await world.RefusalAsync(world.Process, 1, key);
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
    }

    [Fact]
    public async Task Many_accounts_take_turns()
    {
        using var world = new LedgersUnderTest();
        var budgets = Enumerable.Range(0, 300).Select(number => LedgersUnderTest.Total($"user:{number}", 1000)).ToArray();
        var tasks = budgets.Select(budget => world.Ledger.ReserveAsync([team, budget], 3, world.Entry()).AsTask()).ToArray();
        await world.DriveAsync(tasks);
        foreach (var task in tasks)
            world.Settle(await task, 2);
        await world.PassAsync(10 * Second);
        Assert.Equal(600, (await world.StateAsync(team)).Settled);
        Assert.All(budgets, budget => Assert.Equal(2, world.StateAsync(budget).Result.Settled));
        Assert.All(world.Process.Store.Batches, batch => Assert.InRange(batch.Accounts.Count, 0, LedgerLimits.MostAccounts));
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
    }

    [Fact]
    public async Task The_users_of_a_busy_process_are_told_together()
    {
        const int Users = 300;
        const int RequestsPerSecond = 300;
        const int Seconds = 30;
        using var world = new LedgersUnderTest(mostAccounts: LedgerLimits.MostAccountsOfDatabase);
        var wide = LedgersUnderTest.Total("team:t", 1_000_000_000_000);
        var users = Enumerable.Range(0, Users).Select(number => LedgersUnderTest.Total($"user:{number}", 1_000_000_000)).ToArray();
        var random = new Random(5);
        var running = new Queue<Hold>();
        var (before, waited) = (0, 0);
        for (var number = 0; number < RequestsPerSecond * Seconds; number++)
        {
            // The first seconds show how much each user needs.
            if (number == RequestsPerSecond * Seconds / 3)
                (before, waited) = (world.Process.Store.Exchanges, 0);
            var reservation = world.Ledger.ReserveAsync([wide, users[random.Next(Users)]], 2300, world.Entry());
            waited += reservation.IsCompleted ? 0 : 1;
            var task = reservation.AsTask();
            await world.DriveAsync(task);
            running.Enqueue(await task);
            while (running.Count > RequestsPerSecond)
                world.Settle(running.Dequeue(), random.Next(100, 300));
            if (number % 3 == 0)
                await world.PassAsync(Second / (RequestsPerSecond / 3), Second / (RequestsPerSecond / 3));
        }

        Assert.InRange(world.Process.Store.Exchanges - before, 2, RequestsPerSecond * Seconds * 2 / 3 / 300);
        Assert.InRange(waited, 0, 20);
        Assert.Contains(world.Process.Store.Batches, batch => batch.Accounts.Count > Users / 2);
        world.Process.Kill();
        world.Start();
        await world.PassAsync(3 * Second);
        await world.CloseAllAsync();
        await world.AssertOverAsync();
    }

    [Fact]
    public async Task An_entry_that_a_store_would_not_accept_is_settled_all_the_same()
    {
        using var world = new LedgersUnderTest();
        var hold = await world.ReserveAsync(world.Process, 10, key);
        hold.Settle(10, world.Entry("\0\ud800" + new string('x', 3000)) with
        {
            Model = new string('é', 5000),
            User = "\0",
            InputTokens = -4,
            Tags = new Dictionary<string, string> { ["a"] = new string('b', 9000) },
        });
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
        var entry = Assert.Single(world.Store.Entries);
        LedgerLimits.Check(entry);
        Assert.Equal((10, 0, ""), (entry.Cost, entry.InputTokens, entry.User));
    }

    [Fact]
    public async Task What_a_ledger_does_not_keep_is_refused_with_a_reason()
    {
        using var world = new LedgersUnderTest();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await world.Ledger.ReserveAsync([], -1, world.Entry()));
        await Assert.ThrowsAsync<ArgumentException>(async () => await world.Ledger.ReserveAsync([.. Enumerable.Repeat(key, LedgerLimits.MostAccountsOfEntry + 1)], 1, world.Entry()));
        Assert.Throws<ArgumentException>(() => LedgersUnderTest.Total(new string('a', BudgetOwner.LongestAccount), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LedgersUnderTest.Total("a", -1));
        var hold = await world.ReserveAsync(world.Process, 1, key, key);
        Assert.Throws<ArgumentOutOfRangeException>(() => hold.Settle(-1, null));
        world.Settle(hold, 1);
        await world.CloseAsync(world.Process);
        Assert.Equal(1, (await world.StateAsync(key)).Settled);
        await Assert.ThrowsAsync<BudgetException>(async () => await world.Ledger.ReserveAsync([key], 1, world.Entry()));
    }

    [Fact]
    public async Task A_process_that_ends_assumes_what_still_runs()
    {
        using var world = new LedgersUnderTest();
        var hold = await world.ReserveAsync(world.Process, 30, key);
        await world.CloseAsync(world.Process);
        world.Settle(hold, 5);
        await world.AssertOverAsync();
        var entry = Assert.Single(world.Store.Entries);
        Assert.Equal((30, "assumed"), (entry.Cost, entry.Origin));
    }
}
