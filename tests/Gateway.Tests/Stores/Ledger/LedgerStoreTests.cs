using System.Diagnostics;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Stores.Ledger;

/// <summary>What every ledger store does. Each test has a database of its own; what one store alone does is tested in its own class.</summary>
public abstract class LedgerStoreTests
{
    private protected const string Account = "team:alpha:month:2026-11-01";

    private protected static DateTimeOffset Start => LedgerEntries.Start;

    private protected static DateTimeOffset Midnight => new(Start.Date, TimeSpan.Zero);

    /// <summary>Whether the store answers only by day and team.</summary>
    private protected virtual bool AnswersByDayAndTeam => false;

    /// <summary>The name of the test's own database, which is created at first use.</summary>
    private protected string Name { get; } = "t" + Guid.NewGuid().ToString("N");

    /// <summary>How many runs the model-based law has.</summary>
    private protected abstract int Runs { get; }

    /// <summary>Removes what usage is answered from, as if a build without it had made the database.</summary>
    private protected virtual Task RemoveUsageAsync() => Task.CompletedTask;

    /// <summary>Opens the test's database as another process would.</summary>
    private protected abstract ILedgerStore Open();

    [SkippableFact]
    public async Task A_lease_is_granted_settled_renewed_and_made_smaller()
    {
        await using var store = Open();
        Assert.Empty(await store.ReadAsync([Account]));
        AssertAnswer(30, (100, 30, 0, 0, 0), await store.ExchangeAsync(Batch("p", 1, 0, 30)));
        AssertAnswer(25, (100, 25, 12, 0, 0), await store.ExchangeAsync(Batch("p", 2, 12, 25)));
        AssertAnswer(5, (100, 5, 12, 0, 0), await store.ExchangeAsync(Batch("p", 3, 0, 5)));
        AssertAnswer(88, (100, 88, 12, 0, 0), await store.ExchangeAsync(Batch("p", 4, 0, 500)));
        AssertAnswer(0, (100, 0, 100, 0, 0), await store.ExchangeAsync(Batch("p", 5, 88, 500)));
        Assert.Equal(0, (await store.ReadAsync([Account]))[0].Left);
        Assert.Equal(100, await store.AddUpAsync(Account));
    }

    [SkippableFact]
    public async Task What_exceeds_the_lease_is_taken_from_what_is_left_and_the_rest_is_excess()
    {
        await using var store = Open();
        await store.ExchangeAsync(Batch("other", 1, 0, 50));
        AssertAnswer(0, (100, 50, 40, 0, 0), await store.ExchangeAsync(Batch("p", 1, 40, 0)));
        AssertAnswer(0, (100, 50, 50, 0, 5), await store.ExchangeAsync(Batch("p", 2, 15, 30)));
        // What the other gives back is left, but for the excess.
        AssertAnswer(10, (100, 10, 50, 0, 5), await store.ExchangeAsync(Batch("other", 2, 0, 10)));
        AssertAnswer(35, (100, 45, 50, 0, 5), await store.ExchangeAsync(Batch("p", 3, 0, 99)));
        Assert.Equal(55, await store.AddUpAsync(Account));
    }

    [SkippableFact]
    public async Task Old_entries_are_removed_and_what_they_settled_stays_settled()
    {
        await using var store = Open();
        LedgerEntry At(int hours, string id, long? cost) => LedgerEntries.Of(id, cost, Account) with { At = Start.AddHours(hours) };
        await store.ExchangeAsync(Batch("p", 1, 0, 50));
        await store.ExchangeAsync(Batch("p", 2, 0, 0) with { Accounts = [new(Account, 100, 19, 0)], Entries = [At(2, "b", 4), At(0, "a", 7), At(9, "d", 3), At(3, "c", 5), At(1, "u", null)] });
        var before = Start.AddHours(5);
        var removed = new List<int>();
        for (var count = 2; count == 2;)
        {
            count = await store.TrimAsync(before, 2);
            removed.Add(count);
        }

        Assert.Equal([2, 2, 0], removed);
        Assert.Equal(["d"], (await store.EntriesAsync(null, 10)).Select(each => each.Entry.RequestId).Order());
        Assert.Empty(await store.FindAsync("a"));
        Assert.Equal((19L, 19L), ((await store.ReadAsync([Account]))[0].Settled, await store.AddUpAsync(Account)));
        Assert.Equal(0, await store.TrimAsync(before, 2));
    }

    [SkippableFact]
    public async Task A_lower_limit_grants_nothing_and_takes_nothing_back()
    {
        await using var store = Open();
        AssertAnswer(60, (100, 60, 0, 0, 0), await store.ExchangeAsync(Batch("p", 1, 0, 60)));
        AssertAnswer(60, (20, 60, 0, 0, 0), await store.ExchangeAsync(Batch("p", 2, 0, 90, limit: 20)));
        AssertAnswer(10, (20, 10, 50, 0, 0), await store.ExchangeAsync(Batch("p", 3, 50, 10, limit: 20)));
        AssertAnswer(10, (70, 20, 50, 0, 0), await store.ExchangeAsync(Batch("q", 1, 0, 90, limit: 70)));
    }

