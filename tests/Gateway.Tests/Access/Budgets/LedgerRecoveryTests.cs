using Dragoman.Access.Budgets;
using Dragoman.Gateway.Tests.Stores.Ledger;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Access.Budgets;

/// <summary>What a process was killed with is settled by another one.</summary>
public sealed class LedgerRecoveryTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly BudgetScope key = LedgersUnderTest.Total("key:k", 1000);

    [Fact]
    public async Task What_was_settled_is_told_and_what_ran_is_assumed()
    {
        using var world = new LedgersUnderTest();
        world.Settle(await world.ReserveAsync(world.Process, 100, key), 30);
        var running = await world.ReserveAsync(world.Process, 50, key);
        (await world.ReserveAsync(world.Process, 10, key)).Settle(0, null);
        world.Process.Kill();

        var successor = world.Start();
        await world.PassAsync(Second);
        Assert.Equal(new AccountState("key:k:total", 1000, 0, 80, 0, 0), await world.StateAsync(key));
        var assumed = Assert.Single(world.Store.Entries, entry => entry.Origin == "assumed");
        Assert.Equal((running.Draft.RequestId, 50, "failed"), (assumed.RequestId, assumed.Cost, assumed.Outcome));
        await world.CloseAsync(successor);
        await world.AssertOverAsync();
        Assert.Equal(2, world.Store.Entries.Count);
    }

    [Fact]
    public async Task Earlier_tries_and_what_had_no_budget_are_told_too()
    {
        using var world = new LedgersUnderTest();
        var hold = await world.ReserveAsync(world.Process, 100, key);
        hold.Settle(30, world.Entry("tried"), [world.Entry("tried") with { Cost = 7 }, world.Entry("tried") with { Cost = null }]);
        world.Ledger.Note([world.Entry("noted") with { Cost = 5 }]);
        var running = await world.ReserveAsync(world.Process, 50, key);
        world.Process.Kill();

        var successor = world.Start();
        await world.PassAsync(Second);
        Assert.Equal(new AccountState("key:k:total", 1000, 0, 87, 0, 0), await world.StateAsync(key));
        Assert.Equal([7, null, 30], world.Store.Entries.Where(entry => entry.RequestId == "tried").Select(entry => entry.Cost));
        var noted = Assert.Single(world.Store.Entries, entry => entry.RequestId == "noted");
        Assert.Equal(5, noted.Cost);
        Assert.Empty(noted.Accounts);
        Assert.Equal(running.Draft.RequestId, Assert.Single(world.Store.Entries, entry => entry.Origin == "assumed").RequestId);
        await world.CloseAsync(successor);
        await world.AssertOverAsync();
        Assert.Equal(5, world.Store.Entries.Count);
    }

    [Theory]
    [InlineData(LedgerFault.Lost)]
    [InlineData(LedgerFault.AnswerLost)]
    public async Task A_batch_that_was_on_its_way_is_repeated(LedgerFault fault)
    {
        using var world = new LedgersUnderTest();
        world.Settle(await world.ReserveAsync(world.Process, 100, key), 30);
        var running = await world.ReserveAsync(world.Process, 1, key);
        world.Process.Store.Fault = () => fault;
        await world.PassAsync(3 * Second);
        world.Settle(running, 1);
        var sent = world.Process.Store.Batches[^1];
        world.Process.Kill();

        var successor = world.Start();
        await world.PassAsync(Second);
        var repeated = successor.Store.Batches[0];
        Assert.Equal(sent.Accounts, repeated.Accounts);
        Assert.Equal(sent.Entries.Select(entry => entry.RequestId), repeated.Entries.Select(entry => entry.RequestId));
        Assert.Equal((sent.Process, sent.Number, sent.LeasedUntil, sent.IsLast), (repeated.Process, repeated.Number, repeated.LeasedUntil, repeated.IsLast));
        await world.CloseAsync(successor);
        await world.AssertOverAsync();
        Assert.Equal(31, (await world.StateAsync(key)).Settled);
        Assert.Equal(2, world.Store.Entries.Count);
    }

    [Fact]
    public async Task A_successor_that_is_killed_too_has_one()
    {
        using var world = new LedgersUnderTest();
        for (var number = 0; number < 10; number++)
            world.Settle(await world.ReserveAsync(world.Process, 20, key), 10);
        await world.ReserveAsync(world.Process, 50, key);
        world.Process.Kill();
        var faults = new Random(4);
        for (var number = 0; number < 8; number++)
        {
            var next = world.Start();
            next.Store.Fault = () => (LedgerFault)faults.Next(3);
            await world.PassAsync(0.3 * Second);
            next.Kill();
        }

        var last = world.Start();
        await world.PassAsync(Second);
        await world.CloseAsync(last);
        await world.AssertOverAsync();
        Assert.Equal(150, (await world.StateAsync(key)).Settled);
        Assert.Equal(11, world.Store.Entries.Count);
    }

    [Fact]
    public async Task A_journal_replaces_what_others_have_assumed()
    {
        using var world = new LedgersUnderTest();
        world.Settle(await world.ReserveAsync(world.Process, 100, key), 30);
        world.Process.Kill();
        await world.Store.ExpireAsync(world.Clock.GetUtcNow() + TimeSpan.FromMinutes(5));
        Assert.InRange((await world.StateAsync(key)).Assumed, 30, 1000);
        var successor = world.Start();
        await world.PassAsync(Second);
        await world.CloseAsync(successor);
        await world.AssertOverAsync();
        Assert.Equal(new AccountState("key:k:total", 1000, 0, 30, 0, 0), await world.StateAsync(key));
    }

    [Fact]
    public async Task Without_a_journal_the_lease_is_assumed()
    {
        using var world = new LedgersUnderTest(processes: 2, hasJournal: false);
        world.Settle(await world.ReserveAsync(world.Processes[0], 100, key), 30);
        await world.ReserveAsync(world.Processes[0], 50, key);
        await world.QuietAsync();
        world.Processes[0].Kill();
        var leased = (await world.StateAsync(key)).Leased;
        for (var second = 0; second < 80; second++)
        {
            world.Settle(await world.ReserveAsync(world.Processes[1], 1, key), 0);
            await world.PassAsync(Second, Second);
        }

        var state = await world.StateAsync(key);
        Assert.Equal(leased, state.Assumed);
        Assert.InRange(state.Settled, 80, 1000);
        await world.CloseAsync(world.Processes[1]);
        Assert.Equal(leased, Assert.Single(await world.Store.LeasesAsync()).Assumed);
    }

    [Fact]
    public async Task Old_segments_are_not_kept_for_a_long_request()
    {
        using var world = new LedgersUnderTest();
        var large = LedgersUnderTest.Total("team:large", 1_000_000_000);
        var running = await world.ReserveAsync(world.Process, 1000, large);
        for (var number = 0; number < 5000; number++)
        {
            world.Settle(await world.ReserveAsync(world.Process, 10, large), 1);
            if (number % 100 == 0)
                await world.PassAsync(1.1 * Second, Second);
        }

        Assert.InRange(System.IO.Directory.EnumerateFiles(world.Folder, "*.journal").Count(), 1, 6);
        world.Process.Kill();
        var successor = world.Start();
        await world.PassAsync(Second);
        await world.CloseAsync(successor);
        await world.AssertOverAsync();
        Assert.Equal(6000, (await world.StateAsync(large)).Settled);
        Assert.Equal(running.Draft.RequestId, Assert.Single(world.Store.Entries, entry => entry.Origin == "assumed").RequestId);
    }

    [Fact]
    public async Task A_process_that_ended_well_leaves_nothing_to_do()
    {
        using var world = new LedgersUnderTest();
        world.Settle(await world.ReserveAsync(world.Process, 100, key), 30);
        await world.CloseAsync(world.Process);
        await world.AssertOverAsync();
        var next = world.Start();
        await world.PassAsync(5 * Second);
        Assert.Equal(0, next.Store.Exchanges);
        next.Kill();
        // It had nothing to tell either.
        next = world.Start();
        await world.PassAsync(5 * Second);
        Assert.Equal(0, next.Store.Exchanges);
    }

    [Fact]
    public async Task What_is_torn_off_a_journal_is_ignored()
    {
        using var world = new LedgersUnderTest();
        for (var number = 0; number < 10; number++)
            world.Settle(await world.ReserveAsync(world.Process, 20, key), 10);
        world.Process.Kill();
        var path = Assert.Single(System.IO.Directory.EnumerateFiles(world.Folder, "*.journal"));
        var bytes = File.ReadAllBytes(path);
        var end = bytes.AsSpan().LastIndexOfAnyExcept((byte)0);
        bytes.AsSpan(end - 20, 21).Clear();
        File.WriteAllBytes(path, bytes);

        var successor = world.Start();
        await world.PassAsync(Second);
        await world.CloseAsync(successor);
        await world.AssertOverAsync();
        // The last settlement is lost, so that its reservation is assumed to be used.
        Assert.Equal(110, (await world.StateAsync(key)).Settled);
    }
}
