using Dragoman.Access.Budgets;
using Dragoman.Gateway.Tests.Stores.Ledger;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Access.Budgets;

/// <summary>Whatever happens in whatever order, no budget is exceeded, and in the end everything was charged once.</summary>
public sealed class LedgerLawTests
{
    private const int Processes = 3;

    private static readonly BudgetPeriod Daily = new(PeriodKind.Day, TimeZoneInfo.Utc);

    /// <summary>What may happen.</summary>
    public enum Event
    {
        Reserve,
        Settle,
        SettleNothing,
        Release,
        SettleTwice,
        Wait,
        WaitLong,
        Kill,
        Close,
        LoseCalls,
        LoseAnswers,
        Mend,
    }

    [Fact]
    public void Every_order_of_events_ends_at_the_same_balance()
    {
        var steps =
            from what in Gen.Frequency(
                (12, Gen.Constant(Event.Reserve)),
                (8, Gen.Constant(Event.Settle)),
                (1, Gen.Constant(Event.SettleNothing)),
                (1, Gen.Constant(Event.Release)),
                (1, Gen.Constant(Event.SettleTwice)),
                (4, Gen.Constant(Event.Wait)),
                (1, Gen.Constant(Event.WaitLong)),
                (1, Gen.Constant(Event.Kill)),
                (1, Gen.Constant(Event.Close)),
                (1, Gen.Constant(Event.LoseCalls)),
                (1, Gen.Constant(Event.LoseAnswers)),
                (2, Gen.Constant(Event.Mend)))
            from process in Gen.Choose(0, Processes - 1)
            from number in Gen.Choose(0, 999)
            select new Step(what, process, number);
        var cases =
            from limit in Gen.Elements(50L, 300L, 5_000L, 1_000_000L)
            from serves in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
            from list in steps.ListOf(60)
            select new Case(limit, serves, [.. list]);
        Generated.Check(cases, Generated.Cases(100), each => RunAsync(each).GetAwaiter().GetResult());
    }

    private static async Task RunAsync(Case each)
    {
        using var world = new LedgersUnderTest(Processes, serves: each.Serves);
        var run = new Run(world, each);
        foreach (var step in each.Steps)
            await run.DoAsync(step);
        await run.EndAsync();
    }

    public sealed record Step(Event What, int Process, int Number);

    public sealed record Case(long Limit, bool Serves, IReadOnlyList<Step> Steps)
    {
        public override string ToString() => $"limit {Limit}{(Serves ? ", serves" : "")}: {string.Join("; ", Steps.Select(step => $"{step.What} {step.Process} {step.Number}"))}";
    }

    private sealed class Run(LedgersUnderTest world, Case each)
    {
        private readonly BudgetScope[] budgets =
        [
            LedgersUnderTest.Total("org", each.Limit * 2), LedgersUnderTest.Total("team:a", each.Limit), new(BudgetOwner.OfKey("k", null), each.Limit / 2, Daily), LedgersUnderTest.Total("key:l", each.Limit),
        ];

        private readonly LedgerProcess[] processes = [.. world.Processes];
        private readonly List<(Hold Hold, LedgerProcess Process, string[] Accounts)> open = [];
        private readonly Dictionary<string, long> expected = [];
        private readonly HashSet<string> entries = [];

        public async Task DoAsync(Step step)
        {
            var process = processes[step.Process];
            switch (step.What)
            {
                case Event.Reserve:
                    await ReserveAsync(process, step.Number);
                    break;
                case Event.Settle or Event.SettleNothing or Event.Release or Event.SettleTwice when open.Count > 0:
                    Settle(step);
                    break;
                case Event.Wait:
                    await world.PassAsync(TimeSpan.FromMilliseconds(step.Number * 4), TimeSpan.FromMilliseconds(200));
                    break;
                case Event.WaitLong:
                    await world.PassAsync(TimeSpan.FromSeconds(step.Number / 8), TimeSpan.FromSeconds(1));
                    break;
                case Event.Kill:
                    process.Kill();
                    AssumeOpen(process);
                    processes[step.Process] = world.Start();
                    break;
                case Event.Close:
                    await world.CloseAsync(process);
                    AssumeOpen(process);
                    processes[step.Process] = world.Start();
                    break;
                case Event.LoseCalls:
                    process.Store.Fault = () => LedgerFault.Lost;
                    break;
                case Event.LoseAnswers:
                    process.Store.Fault = () => LedgerFault.AnswerLost;
                    break;
                case Event.Mend:
                    process.Store.Fault = null;
                    break;
            }

            await CheckAsync();
        }