    [SkippableFact]
    public async Task A_batch_that_is_sent_again_changes_nothing_and_has_the_present_state()
    {
        await using var store = Open();
        await using var another = Open();
        var first = Batch("p", 1, 7, 30);
        await store.ExchangeAsync(first);
        AssertAnswer(30, (100, 30, 7, 0, 0), await another.ExchangeAsync(first));
        await store.ExchangeAsync(Batch("p", 2, 5, 20));
        foreach (var instance in new[] { store, another })
            AssertAnswer(20, (100, 20, 12, 0, 0), await instance.ExchangeAsync(first));
        Assert.Equal(2, (await store.EntriesAsync(null, 10)).Count);

        var ending = Batch("p", 3, 0, 0) with { IsLast = true };
        Assert.False((await store.ExchangeAsync(ending)).IsExpired);
        Assert.False((await another.ExchangeAsync(ending)).IsExpired);
    }

    [SkippableFact]
    public async Task A_batch_that_is_sent_by_many_at_once_is_applied_once()
    {
        await using var store = Open();
        await using var another = Open();
        var batch = Batch("p", 1, 7, 30);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(index => (index % 2 == 0 ? store : another).ExchangeAsync(batch)));
        Assert.All(answers, answer => AssertAnswer(30, (100, 30, 7, 0, 0), answer));
        Assert.Single(await store.EntriesAsync(null, 10));
        Assert.Single(await store.FindAsync("req_p_1"));
    }

    [SkippableFact]
    public async Task A_batch_that_does_not_follow_the_last_one_is_refused()
    {
        await using var store = Open();
        await Assert.ThrowsAsync<ArgumentException>(() => store.ExchangeAsync(Batch("p", 2, 0, 10)));
        await store.ExchangeAsync(Batch("p", 1, 0, 10));
        Assert.Contains("Batch 3 of process p", (await Assert.ThrowsAsync<ArgumentException>(() => store.ExchangeAsync(Batch("p", 3, 0, 10)))).Message, StringComparison.Ordinal);
        AssertAnswer(20, (100, 20, 0, 0, 0), await store.ExchangeAsync(Batch("p", 2, 0, 20)));
    }

    [SkippableFact]
    public async Task The_last_batch_gives_all_leases_back()
    {
        await using var store = Open();
        // More accounts than one batch has, and than one transaction of any store changes.
        const int Count = 4 * LedgerLimits.MostAccounts;
        string[] accounts = [.. Enumerable.Range(0, Count).Select(index => $"account {index:000}")];
        foreach (var (part, number) in accounts.Chunk(LedgerLimits.MostAccounts).Select((part, index) => (part, index + 1)))
            await store.ExchangeAsync(new("p", number, Start, [.. part.Select(account => new AccountExchange(account, 100, 0, 10))], []));
        Assert.Equal(Count, (await store.LeasesAsync()).Count);
        var last = new LedgerBatch("p", 5, Start, [new(accounts[7], 100, 15, 40)], [LedgerEntries.Of("req", 15, accounts[7])], IsLast: true);
        AssertAnswer(0, (100, 0, 15, 0, 0), await store.ExchangeAsync(last));
        Assert.Empty(await store.LeasesAsync());
        Assert.All(await store.ListAsync("", null, 500), account => Assert.Equal((0, account.Account == accounts[7] ? 15 : 0), (account.Leased, account.Settled)));
        Assert.Empty(await store.ExpireAsync(DateTimeOffset.MaxValue));

        // What an ended process settles all the same is not lost.
        var late = await store.ExchangeAsync(Batch("p", 6, 3, 50));
        Assert.True(late.IsExpired);
        AssertAnswer(0, (100, 0, 3, 0, 0), late);
    }

    [SkippableFact]
    public async Task The_leases_of_a_process_that_did_not_renew_them_are_assumed_to_be_used()
    {
        await using var store = Open();
        await using var another = Open();
        await store.ExchangeAsync(Batch("dead", 1, 5, 30));
        await store.ExchangeAsync(Batch("alive", 1, 0, 10, seconds: 60));
        Assert.Empty(await store.ExpireAsync(Start));
        var assumed = await Task.WhenAll(store.ExpireAsync(Start.AddSeconds(1)), another.ExpireAsync(Start.AddSeconds(1)));
        Assert.Equal(new AssumedLease("dead", Account, 30), Assert.Single(assumed.SelectMany(each => each)));
        Assert.Empty(await store.ExpireAsync(Start.AddSeconds(1)));
        Assert.Equal(new(Account, 100, 10, 35, 30, 0), Assert.Single(await store.ReadAsync([Account])));
        Assert.Equal([new("alive", Account, 10, 0, Start.AddSeconds(60)), new LeaseState("dead", Account, 0, 30, Start)], await store.LeasesAsync());

        var entry = Assert.Single(await store.FindAsync("assumed:dead"));
        Assert.Equal((30, "assumed", Start), (entry.Cost, entry.Origin, entry.At));
        Assert.Equal([Account], entry.Accounts);
        Assert.Equal(35, await store.AddUpAsync(Account));
    }

    [SkippableFact]
    public async Task An_expired_process_replaces_what_was_assumed()
    {
        await using var store = Open();
        await store.ExchangeAsync(Batch("p", 1, 0, 30));
        await store.ExpireAsync(Start.AddSeconds(1));
        // Its knowledge of the limit is as old as itself.
        var answer = await store.ExchangeAsync(Batch("p", 2, 12, 50, limit: 5000));
        Assert.True(answer.IsExpired);
        AssertAnswer(0, (100, 0, 30, 18, 0), answer);
        Assert.True((await store.ExchangeAsync(Batch("p", 2, 12, 50))).IsExpired);
        Assert.Equal(new LeaseState("p", Account, 0, 18, Start), Assert.Single(await store.LeasesAsync()));
        Assert.Equal(30, await store.AddUpAsync(Account));

        AssertAnswer(0, (100, 0, 17, 0, 0), await store.ExchangeAsync(Batch("p", 3, 5, 0) with { IsLast = true }));
        Assert.Empty(await store.LeasesAsync());
        Assert.Equal(17, await store.AddUpAsync(Account));
        Assert.Equal([30, -12, -5, -13], (await store.FindAsync("assumed:p")).Select(entry => entry.Cost!.Value));
    }

    [SkippableFact]
    public async Task An_expired_process_that_has_used_more_than_was_assumed_is_charged_for_it()
    {
        await using var store = Open();
        await store.ExchangeAsync(Batch("p", 1, 0, 30));
        await store.ExpireAsync(Start.AddSeconds(1));
        AssertAnswer(0, (100, 0, 100, 0, 7), await store.ExchangeAsync(Batch("p", 2, 107, 0)));
        Assert.Equal(107, await store.AddUpAsync(Account));
    }

    [SkippableFact]
    public async Task A_process_with_more_leases_than_one_transaction_changes_expires_as_a_whole()
    {
        await using var store = Open();
        const int Count = 4 * LedgerLimits.MostAccounts;
        foreach (var (part, number) in Enumerable.Range(0, Count).Chunk(LedgerLimits.MostAccounts).Select((part, index) => (part, index + 1)))
            await store.ExchangeAsync(new("p", number, Start, [.. part.Select(index => new AccountExchange($"a{index:000}", 100, 0, 10))], []));
        Assert.Equal(Enumerable.Range(0, Count).Select(index => new AssumedLease("p", $"a{index:000}", 10)), await store.ExpireAsync(Start.AddSeconds(1)));
        Assert.All(await store.ListAsync("a", null, 500), account => Assert.Equal((0, 10, 10), (account.Leased, account.Settled, account.Assumed)));
        Assert.Equal(Count, (await store.FindAsync("assumed:p")).Count);
        Assert.Empty(await store.ExpireAsync(Start.AddSeconds(1)));
    }

    [SkippableFact]
    public async Task A_correction_is_made_once_and_gives_back_no_more_than_there_is()
    {
        await using var store = Open();
        Assert.Null(await store.CorrectAsync(new("unknown", Account, 5, Start, "why")));
        await store.ExchangeAsync(Batch("p", 1, 90, 0));
        await store.ExchangeAsync(Batch("p", 2, 15, 0));
        var more = new LedgerCorrection("unknown", Account, 5, Start, "It is there now.");
        Assert.Equal(new(Account, 100, 0, 100, 0, 10), await store.CorrectAsync(more));
        Assert.Equal(new(Account, 100, 0, 100, 0, 10), await store.CorrectAsync(more));
        Assert.Equal(new(Account, 100, 0, 98, 0, 0), await store.CorrectAsync(new("b", Account, -12, Start, "it's \"odd\" \n ä")));
        Assert.Equal(98, await store.AddUpAsync(Account));
        Assert.Equal(new(Account, 100, 0, 0, 0, 0), await store.CorrectAsync(new("c", Account, -4000, Start, "")));
        Assert.Equal(0, await store.AddUpAsync(Account));
        Assert.Equal(new(Account, 100, 0, 7, 0, 0), await store.CorrectAsync(new("d", Account, 7, Start, "")));
    }

    /// <summary>Otherwise the process would give the same amount back a second time.</summary>
    [SkippableFact]
    public async Task What_an_administrator_gives_back_of_an_assumed_lease_its_process_does_not_give_back_again()
    {
        await using var store = Open();
        await store.ExchangeAsync(Batch("p", 1, 0, 30));
        await store.ExpireAsync(Start.AddSeconds(1));
        Assert.Equal(new(Account, 100, 0, 10, 10, 0), await store.CorrectAsync(new("a", Account, -20, Start, "The provider's bill says 10.")));
        AssertAnswer(0, (100, 0, 10, 0, 0), await store.ExchangeAsync(Batch("p", 2, 10, 0) with { IsLast = true }));
        Assert.Equal(10, await store.AddUpAsync(Account));
    }

    [SkippableFact]
    public async Task Accounts_are_listed_by_prefix_in_the_order_of_their_bytes()
    {
        await using var store = Open();
        string[] ids = ["-", "A", "a", "a%", "a/b#c?d", "a\\", "a_", "aa", "ab", "aä", "a€", "a😀", "b", "Ä", "€", "\uffff", "😀", new('x', 200)];
        await store.ExchangeAsync(new("p", 1, Start, [.. ids.Reverse().Select(id => new AccountExchange(id, 100, 0, 1))], []));
        var sorted = ids.Order(SimulatedLedger.Utf8Order).ToArray();
        foreach (var prefix in new[] { "", "a", "a%", "aä", "missing" })
        {
            for (var take = 1; take <= ids.Length + 1; take += 3)
            {
                var listed = new List<string>();
                IReadOnlyList<AccountState> page;
                do
                {
                    page = await store.ListAsync(prefix, listed.LastOrDefault(), take);
                    listed.AddRange(page.Select(account => account.Account));
                }
                while (page.Count == take);
                Assert.Equal(sorted.Where(id => id.StartsWith(prefix, StringComparison.Ordinal)), listed);
            }
        }

        Assert.Equal(["b", "A"], (await store.ReadAsync(["missing", "b", "A"])).Select(account => account.Account));
        Assert.Equal(sorted, (await store.LeasesAsync()).Select(lease => lease.Account));
    }

    [SkippableFact]
    public async Task Entries_are_kept_whole_and_read_in_pages()
    {
        await using var store = Open();
        LedgerEntry[] entries =
        [
            LedgerEntries.Of("first", 3, Account, "key:K1:total"),
            LedgerEntries.Of("/#?'\\€\n\"%", null) with { Team = null, Provider = null, Origin = "absent", Status = 499 },
            new()
            {
                RequestId = new('r', 200),
                Attempt = 3,
                At = Start.AddMilliseconds(1),
                Accounts = ["key:K1:total"],
                Cost = LedgerLimits.MostAmount,
                Team = "{\"a\",\\}",
                Key = "k'1",
                User = "",
                Model = "",
                Provider = "NULL",
                Target = "tar\"get\u0001\uffff",
                Dialect = "d",
                Status = 500,
                Outcome = "failed",
                Origin = "estimated",
                Milliseconds = long.MaxValue,
                InputTokens = 1,
                CacheReadTokens = 2,
                CacheWriteTokens = 3,
                OutputTokens = 4,
                ReasoningTokens = long.MaxValue,
                Tags = new Dictionary<string, string> { ["project"] = "x", ["odd '\"\\{}"] = "", ["é😀"] = "\t" },
            },
        ];
        await store.ExchangeAsync(new("p", 1, Start, [new("key:K1:total", LedgerLimits.MostAmount, LedgerLimits.MostAmount, 0)], [entries[2]]));
        await store.ExchangeAsync(new("p", 2, Start, [new(Account, 100, 3, 0), new("key:K1:total", LedgerLimits.MostAmount, 3, 0)], entries[..2]));
        foreach (var take in new[] { 1, 2, 3, 4 })
        {
            var read = new List<StoredEntry>();
            while (await store.EntriesAsync(read.LastOrDefault()?.Position, take) is { Count: > 0 } page)
            {
                Assert.True(page.Count <= take);
                read.AddRange(page);
            }

            Assert.Equal([LedgerEntries.Text(entries[2]), LedgerEntries.Text(entries[0]), LedgerEntries.Text(entries[1])], read.Select(entry => LedgerEntries.Text(entry.Entry)));
        }

        foreach (var entry in entries)
            Assert.Equal(LedgerEntries.Text(entry), LedgerEntries.Text(Assert.Single(await store.FindAsync(entry.RequestId))));
        Assert.Empty(await store.FindAsync("missing"));
        Assert.Equal(new("key:K1:total", LedgerLimits.MostAmount, 0, LedgerLimits.MostAmount, 0, 3), Assert.Single(await store.ReadAsync(["key:K1:total"])));
    }

    [SkippableFact]
    public async Task All_attempts_of_a_request_are_found_in_their_order()
    {
        await using var store = Open();
        await store.ExchangeAsync(new("p", 1, Start, [], [LedgerEntries.Of("b", 1) with { Attempt = 2 }, LedgerEntries.Of("a", 2), LedgerEntries.Of("b", 3)]));
        await store.ExchangeAsync(new("p", 2, Start, [], [LedgerEntries.Of("b", 4) with { Attempt = 1 }, LedgerEntries.Of("bb", 2)]));
        Assert.Equal([3, 4, 1], (await store.FindAsync("b")).Select(entry => entry.Cost!.Value));
    }

    [SkippableFact]
    public async Task The_largest_batch_is_applied_and_its_entries_are_found()
    {
        await using var store = Open();
        var random = new Random(1);
        string[] accounts = [.. Enumerable.Range(0, store.MostAccounts).Select(index => new string('a', StoreLimits.LongestId - 3) + $"{index:000}")];
        // Texts that no compression makes smaller than their bytes.
        string Noise(int length) => string.Create(length, random, (span, source) =>
        {
            foreach (ref var letter in span)
                letter = (char)source.Next(1, 128);
        });
        for (var round = 1; round <= 2; round++)
        {
            var entries = Enumerable.Range(0, LedgerLimits.MostEntries).Select(index => new LedgerEntry
            {
                RequestId = $"req_{round}_{index:0000}",
                At = Start,
                Cost = 1,
                Accounts = [.. Enumerable.Range(0, LedgerLimits.MostAccountsOfEntry).Select(account => accounts[(account + index) % accounts.Length])],
                Model = Noise(300),
                Dialect = "",
                Outcome = "",
                Origin = "",
                InputTokens = random.NextInt64(),
                OutputTokens = random.NextInt64(),
                ReasoningTokens = random.NextInt64(),
                CacheReadTokens = random.NextInt64(),
                CacheWriteTokens = random.NextInt64(),
                Milliseconds = random.NextInt64(),
                Tags = new Dictionary<string, string> { [Noise(100)] = Noise(LedgerLimits.LargestEntry - 300 - 100 - 10) },
            }).ToList();
            var used = accounts.ToDictionary(account => account, account => entries.LongCount(entry => entry.Accounts.Contains(account)));
            var batch = new LedgerBatch(new string('p', LedgerLimits.LongestProcess), round, Start, [.. accounts.Select(account => new AccountExchange(account, 100_000, used[account], 10))], entries);
            Assert.Equal(accounts.Length, (await store.ExchangeAsync(batch)).Accounts.Count);
            foreach (var entry in new[] { entries[0], entries[517], entries[^1] })
                Assert.Equal(LedgerEntries.Text(entry), LedgerEntries.Text(Assert.Single(await store.FindAsync(entry.RequestId))));
        }

        var read = new List<StoredEntry>();
        while (await store.EntriesAsync(read.LastOrDefault()?.Position, 300) is { Count: > 0 } page)
            read.AddRange(page);
        Assert.Equal(Enumerable.Range(0, 2000).Select(index => $"req_{(index / 1000) + 1}_{index % 1000:0000}"), read.Select(entry => entry.Entry.RequestId));
        Assert.Equal((await store.ReadAsync([accounts[3]]))[0].Settled, await store.AddUpAsync(accounts[3]));
    }

    [SkippableFact]
    public async Task What_no_store_can_keep_is_refused()
    {
        await using var store = Open();
        var entry = LedgerEntries.Of("req", 1, Account);
        LedgerBatch[] batches =
        [
            Batch("", 1, 0, 0),
            Batch(new('p', LedgerLimits.LongestProcess + 1), 1, 0, 0),
            Batch("p", 0, 0, 0),
            Batch("p", 1, 0, -1),
            Batch("p", 1, 0, LedgerLimits.MostAmount + 1),
            Batch("p", 1, 0, 0, limit: -1),
            new("p", 1, Start, [new(Account, 100, 1, 0)], []),
            new("p", 1, Start, [new(Account, 100, 0, 0)], [entry]),
            new("p", 1, Start, [], [entry]),
            new("p", 1, Start, [new(Account, 100, 0, 0), new(Account, 100, 0, 0)], []),
            new("p", 1, Start, [.. Enumerable.Range(0, store.MostAccounts + 1).Select(index => new AccountExchange($"{index}", 1, 0, 0))], []),
            new("p", 1, Start, [], [.. Enumerable.Repeat(LedgerEntries.Of("req", 1), LedgerLimits.MostEntries + 1)]),
            new("p", 1, Start, [], [LedgerEntries.Of("", 1)]),
            new("p", 1, Start, [], [LedgerEntries.Of("req", -1)]),
            new("p", 1, Start, [], [LedgerEntries.Of("req", 1) with { InputTokens = -1 }]),
            new("p", 1, Start, [], [LedgerEntries.Of("req", 1) with { Model = "\0" }]),
            new("p", 1, Start, [], [LedgerEntries.Of("req", 1) with { Model = "\ud83d" }]),
            new("p", 1, Start, [], [LedgerEntries.Of("req", 1) with { User = new('u', LedgerLimits.LargestEntry) }]),
            new("p", 1, Start, [.. Enumerable.Range(0, LedgerLimits.MostAccountsOfEntry + 1).Select(index => new AccountExchange($"{index}", 1, 0, 0))], [LedgerEntries.Of("req", 0, [.. Enumerable.Range(0, LedgerLimits.MostAccountsOfEntry + 1).Select(index => $"{index}")])]),
        ];
        foreach (var batch in batches)
            await Assert.ThrowsAnyAsync<ArgumentException>(() => store.ExchangeAsync(batch));
        Assert.Empty(await store.ListAsync("", null, 10));
        Assert.Empty(await store.EntriesAsync(null, 10));
    }

    [SkippableFact]
    public async Task Any_order_of_calls_has_the_answers_of_the_model()
    {
        await using var store = Open();
        var runs = 0;
        Generated.Check(LedgerStep.AnyRun, LedgerStep.Shorter, Generated.Cases(Runs), steps => RunAsync(steps).GetAwaiter().GetResult());

        async Task RunAsync(LedgerStep[] steps)
        {
            await using var run = new LedgerRun(store, $"run{runs++:00000}");
            await run.RunAsync(steps);
        }
    }

    /// <summary>Leases are taken, used and given back by processes that also end, expire and come back, while an observer reads.</summary>
    [SkippableFact]
    public async Task Eight_processes_at_once_never_have_a_unit_more_than_the_limit()
    {
        const int Processes = 8;
        const int Each = 12;
        const int Limit = 150;
        ILedgerStore[] stores = [.. Enumerable.Range(0, Processes).Select(_ => Open())];
        await using var observer = Open();
        await observer.ReadAsync([Account]);
        var working = Task.WhenAll(stores.Select(async (store, index) =>
        {
            var random = new Random(index);
            var lease = 0L;
            for (var number = 1; number <= Each; number++)
            {
                var used = random.NextInt64(0, lease + 1);
                var answer = await store.ExchangeAsync(Batch($"p{index}", number, used, random.Next(0, 40), limit: Limit, seconds: index) with { IsLast = number == Each && index % 2 == 0 });
                lease = answer.Accounts[0].Lease;
                if (index == 3 && number % 4 == 0)
                    await store.ExpireAsync(Start.AddSeconds(2));
            }
        }));
        var reads = 0;
        while (!working.IsCompleted || reads == 0)
        {
            foreach (var state in await observer.ReadAsync([Account]))
            {
                Assert.True(state is { Leased: >= 0, Settled: >= 0, Excess: >= 0 } && state.Leased + state.Settled <= Limit, $"{state}");
            }

            reads++;
        }

        await working;
        await observer.ExpireAsync(Start.AddHours(1));
        var end = Assert.Single(await observer.ReadAsync([Account]));
        Assert.Equal(0, end.Leased);
        Assert.Equal(end.Settled + end.Excess, await observer.AddUpAsync(Account));
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    /// <summary>Processes that want one unit each share out exactly what there is.</summary>
    [SkippableFact]
    public async Task The_last_unit_is_granted_to_one()
    {
        const int Processes = 8;
        const int Limit = 5;
        ILedgerStore[] stores = [.. Enumerable.Range(0, Processes).Select(_ => Open())];
        var answers = await Task.WhenAll(stores.Select((store, index) => store.ExchangeAsync(Batch($"p{index}", 1, 0, 1, limit: Limit))));
        Assert.Equal(Limit, answers.Sum(answer => answer.Accounts[0].Lease));
        Assert.Equal(new(Account, Limit, Limit, 0, 0, 0), Assert.Single(await stores[0].ReadAsync([Account])));
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    /// <summary>A position that is given out before the commit would let a reader pass an entry that is committed later.</summary>
    [SkippableFact]
    public async Task A_reader_of_the_entries_skips_none_while_others_settle()
    {
        const int Processes = 4;
        const int Each = 12;
        ILedgerStore[] stores = [.. Enumerable.Range(0, Processes).Select(_ => Open())];
        await using var reader = Open();
        await reader.ReadAsync([Account]);
        var writing = Task.WhenAll(stores.Select(async (store, index) =>
        {
            for (var number = 1; number <= Each; number++)
                await store.ExchangeAsync(new($"p{index}", number, Start, [], [LedgerEntries.Of($"{index}-{number}-a", 1), LedgerEntries.Of($"{index}-{number}-b", 1)]));
        }));
        var seen = new List<string>();
        string? position = null;
        var finished = false;
        while (!finished)
        {
            finished = writing.IsCompleted;
            while (await reader.EntriesAsync(position, 3) is { Count: > 0 } page)
            {
                seen.AddRange(page.Select(entry => entry.Entry.RequestId));
                position = page[^1].Position;
            }
        }

        await writing;
        Assert.Equal(Processes * Each * 2, seen.Count);
        Assert.Equal(seen.Count, seen.Distinct().Count());
        for (var index = 0; index < Processes; index++)
            Assert.Equal(Enumerable.Range(1, Each).SelectMany(number => new[] { $"{index}-{number}-a", $"{index}-{number}-b" }), seen.Where(id => id.StartsWith($"{index}-", StringComparison.Ordinal)));
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [SkippableFact]
    public async Task Instances_that_start_together_create_one_schema()
    {
        ILedgerStore[] stores = [.. Enumerable.Range(0, 8).Select(_ => Open())];
        await Task.WhenAll(stores.Select((store, index) => store.ExchangeAsync(new($"p{index}", 1, Start, [new($"account {index}", 10, 0, 1)], []))));
        Assert.Equal(8, (await stores[0].LeasesAsync()).Count);
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [SkippableFact]
    public async Task A_canceled_batch_is_sent_again()
    {
        await using var store = Open();
        await store.ReadAsync([Account]);
        for (var round = 1; round <= 20; round++)
        {
            var batch = Batch("p", round, 1, 3);
            using var cancellation = new CancellationTokenSource();
            var running = store.ExchangeAsync(batch, cancellation.Token);
            // The rounds end at different moments of a batch.
            for (var turn = 0; turn < round; turn++)
                await Task.Yield();
            await cancellation.CancelAsync();
            try
            {
                await running;
            }
            catch (OperationCanceledException exception)
            {
                Assert.Equal(cancellation.Token, exception.CancellationToken);
            }

            AssertAnswer(3, (100, 3, round, 0, 0), await store.ExchangeAsync(batch));
        }

        Assert.Equal(Enumerable.Range(1, 20).Select(round => $"req_p_{round}"), (await store.EntriesAsync(null, 100)).Select(entry => entry.Entry.RequestId));
        Assert.Equal(20, await store.AddUpAsync(Account));
    }

    public static TheoryData<UsageSpan, string, string> Questions => new()
    {
        { UsageSpan.All, "", "" },
        { UsageSpan.Day, "", "" },
        { UsageSpan.Month, "Team", "" },
        { UsageSpan.Day, "Team", "" },
        { UsageSpan.All, "", "Team=beta" },
        { UsageSpan.All, "Team", "Team=" },
        { UsageSpan.Hour, "", "" },
        { UsageSpan.Hour, "Model,Team", "Outcome=completed" },
        { UsageSpan.Day, "Team,Key,User,Model,Provider,Dialect,Status,Outcome,Origin", "" },
        { UsageSpan.All, "Tag", "" },
        { UsageSpan.Month, "Tag,Team", "Tag=project" },
        { UsageSpan.Day, "Status", "Tag=project=a=b,Model=small" },
        { UsageSpan.All, "Origin", "" },
    };

    [SkippableTheory]
    [MemberData(nameof(Questions))]
    public async Task What_was_used_is_the_sum_of_the_entries(UsageSpan span, string by, string where)
    {
        var conditions = where.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(each => each.Split('=', 2)).ToDictionary(each => Enum.Parse<UsageDimension>(each[0]), each => each[1]);
        var query = new UsageQuery(Midnight.AddDays(-10), Midnight.AddDays(31))
        {
            Span = span,
            By = [.. by.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<UsageDimension>)],
            Where = conditions,
        };
        await using var store = Open();
        if (AnswersByDayAndTeam && (span == UsageSpan.Hour || query.By.Concat(conditions.Keys).Any(dimension => dimension != UsageDimension.Team)))
        {
            Assert.Contains("answers by day, month and team", (await Assert.ThrowsAsync<UsageRefusedException>(() => store.UsageAsync(query))).Message, StringComparison.Ordinal);
            return;
        }

        Assert.Empty(await store.UsageAsync(query));
        await using var model = new SimulatedLedger();
        var random = new Random(16);
        string?[] teams = ["alpha", "beta", null];
        string[] models = ["small", "large, \"quoted\"", "(x,y)"];
        for (var number = 1; number <= 6; number++)
        {
            foreach (var process in (string[])["p", "q"])
            {
                List<LedgerEntry> entries = [.. Enumerable.Range(0, random.Next(1, 60)).Select(index => LedgerEntries.Of($"{process}-{number}-{index}", random.Next(5) == 0 ? null : random.Next(100)) with
                {
                    At = Start.AddMinutes(random.Next(-10, 40) * 1440 / (number < 4 ? 1 : 900)).AddMilliseconds(random.Next(3_600_000)),
                    Team = teams[random.Next(3)],
                    Key = random.Next(2) == 0 ? null : "key",
                    User = random.Next(2) == 0 ? null : "ann",
                    Model = models[random.Next(3)],
                    Status = random.Next(2) == 0 ? 200 : 502,
                    Outcome = random.Next(2) == 0 ? "completed" : "failed",
                    Milliseconds = random.Next(1000),
                    Tags = random.Next(3) switch
                    {
                        0 => new Dictionary<string, string>(),
                        1 => new Dictionary<string, string> { ["project"] = "a=b" },
                        _ => new Dictionary<string, string> { ["project"] = "\u00e9", ["projects"] = "none" },
                    },
                })];
                var batch = new LedgerBatch(process, number, Start, [new(Account, 1000, 0, 100)], entries);
                await model.ExchangeAsync(batch);
                await store.ExchangeAsync(batch);
            }

            AssertUsage(await model.UsageAsync(query), await store.UsageAsync(query));
        }

        foreach (var ledger in new[] { model, store })
        {
            await ledger.ExpireAsync(Start.AddDays(1));
            await ledger.CorrectAsync(new("first", Account, 40, Start, "because"));
            await ledger.CorrectAsync(new("first", Account, 40, Start, "because"));
            await ledger.CorrectAsync(new("second", Account, -1_000_000, Start.AddDays(2), "because"));
            await ledger.ExchangeAsync(new LedgerBatch("p", 7, Start, [new(Account, 1000, 30, 100)], [LedgerEntries.Of("late", 30, Account)], IsLast: true));
        }

        AssertUsage(await model.UsageAsync(query), await store.UsageAsync(query));
    }

    [SkippableFact]
    public async Task Processes_that_settle_at_once_lose_nothing_of_what_was_used()
    {
        const int Processes = 6, Batches = 15;
        ILedgerStore[] stores = [.. Enumerable.Range(0, Processes).Select(_ => Open())];
        await Task.WhenAll(stores.Select((store, process) => Task.Run(async () =>
        {
            for (var number = 1; number <= Batches; number++)
            {
                var batch = new LedgerBatch(
                    $"p{process}", number, Start, [new(Account, 1_000_000, 3, 10)],
                    [LedgerEntries.Of($"{process}-{number}-a", 1, Account), LedgerEntries.Of($"{process}-{number}-b", 2, Account) with { Team = "beta" }], IsLast: number == Batches);
                await AnsweredAsync(() => store.ExchangeAsync(batch));
                if (number % 5 == 0)
                    await AnsweredAsync(() => store.UsageAsync(new(Midnight, Midnight.AddDays(1))));
            }
        })));
        var groups = await stores[0].UsageAsync(new(Midnight, Midnight.AddDays(1)) { By = [UsageDimension.Team] });
        Assert.Equal([("alpha", Processes * Batches, 90m), ("beta", Processes * Batches, 180m)], groups.Select(group => (group.Values[0], (int)group.Sums.Requests, group.Sums.Cost)));
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [SkippableFact]
    public async Task Sums_beyond_64_bits_make_no_settlement_fail()
    {
        await using var store = Open();
        var most = LedgerLimits.MostAmount;
        for (var number = 1; number <= 2; number++)
        {
            await store.ExchangeAsync(new("p", number, Start, [], [.. Enumerable.Range(0, 4).Select(index => LedgerEntries.Of($"{number}-{index}", most) with
            {
                InputTokens = long.MaxValue,
                Milliseconds = long.MaxValue,
                Team = $"team{index}",
            })]));
        }

        var sums = Assert.Single(await store.UsageAsync(new(Midnight, Midnight.AddDays(1)))).Sums;
        Assert.Equal((8, 8m * most, 8_000_000_000_000), (sums.Requests, sums.Cost, sums.InputTokens));
        await store.ExchangeAsync(new("p", 3, Start, [], [.. Enumerable.Range(0, 4).Select(index => LedgerEntries.Of($"3-{index}", most))]));
        Assert.Equal(12, Assert.Single(await store.UsageAsync(new(Midnight, Midnight.AddDays(1)))).Sums.Requests);
    }

    [SkippableFact]
    public async Task Entries_and_corrections_that_are_there_already_are_added_up_once()
    {
        await using (var earlier = Open())
        {
            await earlier.ExchangeAsync(new("p", 1, Start, [new(Account, 1000, 30, 100)], [LedgerEntries.Of("a", 30, Account) with { Tags = new Dictionary<string, string> { ["project"] = "x" } }]));
            await earlier.CorrectAsync(new("c", Account, 5, Start, "because"));
        }

        await RemoveUsageAsync();
        for (var opened = 0; opened < 2; opened++)
        {
            await using var store = Open();
            var sums = Assert.Single(await store.UsageAsync(new(Midnight, Midnight.AddDays(1)))).Sums;
            Assert.Equal((1, 30m, 5m, 11), (sums.Requests, sums.Cost, sums.Adjustments, sums.InputTokens));
            if (!AnswersByDayAndTeam)
                Assert.Equal("project=x", Assert.Single(await store.UsageAsync(new(Midnight, Midnight.AddDays(1)) { By = [UsageDimension.Tag] })).Values[0]);
        }
    }

    [SkippableFact]
    public async Task A_question_that_no_store_answers_is_refused()
    {
        await using var store = Open();
        async Task AssertRefusedAsync(UsageQuery query, string message) =>
            Assert.Contains(message, (await Assert.ThrowsAsync<UsageRefusedException>(() => store.UsageAsync(query))).Message, StringComparison.Ordinal);
        await AssertRefusedAsync(new(Midnight, Midnight), "the beginning must be before the end");
        await AssertRefusedAsync(new(Midnight.AddMinutes(30), Midnight.AddDays(1)), "whole hours");
        await AssertRefusedAsync(new(Midnight.AddHours(1), Midnight.AddDays(1)) { By = [UsageDimension.Tag] }, "tags are counted by whole days");
        await AssertRefusedAsync(new(Midnight, Midnight.AddDays(1)) { By = [UsageDimension.Team, UsageDimension.Team] }, "each dimension may be named once");
    }

    /// <summary>A table may not answer in time while many write. Then the same call is made again.</summary>
    private static async Task<T> AnsweredAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (StoreUnavailableException)
            {
                // A batch that was applied changes nothing when it is sent again.
            }
        }
    }

    private static void AssertUsage(IReadOnlyList<UsageGroup> expected, IReadOnlyList<UsageGroup> actual)
    {
        static string TextOf(UsageGroup group) => $"{group.Start:o} {string.Join('|', group.Values)} {group.Sums}";
        Assert.Equal(expected.Select(TextOf), actual.Select(TextOf));
    }

    private protected static LedgerBatch Batch(string process, long number, long settled, long wanted, long limit = 100, int seconds = 0) => new(
        process,
        number,
        Start.AddSeconds(seconds),
        [new(Account, limit, settled, wanted)],
        settled == 0 ? [] : [LedgerEntries.Of($"req_{process}_{number}", settled, Account)]);

    private protected static void AssertAnswer(long lease, (long Limit, long Leased, long Settled, long Assumed, long Excess) expected, LedgerAnswer answer)
    {
        var (granted, state) = Assert.Single(answer.Accounts);
        Assert.Equal((lease, expected), (granted, (state.Limit, state.Leased, state.Settled, state.Assumed, state.Excess)));
    }

    /// <summary>Every call of a store that is away ends in time.</summary>
    private protected static async Task AssertAwayAsync(ILedgerStore store)
    {
        Func<Task>[] calls =
        [
            () => store.ExchangeAsync(Batch("p", 1, 1, 1)),
            () => store.ExpireAsync(Start),
            () => store.ReadAsync([Account]),
            () => store.ListAsync("", null, 10),
            () => store.LeasesAsync(),
            () => store.CorrectAsync(new("a", Account, 1, Start, "")),
            () => store.EntriesAsync(null, 10),
            () => store.FindAsync("a"),
            () => store.AddUpAsync(Account),
            () => store.UsageAsync(new(Midnight, Midnight.AddDays(1))),
        ];
        await Task.WhenAll(calls.Select(async call =>
        {
            var clock = Stopwatch.StartNew();
            await Assert.ThrowsAsync<StoreUnavailableException>(call);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, StoreLimits.LongestCall + TimeSpan.FromSeconds(2));
        }));
    }

    private protected static async Task AssertSchemaRefusedAsync(ILedgerStore store)
    {
        Func<Task>[] calls =
        [
            () => store.ExchangeAsync(Batch("p", 1, 1, 1)),
            () => store.ExpireAsync(Start),
            () => store.CorrectAsync(new("a", Account, 1, Start, "")),
            () => store.UsageAsync(new(Midnight, Midnight.AddDays(1))),
        ];
        foreach (var call in calls)
            Assert.Contains("has schema 2, but this release knows only schema 1", (await Assert.ThrowsAsync<StoreSchemaException>(call)).Message, StringComparison.Ordinal);
    }
}
