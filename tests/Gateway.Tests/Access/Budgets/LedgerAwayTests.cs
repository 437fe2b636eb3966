using Dragoman.Access.Budgets;
using Dragoman.Gateway.Tests.Stores.Ledger;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Access.Budgets;

/// <summary>What happens while the store of the ledger does not answer.</summary>
public sealed class LedgerAwayTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly BudgetScope key = LedgersUnderTest.Total("key:k", 1_000_000);

    [Fact]
    public async Task What_is_leased_is_used_until_the_lease_ends()
    {
        using var world = new LedgersUnderTest();
        world.Settle(await world.ReserveAsync(world.Process, 100, key), 1);
        await world.PassAsync(3 * Second);
        world.Process.Store.Fault = () => LedgerFault.Lost;
        var used = 0;
        for (var second = 0; second < 60; second++)
        {
            try
            {
                world.Settle(await world.ReserveAsync(world.Process, 10, key), 1);
                used++;
            }
            catch (BudgetException exception)
            {
                Assert.Equal(BudgetRefusalReason.StoreAway, exception.Refusal.Reason);
            }

            await world.PassAsync(Second, 0.25 * Second);
        }

        Assert.InRange(used, 15, 25);
        Assert.True(world.Ledger.IsStoreAway);
        world.Process.Store.Fault = null;
        await world.PassAsync(3 * Second);
        Assert.False(world.Ledger.IsStoreAway);
        world.Settle(await world.ReserveAsync(world.Process, 10, key), 1);
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
        Assert.Equal(used + 2, (await world.StateAsync(key)).Settled);
    }

    [Fact]
    public async Task It_tells_how_far_the_store_is_behind()
    {
        using var world = new LedgersUnderTest();
        Assert.Equal(TimeSpan.Zero, world.Ledger.Behind);
        world.Process.Store.Fault = () => LedgerFault.Lost;
        world.Ledger.Note([world.Entry() with { At = world.Clock.GetUtcNow() }]);
        await world.PassAsync(40 * Second);
        world.Ledger.Note([world.Entry() with { At = world.Clock.GetUtcNow() }]);
        await world.PassAsync(20 * Second);
        Assert.Equal(60 * Second, world.Ledger.Behind);
        world.Process.Store.Fault = null;
        await world.PassAsync(10 * Second);
        Assert.Equal(TimeSpan.Zero, world.Ledger.Behind);
    }

    [Fact]
    public async Task Entries_without_a_budget_leave_room_for_those_with_one()
    {
        const int Room = PendingEntries.MostInMemory / 2;
        using var world = new LedgersUnderTest(hasJournal: false);
        world.Process.Store.Fault = () => LedgerFault.Lost;
        for (var number = 0; number < Room + (2 * LedgerLimits.MostEntries); number++)
            world.Ledger.Note([world.Entry() with { RequestId = "noted" }]);
        await world.QuietAsync();
        var kept = world.Ledger.FindUnsent("noted").Count;
        Assert.InRange(kept, Room, Room + LedgerLimits.MostEntries);
        world.Process.Store.Fault = null;
        for (var second = 0; second < 30; second++)
            await world.PassAsync(Second);
        Assert.Empty(world.Ledger.FindUnsent("noted"));
        Assert.Equal(kept, (await world.Process.Store.FindAsync("noted")).Count);
    }

    [Fact]
    public async Task A_process_that_holds_nothing_keeps_its_name_over_a_pause()
    {
        using var world = new LedgersUnderTest();
        world.Ledger.Note([world.Entry()]);
        await world.PassAsync(3 * Second);
        var name = world.Ledger.Lessees[0].Name;
        for (var minute = 0; minute < 3; minute++)
            await world.PassAsync(60 * Second);
        Assert.Empty(await world.Process.Store.ExpireAsync(world.Clock.GetUtcNow()));
        world.Ledger.Note([world.Entry()]);
        await world.PassAsync(3 * Second);
        Assert.Equal(name, Assert.Single(world.Ledger.Lessees).Name);
    }

    [Fact]
    public async Task Nobody_waits_for_a_store_that_did_not_answer()
    {
        using var world = new LedgersUnderTest();
        world.Process.Store.Fault = () => LedgerFault.Lost;
        var begin = world.Clock.GetUtcNow();
        Assert.Equal(BudgetRefusalReason.StoreAway, (await world.RefusalAsync(world.Process, 1, key)).Reason);
        await Assert.ThrowsAsync<BudgetException>(async () => await world.Ledger.ReserveAsync([key], 1, world.Entry()));
        Assert.InRange(world.Clock.GetUtcNow() - begin, TimeSpan.Zero, 0.1 * Second);
    }

    [Fact]
    public async Task A_store_that_hangs_is_away_after_the_longest_wait()
    {
        using var world = new LedgersUnderTest();
        world.Process.Store.Hold = new();
        Assert.Equal(BudgetRefusalReason.StoreAway, (await world.RefusalAsync(world.Process, 1, key)).Reason);
        await world.PassAsync(Second);
        await Assert.ThrowsAsync<BudgetException>(async () => await world.Ledger.ReserveAsync([key], 1, world.Entry()));
        world.Process.Store.Hold.SetResult();
        world.Process.Store.Hold = null;
        while (world.Process.Store.IsHeld)
            await Task.Yield();
        await world.PassAsync(Second);
        world.Settle(await world.ReserveAsync(world.Process, 1, key), 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Requests_can_be_served_without_the_store(bool hasJournal)
    {
        using var world = new LedgersUnderTest(hasJournal: hasJournal, serves: true);
        world.Process.Store.Fault = () => LedgerFault.Lost;
        for (var number = 0; number < 50; number++)
        {
            world.Settle(await world.ReserveAsync(world.Process, 100, key), 10);
            await world.PassAsync(Second, Second);
        }

        world.Process.Store.Fault = null;
        await world.PassAsync(3 * Second);
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
        Assert.Equal(500, (await world.StateAsync(key)).Settled);
    }

    [Fact]
    public async Task Settlements_that_memory_does_not_hold_wait_in_the_journal()
    {
        using var world = new LedgersUnderTest(serves: true, segmentBytes: 1024 * 1024);
        world.Process.Store.Fault = () => LedgerFault.Lost;
        const int Requests = PendingEntries.MostInMemory + 6000;
        for (var number = 0; number < Requests; number++)
        {
            var reservation = world.Ledger.ReserveAsync([key], 1, world.Entry()).AsTask();
            await world.DriveAsync(reservation);
            world.Settle(await reservation, 1);
        }

        Assert.InRange(world.Ledger.Lessees[0].Pending.Outside, 5000, 6000);
        world.Process.Store.Fault = null;
        await world.PassAsync(3 * Second);
        for (var number = 0; number < 1000; number++)
            world.Settle(await world.ReserveAsync(world.Process, 1, key), 1);
        await world.PassAsync(3 * Second);
        Assert.Equal(0, world.Ledger.Lessees[0].Pending.Count);
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
        Assert.Equal(Requests + 1000, (await world.StateAsync(key)).Settled);
        Assert.Equal(Requests + 1000, world.Store.Entries.Select(entry => entry.RequestId).Distinct().Count());
    }

    [Fact]
    public async Task Without_a_journal_requests_are_refused_before_settlements_are_lost()
    {
        using var world = new LedgersUnderTest(hasJournal: false, serves: true);
        world.Process.Store.Fault = () => LedgerFault.Lost;
        await world.ReserveAsync(world.Process, 1, key);
        var served = 0;
        await Assert.ThrowsAsync<BudgetException>(async () =>
        {
            for (; served <= PendingEntries.MostInMemory; served++)
                world.Settle(await world.Ledger.ReserveAsync([key], 1, world.Entry()), 1);
        });
        Assert.Equal(PendingEntries.MostInMemory, served);
        world.Process.Store.Fault = null;
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
        Assert.Equal(served + 1, (await world.StateAsync(key)).Settled);
    }

    [Fact]
    public async Task A_process_whose_leases_expired_goes_on_under_a_new_name()
    {
        using var world = new LedgersUnderTest(processes: 2);
        var running = await world.ReserveAsync(world.Process, 100, key);
        world.Settle(await world.ReserveAsync(world.Process, 100, key), 7);
        world.Process.Store.Fault = () => LedgerFault.Lost;
        for (var second = 0; second < 90; second++)
        {
            world.Settle(await world.ReserveAsync(world.Processes[1], 1, key), 0);
            await world.PassAsync(Second, Second);
        }

        Assert.InRange((await world.StateAsync(key)).Assumed, 107, 1000);
        world.Process.Store.Fault = null;
        await world.PassAsync(3 * Second);
        Assert.Equal(2, world.Ledger.Lessees.Count);
        world.Settle(await world.ReserveAsync(world.Process, 100, key), 11);
        world.Settle(running, 60);
        await world.PassAsync(3 * Second);
        Assert.Single(world.Ledger.Lessees);
        Assert.Equal(2, world.Process.Store.Batches.Select(batch => batch.Process).Distinct().Count());
        await world.CloseAllAsync();
        await world.AssertOverAsync();
        Assert.Equal(new AccountState("key:k:total", 1_000_000, 0, 78, 0, 0), await world.StateAsync(key));
    }

    [Fact]
    public async Task A_process_ends_in_time_though_the_store_is_away_and_its_successor_tells_the_rest()
    {
        using var world = new LedgersUnderTest();
        world.Settle(await world.ReserveAsync(world.Process, 100, key), 7);
        await world.ReserveAsync(world.Process, 50, key);
        world.Process.Store.Fault = () => LedgerFault.Lost;
        var begin = world.Clock.GetUtcNow();
        await world.CloseAsync(world.Process);
        Assert.InRange(world.Clock.GetUtcNow() - begin, TimeSpan.Zero, BudgetSettings.LongestClose + Second);
        var successor = world.Start();
        await world.PassAsync(Second);
        await world.CloseAsync(successor);
        await world.AssertOverAsync();
        Assert.Equal(57, (await world.StateAsync(key)).Settled);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_no_reason_not_to_start()
    {
        using var log = new CapturedLog("ledger");
        using var world = new LedgersUnderTest(hasJournal: false, path: "/proc/none", logger: log.CreateLogger("ledger"));
        Assert.StartsWith("Warning The ledger has no journal, because ", await log.NextAsync());
        world.Settle(await world.ReserveAsync(world.Process, 5, key), 5);
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
        Assert.Single(world.Store.Entries);
    }
}