        public async Task EndAsync()
        {
            foreach (var process in processes)
                process.Store.Fault = null;
            await world.PassAsync(TimeSpan.FromSeconds(8), TimeSpan.FromMilliseconds(500));
            foreach (var (hold, _, accounts) in open)
                Book(hold, hold.Amount / 3, accounts, hasEntry: true);
            open.Clear();
            await world.CloseAllAsync();
            // A process that was closed while the store was away has left a journal.
            await world.PassAsync(TimeSpan.FromSeconds(1));
            var last = world.Start();
            await world.PassAsync(TimeSpan.FromSeconds(3));
            await world.CloseAsync(last);
            await world.AssertOverAsync();
            await CheckAsync();
            var states = await world.Store.ListAsync("", null, 100);
            Assert.Equal(
                expected.Where(account => account.Value > 0).OrderBy(account => account.Key, SimulatedLedger.Utf8Order),
                states.Where(state => state.Settled + state.Excess > 0).Select(state => KeyValuePair.Create(state.Account, state.Settled + state.Excess)));
            Assert.Equal(entries.Order(), world.Store.Entries.Where(entry => !entry.RequestId.StartsWith("assumed:", StringComparison.Ordinal)).Select(entry => entry.RequestId).Order());
        }

        private async Task ReserveAsync(LedgerProcess process, int number)
        {
            var budgets = this.budgets.Where((_, index) => ((number >> index) & 1) == 0).ToArray();
            var amount = number % 7 == 0 ? 0 : number % 50;
            try
            {
                var hold = await world.ReserveAsync(process, amount, budgets);
                open.Add((hold, process, hold.AccountIds()));
            }
            catch (BudgetException)
            {
                // Not enough was left, or the store was away.
            }
        }

        private void Settle(Step step)
        {
            var (hold, process, accounts) = open[step.Number % open.Count];
            open.RemoveAt(step.Number % open.Count);
            var cost = step.What is Event.SettleNothing or Event.Release ? 0 : hold.Amount * (step.Number % 10) / 9;
            Book(hold, cost, accounts, step.What != Event.Release);
            if (step.What == Event.SettleTwice)
                hold.Settle(cost + 1, hold.Draft);
        }

        private void Book(Hold hold, long cost, string[] accounts, bool hasEntry)
        {
            hold.Settle(cost, hasEntry ? hold.Draft : null);
            Expect(hold, cost, accounts, hasEntry);
        }

        private void Expect(Hold hold, long cost, string[] accounts, bool hasEntry)
        {
            foreach (var account in accounts)
                expected[account] = expected.GetValueOrDefault(account) + cost;
            if (hasEntry)
                Assert.True(entries.Add(hold.Draft.RequestId));
        }

        private void AssumeOpen(LedgerProcess process)
        {
            foreach (var (hold, _, accounts) in open.Where(each => each.Process == process))
                Expect(hold, hold.Amount, accounts, hasEntry: true);
            open.RemoveAll(each => each.Process == process);
        }

        private async Task CheckAsync()
        {
            foreach (var state in await world.Store.ListAsync("", null, 100))
            {
                Assert.True(state.Leased >= 0 && state.Leased + state.Settled <= state.Limit, state.ToString());
                if (!each.Serves)
                    Assert.Equal(0, state.Excess);
            }

            if (!each.Serves)
                Assert.All(processes, process => Assert.Equal(0, process.Ledger.LeastAvailable));
        }
    }
}
