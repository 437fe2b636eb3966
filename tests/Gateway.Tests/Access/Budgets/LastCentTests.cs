using System.Collections.Concurrent;
using Dragoman.Access.Budgets;
using Xunit.Abstractions;

namespace Dragoman.Gateway.Tests.Access.Budgets;

/// <summary>Eight processes with 64 requests each want more than a budget has: the last cent can be spent, and never two.</summary>
public sealed class LastCentTests(ITestOutputHelper output)
{
    private const int Processes = 8;
    private const int Concurrent = 64;

    [Theory]
    [InlineData(10_000, 10, 10)]
    [InlineData(10_000, 10, 1)]
    [InlineData(1_000, 7, 7)]
    [InlineData(1_000, 900, 1)]
    [InlineData(50_000, 100, 30)]
    public async Task The_last_cent_can_be_spent_and_never_two(long limit, int mostReserved, int mostUsed)
    {
        using var world = new LedgersUnderTest(Processes, hasJournal: false);
        var budget = LedgersUnderTest.Total("team:a", limit);
        var other = LedgersUnderTest.Total("org", limit * 100);
        var refused = new ConcurrentBag<long>();
        var spent = 0L;
        var served = 0;
        var watch = new Watch(world, budget);
        var clients = new List<Task>();
        for (var number = 0; number < Processes * Concurrent; number++)
            clients.Add(ClientAsync(world.Processes[number % Processes].Ledger, new Random(number)));
        await world.DriveAsync(clients);

        // Whoever comes last can have the rest to the last unit, and nobody more than that.
        await world.PassAsync(TimeSpan.FromSeconds(5));
        var rest = limit - spent;
        if (rest > 0)
        {
            await world.RefusalAsync(world.Processes[3], rest + 1, budget);
            world.Settle(await world.ReserveAsync(world.Processes[5], rest, budget), rest);
        }

        await world.RefusalAsync(world.Processes[0], 1, budget);
        await world.CloseAllAsync();
        var state = await world.StateAsync(budget);
        Assert.Equal((limit, 0, 0), (state.Settled, state.Leased, state.Excess));
        Assert.Equal(limit, await world.Store.AddUpAsync(state.Account));
        // Requests were refused only when less was left than they may have cost.
        Assert.All(refused, left => Assert.InRange(left, 0, mostReserved));
        Assert.True(rest < mostReserved + (Processes * mostReserved), $"{rest} of {limit}");
        output.WriteLine($"{served} served, {refused.Count} refused, {rest} left for the last one, {world.Store.Batches} exchanges in {(world.Clock.GetUtcNow() - watch.Begin).TotalSeconds:0.0} s");

        async Task ClientAsync(Ledger ledger, Random random)
        {
            await Task.Yield();
            while (true)
            {
                var amount = random.Next(1, mostReserved + 1);
                Hold hold;
                try
                {
                    hold = await ledger.ReserveAsync([other, budget], amount, world.Entry());
                }
                catch (BudgetException exception)
                {
                    refused.Add(exception.Refusal.Left!.Value);
                    return;
                }

                watch.Check();
                var cost = Math.Min(amount, random.Next(0, mostUsed + 1));
                Interlocked.Add(ref spent, cost);
                Interlocked.Increment(ref served);
                await Task.Yield();
                hold.Settle(cost, hold.Draft);
            }
        }
    }

    /// <summary>Looks at the store again and again, as an observer from outside.</summary>
    private sealed class Watch(LedgersUnderTest world, BudgetScope budget)
    {
        public DateTimeOffset Begin { get; } = world.Clock.GetUtcNow();

        public void Check()
        {
            var state = world.StateAsync(budget).GetAwaiter().GetResult();
            Assert.True(state.Leased >= 0 && state.Leased + state.Settled <= budget.Limit && state.Excess == 0, state.ToString());
            Assert.All(world.Processes, process => Assert.Equal(0, process.Ledger.LeastAvailable));
        }
    }
}
