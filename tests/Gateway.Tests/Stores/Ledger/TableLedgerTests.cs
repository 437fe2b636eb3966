using System.Text.Json;
using Azure;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Dragoman.Identity;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Stores.Ledger;

public sealed class TableLedgerTests(AzuriteServer server) : LedgerStoreTests, IClassFixture<AzuriteServer>, IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    private TableClient Client => new(server.ConnectionString, Name);

    public Task InitializeAsync()
    {
        server.SkipIfMissing();
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>The client sends the transaction again, and reports a conflict with it: 409 or 412 for its own batch.</summary>
    [SkippableTheory]
    [InlineData(AnswerLoss.Cut, 1)]
    [InlineData(AnswerLoss.Cut, 2)]
    [InlineData(AnswerLoss.Cut, 5)]
    [InlineData(AnswerLoss.ServerError, 1)]
    [InlineData(AnswerLoss.ServerError, 2)]
    [InlineData(AnswerLoss.Unavailable, 3)]
    [InlineData(AnswerLoss.Silence, 1)]
    public async Task A_batch_whose_answer_is_lost_is_applied_once(AnswerLoss loss, int times)
    {
        using var answers = new LostAnswers();
        await using var store = Open(answers);
        await store.ExchangeAsync(Batch("p", 1, 0, 30));
        var number = 1;
        foreach (var reaches in new[] { true, false })
        {
            (answers.Loss, answers.Remaining, answers.ReachesService) = (loss, times, reaches);
            AssertAnswer(20, (100, 20, 6 * number, 0, 0), await store.ExchangeAsync(Batch("p", ++number, 6, 20)));
        }

        (answers.Loss, answers.Remaining, answers.ReachesService) = (loss, times, true);
        Assert.Equal(new(Account, 100, 20, 17, 0, 0), await store.CorrectAsync(new("a", Account, 5, Start, "")));
        (answers.Loss, answers.Remaining) = (loss, times);
        await store.ExpireAsync(Start.AddSeconds(1));
        Assert.Equal(new(Account, 100, 0, 37, 20, 0), Assert.Single(await store.ReadAsync([Account])));
        Assert.Equal(37, await store.AddUpAsync(Account));
        Assert.Single(await store.FindAsync("req_p_2"));
        Assert.Single(await store.FindAsync("assumed:p"));
    }

    /// <summary>The index of a large batch is written before it, and must not be taken for it.</summary>
    [SkippableFact]
    public async Task A_large_batch_that_does_not_reach_the_service_is_not_found()
    {
        using var answers = new LostAnswers();
        await using var store = new TableLedger(AddressOf(server.ConnectionString), Short, options => options.Transport = new HttpClientTransport(new HttpClient(answers, disposeHandler: false)));
        await store.ExchangeAsync(new("p", 1, Start, [], []));
        var batch = new LedgerBatch("p", 2, Start, [], [.. Enumerable.Range(0, 250).Select(index => LedgerEntries.Of($"req_{index}", 1))]);
        var index = 0;
        answers.Applied = () =>
        {
            // After the transactions of the index that of the batch is lost.
            if (++index == 3)
                answers.IsAway = true;
        };
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ExchangeAsync(batch));
        answers.IsAway = false;
        answers.Applied = null;
        Assert.Empty(await store.FindAsync("req_7"));
        Assert.Empty(await store.EntriesAsync(null, 10));
        await store.ExchangeAsync(batch);
        Assert.Single(await store.FindAsync("req_7"));
        Assert.Equal(250, (await store.EntriesAsync(null, 500)).Count);
    }

    /// <summary>As many accounts as a batch can have, and an index that did not fit into the transaction of its batch.</summary>
    [SkippableTheory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Large_old_batches_go_with_their_index_and_what_they_cost_stays(int lost)
    {
        using var answers = new LostAnswers();
        await using var store = Open(answers);
        LedgerEntry Entry(int index, int day) => LedgerEntries.Of($"req_{day}_{index}", index + 1, $"account {index % LedgerLimits.MostAccounts}") with { At = Start.AddDays(day), Team = $"team {index % 2}" };
        IEnumerable<LedgerEntry>[] batches =
        [
            Enumerable.Range(0, 250).Select(index => Entry(index, 1)),
            Enumerable.Range(0, 5).Select(index => Entry(index, 2)).Append(Entry(5, 9)),
            Enumerable.Range(0, 3).Select(index => Entry(index, 9)),
        ];
        var number = 0;
        foreach (var entries in batches.Select(each => each.ToList()))
        {
            var accounts = entries.GroupBy(entry => entry.Accounts[0], (account, ofAccount) => new AccountExchange(account, 1_000_000, ofAccount.Sum(entry => entry.Cost ?? 0), 0));
            await store.ExchangeAsync(new("p", ++number, Start, [.. accounts], entries));
        }

        var day = new DateTimeOffset(Start.UtcDateTime.Date, TimeSpan.Zero);
        var query = new UsageQuery(day, day.AddDays(20)) { By = [UsageDimension.Team], Span = UsageSpan.Day };
        var usage = await store.UsageAsync(query);
        var sum = await store.AddUpAsync("account 7");

        (answers.Loss, answers.Remaining) = (AnswerLoss.Cut, lost);
        var removed = 0;
        while (await store.TrimAsync(Start.AddDays(5), 100) is > 0 and var some)
            removed += some;

        Assert.True(lost > 0 ? removed <= 255 : removed == 255, $"{removed}");
        string[] left = ["req_9_0", "req_9_1", "req_9_2", "req_9_5"];
        Assert.Equal(left, (await store.EntriesAsync(null, 500)).Select(each => each.Entry.RequestId).Order());
        foreach (var id in left)
            Assert.Single(await store.FindAsync(id));
        Assert.Equal(left.Length, Client.Query<TableEntity>("RowKey gt 'i,' and RowKey lt 'i,g'").Count());
        Assert.Empty(Client.Query<TableEntity>("RowKey gt 'b,' and RowKey lt 'b,g'"));
        Assert.Equal(sum, await store.AddUpAsync("account 7"));
        Assert.Equal(JsonSerializer.Serialize(usage), JsonSerializer.Serialize(await store.UsageAsync(query)));
    }

    [SkippableFact]
    public async Task Two_that_remove_old_entries_count_none_of_them_twice()
    {
        await using var one = Open();
        await using var other = Open();
        for (var number = 1; number <= 40; number++)
            await one.ExchangeAsync(new("p", number, Start, [new(Account, 100, 1, 0)], [LedgerEntries.Of($"req_{number}", 1, Account) with { At = Start }]));

        var removed = await Task.WhenAll(one.TrimAsync(Start.AddDays(1), 40), other.TrimAsync(Start.AddDays(1), 40));

        Assert.Equal(40, removed.Sum());
        Assert.Empty(await one.EntriesAsync(null, 10));
        Assert.Equal(40, await one.AddUpAsync(Account));
    }

    /// <summary>Another process comes first, after the first try was lost.</summary>
    [SkippableFact]
    public async Task A_batch_is_judged_again_when_another_process_came_first()
    {
        using var answers = new LostAnswers();
        await using var store = Open(answers);
        await using var another = Open();
        await store.ExchangeAsync(Batch("p", 1, 0, 10));
        answers.Applied = () => another.ExchangeAsync(Batch("q", 1, 0, 85)).GetAwaiter().GetResult();
        (answers.Loss, answers.Remaining) = (AnswerLoss.Cut, 1);
        AssertAnswer(15, (100, 100, 0, 0, 0), await store.ExchangeAsync(Batch("p", 2, 0, 15)));
    }

    [SkippableFact]
    public async Task A_batch_that_is_canceled_after_it_was_applied_is_sent_again()
    {
        using var answers = new LostAnswers();
        await using var store = Open(answers);
        await store.ExchangeAsync(Batch("p", 1, 0, 30));
        using var cancellation = new CancellationTokenSource();
        answers.Applied = cancellation.Cancel;
        (answers.Loss, answers.Remaining) = (AnswerLoss.Silence, 1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.ExchangeAsync(Batch("p", 2, 5, 30), cancellation.Token));
        AssertAnswer(30, (100, 30, 5, 0, 0), await store.ExchangeAsync(Batch("p", 2, 5, 30)));
    }

    /// <summary>The expiry of a process with many leases is several transactions, and any of them may be the last one for a while.</summary>
    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_process_comes_back_in_the_middle_of_its_expiry(bool isLast, bool isExpiredFirst)
    {
        using var answers = new LostAnswers();
        await using var interrupted = new TableLedger(AddressOf(server.ConnectionString), Short, options => options.Transport = new HttpClientTransport(new HttpClient(answers, disposeHandler: false)));
        await using var store = Open();
        const int Count = 3 * LedgerLimits.MostAccounts;
        foreach (var (part, number) in Enumerable.Range(0, Count).Chunk(LedgerLimits.MostAccounts).Select((part, index) => (part, index + 1)))
            await store.ExchangeAsync(new("p", number, Start, [.. part.Select(index => new AccountExchange($"a{index:000}", 100, 0, 10))], []));
        answers.Applied = () => answers.IsAway = true;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => interrupted.ExpireAsync(Start.AddSeconds(1)));
        Assert.Equal(LedgerLimits.MostAccounts * 10, (await store.ListAsync("", null, 500)).Sum(account => account.Assumed));

        if (isExpiredFirst)
            Assert.Equal(Count - LedgerLimits.MostAccounts, (await store.ExpireAsync(Start.AddSeconds(1))).Count);
        // One account whose lease was expired, and one whose lease was not.
        var answer = await store.ExchangeAsync(new("p", 4, Start, [new("a001", 100, 4, 50), new("a080", 100, 7, 50)], [LedgerEntries.Of("x", 4, "a001"), LedgerEntries.Of("y", 7, "a080")], isLast));
        Assert.True(answer.IsExpired);
        Assert.Equal(isLast ? [(0, 4), (0, 7)] : [(0L, 10L), (0, 10)], answer.Accounts.Select(account => (account.Lease, account.State.Settled)));
        Assert.Equal(isLast || isExpiredFirst ? 0 : Count - LedgerLimits.MostAccounts - 1, (await store.ExpireAsync(Start.AddSeconds(1))).Count);
        foreach (var account in await store.ListAsync("", null, 500))
        {
            Assert.Equal((0, isLast ? 0 : account.Assumed), (account.Leased, account.Assumed));
            Assert.Equal(account.Settled, await store.AddUpAsync(account.Account));
        }

        Assert.Equal(isLast ? 11 : Count * 10, (await store.ListAsync("", null, 500)).Sum(account => account.Settled));
        Assert.Empty(Client.Query<TableEntity>("RowKey ge 'l' and RowKey lt 'm'"));
    }

    /// <summary>Azurite also commits what the real service refuses, so the rules of one partition and of 100 changes are tested here.</summary>
    [SkippableFact]
    public async Task A_small_batch_is_few_rows_of_one_partition()
    {
        await using var store = Open();
        await store.ExchangeAsync(new("p", 1, Start, [new(Account, 100, 20, 10)], [.. Enumerable.Range(0, 20).Select(index => LedgerEntries.Of($"req_{index}", 1, Account))]));
        var rows = new List<string>();
        await foreach (var row in Client.QueryAsync<TableEntity>())
        {
            Assert.Equal("l", row.PartitionKey);
            rows.Add(row.RowKey[..1]);
        }

        Assert.Equal("a:1 e:1 h:1 i:20 l:1 p:1 v:1", string.Join(' ', rows.GroupBy(key => key).OrderBy(each => each.Key).Select(each => $"{each.Key}:{each.Count()}")));
        await store.ExchangeAsync(Batch("p", 2, 0, 0) with { IsLast = true });
        Assert.Empty(Client.Query<TableEntity>("RowKey ge 'h' and RowKey lt 'i' or RowKey ge 'l' and RowKey lt 'm'"));
    }

    [SkippableFact]
    public async Task An_account_can_be_read_by_other_clients()
    {
        await using var store = Open();
        await store.ExchangeAsync(Batch("p", 1, 12, 30));
        var row = (await Client.GetEntityAsync<TableEntity>("l", $"a,{Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(Account))}")).Value;
        Assert.Equal((100L, 30L, 12L, 0L, 0L), ((long)row["M"], (long)row["L"], (long)row["U"], (long)row["A"], (long)row["X"]));
    }

    [SkippableTheory]
    [InlineData(AnswerLoss.Cut)]
    [InlineData(AnswerLoss.Silence)]
    public async Task A_service_that_goes_away_is_reported_in_time_and_found_again(AnswerLoss loss)
    {
        using var answers = new LostAnswers();
        await using var store = Open(answers);
        await store.ExchangeAsync(Batch("other", 1, 0, 10));
        (answers.Loss, answers.IsAway) = (loss, true);
        await AssertAwayAsync(store);
        answers.IsAway = false;
        AssertAnswer(1, (100, 11, 1, 0, 0), await store.ExchangeAsync(Batch("p", 1, 1, 1)));
    }

    [SkippableFact]
    public async Task Documents_and_ledger_share_a_table()
    {
        await using var documents = new TableStore(AddressOf(server.ConnectionString));
        await documents.WriteAsync(new("a", [DocumentWrite.Put("key", "a", "{}"u8.ToArray(), WriteCondition.Any)], []));
        await using var store = Open();
        AssertAnswer(5, (100, 5, 0, 0, 0), await store.ExchangeAsync(Batch("p", 1, 0, 5)));
        Assert.NotNull(await documents.GetAsync("key", "a"));
        Assert.Equal(1, (await documents.ChangesAsync(0, 20)).Version);
    }

    [SkippableFact]
    public async Task A_schema_of_a_newer_release_is_refused()
    {
        await using var running = Open();
        await running.ExchangeAsync(Batch("p", 1, 0, 5));
        await Client.UpdateEntityAsync(new TableEntity("l", "v") { ["S"] = 2L }, ETag.All, TableUpdateMode.Merge);
        await AssertSchemaRefusedAsync(running);
        await using var store = Open();
        await AssertSchemaRefusedAsync(store);
    }

    [SkippableFact]
    public async Task A_store_that_is_away_is_reported_in_time()
    {
        await using var store = new TableLedger(AddressOf(AzuriteServer.To("1")));
        await AssertAwayAsync(store);
    }

    private protected override int Runs => 25;

    private protected override bool AnswersByDayAndTeam => true;

    private protected override ILedgerStore Open() => new TableLedger(AddressOf(server.ConnectionString));

    private TableLedger Open(HttpMessageHandler handler) =>
        new(AddressOf(server.ConnectionString), Short * 2, options => options.Transport = new HttpClientTransport(new HttpClient(handler, disposeHandler: false)));

    private TableAddress AddressOf(string connectionString) => TableAddress.Parse($"{connectionString}TableName={Name}", EntraTokens.Default);
}
