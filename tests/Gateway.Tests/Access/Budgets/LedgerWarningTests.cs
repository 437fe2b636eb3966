using System.Diagnostics.Metrics;
using Dragoman.Access.Budgets;

namespace Dragoman.Gateway.Tests.Access.Budgets;

/// <summary>Budgets that warn before they refuse.</summary>
public sealed class LedgerWarningTests
{
    private readonly RecordedLog log = new();
    private readonly BudgetScope team = new(BudgetOwner.OfTeam("a"), 1000, BudgetPeriod.Total, 0.8m);
    private readonly BudgetScope key = new(BudgetOwner.OfKey("k", "a"), 100, new(PeriodKind.Day, TimeZoneInfo.Utc), 0.5m);

    [Fact]
    public async Task What_is_spent_and_reserved_warns_from_its_part_on_and_refuses_nothing()
    {
        using var world = new LedgersUnderTest(logger: log);
        var first = await world.ReserveAsync(world.Process, 49, key);
        Assert.Null(first.Warning);
        var second = await world.ReserveAsync(world.Process, 1, key);
        Assert.Equal((key, 50L, 50), (second.Warning!.Budget, second.Warning.Used, second.Warning.Percent));
        Assert.Equal("2026-01-03T00:00:00Z", second.Warning.ResetsAt!.Value.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
        world.Settle(first, 20);
        world.Settle(second, 1);
        // What was reserved for nothing is given back.
        var third = await world.ReserveAsync(world.Process, 28, key);
        Assert.Null(third.Warning);
        world.Settle(third, 28);
        for (var spent = 49; spent < 100; spent += 17)
        {
            var hold = await world.ReserveAsync(world.Process, 17, key);
            Assert.Equal(spent + 17, hold.Warning!.Used);
            world.Settle(hold, 17);
        }

        var lines = log.Lines.Where(line => line.Contains("budget", StringComparison.Ordinal));
        Assert.Equal(["50 % of the daily budget of the key k, which is $0.0000000001, are used; it begins anew at 2026-01-03T00:00:00Z."], lines);
        await world.CloseAllAsync();
    }

    [Fact]
    public async Task The_budget_of_which_the_greatest_part_is_used_is_named()
    {
        using var world = new LedgersUnderTest(logger: log);
        var silent = LedgersUnderTest.Total("org", 96);
        var first = await world.ReserveAsync(world.Process, 95, silent, team, key);
        Assert.Equal((key, 95), (first.Warning!.Budget, first.Warning.Percent));
        world.Settle(first, 95);
        var second = await world.ReserveAsync(world.Process, 880, team);
        Assert.Equal((team, 97), (second.Warning!.Budget, second.Warning.Percent));
        world.Settle(second, 1);
        await world.CloseAllAsync();
    }

    [Fact]
    public async Task What_another_process_has_spent_counts()
    {
        using var world = new LedgersUnderTest(processes: 2, logger: log);
        world.Settle(await world.ReserveAsync(world.Processes[1], 790, team), 790);
        await world.PassAsync(TimeSpan.FromSeconds(15));
        var hold = await world.ReserveAsync(world.Process, 10, team);
        Assert.Equal(team, hold.Warning?.Budget);
        world.Settle(hold, 10);
        await world.CloseAllAsync();
    }

    [Fact]
    public async Task Each_period_is_told_once_for_each_process()
    {
        using var world = new LedgersUnderTest(logger: log);
        for (var day = 0; day < 2; day++)
        {
            for (var request = 0; request < 3; request++)
            {
                world.Settle(await world.ReserveAsync(world.Process, 20, key), 20);
                // The account is forgotten in between.
                await world.PassAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));
            }

            await world.PassAsync(TimeSpan.FromDays(1), TimeSpan.FromHours(1));
        }

        Assert.Equal(2, log.Lines.Count(line => line.Contains("% of the daily budget of the key k", StringComparison.Ordinal)));
        await world.CloseAllAsync();
    }

    [Fact]
    public async Task A_budget_that_refuses_because_of_what_was_used_is_told_once()
    {
        using var world = new LedgersUnderTest(logger: log);
        // This says nothing about what was used.
        await world.RefusalAsync(world.Process, 101, key);
        Assert.DoesNotContain(log.Lines, line => line.Contains("refuses", StringComparison.Ordinal));
        world.Settle(await world.ReserveAsync(world.Process, 90, key), 90);
        await world.RefusalAsync(world.Process, 20, key);
        await world.RefusalAsync(world.Process, 30, key);
        Assert.Equal(
            "the daily budget of the key k refuses requests: $0.00000000001 of $0.0000000001 are left; it begins anew at 2026-01-03T00:00:00Z.",
            Assert.Single(log.Lines, line => line.Contains("refuses", StringComparison.Ordinal)));
        await world.CloseAllAsync();
    }

    [Fact]
    public async Task Metrics_have_what_is_used_and_how_many_began_to_warn()
    {
        using var world = new LedgersUnderTest(logger: log);
        var owner = BudgetOwner.OfTag("metric", "of this test", null);
        var budget = new BudgetScope(owner, 1000, BudgetPeriod.Total, 0.8m);
        BudgetMetrics.Observe(world.Ledger);
        var (used, notices) = (0.0, 0L);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name.StartsWith("dragoman.budget.", StringComparison.Ordinal))
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag.Value is string text && text == owner.Id)
                    used = value;
            }
        });
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref notices, value));
        listener.Start();
        var hold = await world.ReserveAsync(world.Process, 900, budget);
        listener.RecordObservableInstruments();
        Assert.Equal(0.9, used);
        Assert.True(Interlocked.Read(ref notices) > 0);
        world.Settle(hold, 1);
        await world.CloseAllAsync();
    }
}
