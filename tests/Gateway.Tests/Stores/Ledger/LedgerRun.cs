using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Stores.Ledger;

/// <summary>Makes the calls of a run in a store and in the model, with names that no other run has.</summary>
internal sealed class LedgerRun(ILedgerStore store, string name) : IAsyncDisposable
{
    private readonly SimulatedLedger model = new();
    private readonly LedgerBatch?[] last = new LedgerBatch?[LedgerStep.Processes];

    public async Task RunAsync(IEnumerable<LedgerStep> steps)
    {
        var position = await EndAsync(null);
        foreach (var step in steps)
            await MakeAsync(step);
        await AssertSameAsync(position);

        // The next run finds no process that is still alive.
        for (var process = 0; process < LedgerStep.Processes; process++)
            await MakeAsync(new LedgerStep.Exchange(process, new LedgerStep.Part?[LedgerStep.Accounts], 0, IsLast: true));
        await AssertSameAsync(position);
        Assert.All(await store.ListAsync(name, null, 500), account => Assert.Equal(0, account.Leased));
    }

    public ValueTask DisposeAsync() => model.DisposeAsync();

    private string Account(int index) => $"{name}/{index}";

    private async Task MakeAsync(LedgerStep step)
    {
        switch (step)
        {
            case LedgerStep.Exchange exchange:
                await ExchangeAsync(last[exchange.Process] = BatchOf(exchange));
                break;
            case LedgerStep.Repeat { Process: var process } when last[process] is { } batch:
                await ExchangeAsync(batch);
                break;
            case LedgerStep.Expire expire:
                Assert.Equal(await model.ExpireAsync(Second(expire.Seconds)), await store.ExpireAsync(Second(expire.Seconds)));
                break;
            case LedgerStep.Correct correct:
                var correction = new LedgerCorrection($"{name}-{correct.Operation}", Account(correct.Account), correct.Amount, Second(0), "law");
                Assert.Equal(await model.CorrectAsync(correction), await store.CorrectAsync(correction));
                break;
        }
    }

    private async Task ExchangeAsync(LedgerBatch batch)
    {
        var (expected, answer) = (await model.ExchangeAsync(batch), await store.ExchangeAsync(batch));
        Assert.Equal(expected.Accounts, answer.Accounts);
        Assert.Equal(expected.IsExpired, answer.IsExpired);
    }

    private LedgerBatch BatchOf(LedgerStep.Exchange step)
    {
        var number = (last[step.Process]?.Number ?? 0) + 1;
        var accounts = new List<AccountExchange>();
        var entries = new List<LedgerEntry>();
        for (var index = 0; index < LedgerStep.Accounts; index++)
        {
            if (step.Parts[index] is not { } part)
                continue;
            accounts.Add(new(Account(index), part.Limit, part.Settled, part.Wanted));
            for (var entry = 0; part.Settled > 0 && entry < part.Entries; entry++)
            {
                var cost = entry == 0 ? part.Settled - ((part.Settled / part.Entries) * (part.Entries - 1)) : part.Settled / part.Entries;
                entries.Add(LedgerEntries.Of($"{name}-{step.Process}-{number}", cost, Account(index)) with { Attempt = entry });
            }
        }

        // Their order is the caller's.
        accounts.Reverse();
        return new($"{name}-{step.Process}", number, Second(step.Seconds), accounts, entries, step.IsLast);
    }

    private async Task AssertSameAsync(string? position)
    {
        var accounts = await model.ListAsync(name, null, 500);
        Assert.Equal(accounts, await store.ListAsync(name, null, 500));
        Assert.Equal(await model.LeasesAsync(), (await store.LeasesAsync()).Where(lease => lease.Process.StartsWith(name, StringComparison.Ordinal)));
        Assert.Equal(model.Entries.Select(LedgerEntries.Text), (await store.EntriesAsync(position, 500)).Select(entry => LedgerEntries.Text(entry.Entry)));
        foreach (var account in accounts)
        {
            Assert.Equal(account.Settled + account.Excess, await store.AddUpAsync(account.Account));
            Assert.Equal(account.Settled + account.Excess, await model.AddUpAsync(account.Account));
        }

        await AssertUsageAsync();
    }

    /// <summary>Each entry of a run is settled in one account, so that what was used is what all accounts of all runs say.</summary>
    private async Task AssertUsageAsync()
    {
        var (settled, after) = (0m, (string?)null);
        while (await store.ListAsync("", after, 500) is { Count: > 0 } page)
        {
            settled += page.Sum(account => (decimal)account.Settled + account.Excess);
            after = page[^1].Account;
        }

        var day = new DateTimeOffset(LedgerEntries.Start.Date, TimeSpan.Zero);
        var used = await store.UsageAsync(new(day, day.AddDays(1)));
        Assert.Equal(settled, used.Sum(group => group.Sums.Cost + group.Sums.Adjustments));
    }

    private async Task<string?> EndAsync(string? position)
    {
        while (await store.EntriesAsync(position, 500) is { Count: > 0 } page)
            position = page[^1].Position;
        return position;
    }

    private static DateTimeOffset Second(int second) => LedgerEntries.Start.AddSeconds(second);
}
