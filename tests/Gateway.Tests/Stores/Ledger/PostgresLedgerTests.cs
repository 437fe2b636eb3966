using System.Diagnostics;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;
using Npgsql;

namespace Dragoman.Gateway.Tests.Stores.Ledger;

public sealed class PostgresLedgerTests(PostgresServer server) : LedgerStoreTests, IClassFixture<PostgresServer>, IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    public async Task InitializeAsync()
    {
        server.SkipIfMissing();
        await server.RunAsync("postgres", $"CREATE DATABASE {Name} STRATEGY file_copy");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>The state after a COMMIT without an answer is unknown: it was applied, or it was not.</summary>
    [SkippableTheory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 3)]
    [InlineData(false, 3)]
    public async Task A_commit_without_an_answer_is_applied_once(bool applied, int cuts)
    {
        await using var proxy = new PostgresProxy(server);
        await using var store = new PostgresLedger(proxy.To(Name));
        await store.ExchangeAsync(Batch("p", 1, 0, 30));
        (proxy.CommitsToCut, proxy.CutAfterCommit) = (cuts, applied);
        AssertAnswer(20, (100, 20, 12, 0, 0), await store.ExchangeAsync(Batch("p", 2, 12, 20)));
        Assert.Equal(applied ? cuts - 1 : 0, proxy.CommitsToCut);

        (proxy.CommitsToCut, proxy.CutAfterCommit) = (cuts, applied);
        Assert.Equal(new(Account, 100, 20, 17, 0, 0), await store.CorrectAsync(new("a", Account, 5, Start, "")));
        (proxy.CommitsToCut, proxy.CutAfterCommit) = (cuts, applied);
        // What an expiry without an answer has assumed, its repetition does not assume again.
        Assert.Equal(applied ? 0 : 1, (await store.ExpireAsync(Start.AddSeconds(1))).Count);
        Assert.Equal(new(Account, 100, 0, 37, 20, 0), Assert.Single(await store.ReadAsync([Account])));
        Assert.Equal(37, await store.AddUpAsync(Account));
    }

    [SkippableFact]
    public async Task Batches_survive_that_the_server_ends_their_connections()
    {
        var ended = 0L;
        await SettleWhileAsync(40, async () =>
            ended += (long)(await server.RunAsync("postgres", $"SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{Name}'"))!);
        Assert.True(ended > 0);
    }

    /// <summary>Nothing is lost and nothing is booked twice when the server is killed and started again.</summary>
    [SkippableFact]
    public async Task Batches_survive_that_the_server_is_killed()
    {
        var own = new PostgresServer();
        await own.InitializeAsync();
        var kills = 0;
        try
        {
            await own.RunAsync("postgres", $"CREATE DATABASE {Name} STRATEGY file_copy");
            await SettleWhileAsync(400, async () =>
            {
                if (kills < 2)
                    await own.KillAsync();
                kills++;
                await Task.Yield();
            }, own);
        }
        finally
        {
            await own.DisposeAsync();
        }

        Assert.True(kills >= 2);
    }

    [SkippableTheory]
    [InlineData("leased = 101")]
    [InlineData("settled = 101")]
    [InlineData("leased = -1")]
    [InlineData("excess = -1")]
    [InlineData("assumed = 51")]
    public async Task The_database_itself_keeps_the_invariant(string change)
    {
        await using var store = Open();
        await store.ExchangeAsync(Batch("p", 1, 50, 50));
        var exception = await Assert.ThrowsAsync<PostgresException>(() => server.RunAsync(Name, $"UPDATE dragoman.ledger_accounts SET {change}"));
        Assert.Equal(PostgresErrorCodes.CheckViolation, exception.SqlState);
    }

    [SkippableFact]
    public async Task A_ceiling_above_the_limit_comes_down_with_what_is_given_back()
    {
        await using var store = Open();
        await store.ExchangeAsync(Batch("p", 1, 10, 60));
        foreach (var (number, wanted, ceiling) in new[] { (2, 60, 70), (3, 5, 70), (4, 5, 20) })
        {
            await store.ExchangeAsync(Batch("p", number, 0, wanted, limit: 20));
            Assert.Equal((long)ceiling, await server.RunAsync(Name, "SELECT ceiling FROM dragoman.ledger_accounts"));
        }
    }

    /// <summary>One process that hangs in its transaction keeps only its own accounts.</summary>
    [SkippableFact]
    public async Task Batches_of_different_accounts_do_not_wait_for_each_other()
    {
        await using var store = new PostgresLedger(server.To(Name), Short);
        await store.ExchangeAsync(Batch("p", 1, 0, 10));
        await store.ExchangeAsync(new("q", 1, Start, [new("another", 100, 0, 5)], []));
        await using var other = new NpgsqlConnection(server.To(Name) + ";Pooling=false");
        await other.OpenAsync();
        await using var locked = await other.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"SELECT * FROM dragoman.ledger_accounts WHERE account = '{Account}' FOR UPDATE", other))
            await command.ExecuteNonQueryAsync();
        var waiting = store.ExchangeAsync(Batch("p", 2, 0, 20));
        await store.ExchangeAsync(new("q", 2, Start, [new("another", 100, 3, 5)], [LedgerEntries.Of("req", 3, "another")]));
        Assert.False(waiting.IsCompleted);
        Assert.Contains("did not answer within 3 s", (await Assert.ThrowsAsync<StoreUnavailableException>(() => waiting)).Message, StringComparison.Ordinal);
        await locked.RollbackAsync();
        AssertAnswer(20, (100, 20, 0, 0, 0), await store.ExchangeAsync(Batch("p", 2, 0, 20)));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_goes_away_is_reported_in_time_and_found_again(bool isSilent)
    {
        await using var proxy = new PostgresProxy(server);
        await using var store = new PostgresLedger(proxy.To(Name), Short);
        await store.ExchangeAsync(Batch("other", 1, 0, 10));
        (proxy.IsSilent, proxy.IsClosed) = (isSilent, !isSilent);
        await AssertAwayAsync(store);
        (proxy.IsSilent, proxy.IsClosed) = (false, false);
        await RepeatAsync(store, Batch("p", 1, 1, 1));
        Assert.Equal(1, await store.AddUpAsync(Account));
    }

    [SkippableFact]
    public async Task A_database_of_an_earlier_release_gets_the_tables_and_keeps_its_documents()
    {
        await using var documents = new PostgresStore(server.To(Name));
        await documents.WriteAsync(new("a", [DocumentWrite.Put("key", "a", "{}"u8.ToArray(), WriteCondition.Any)], []));
        await using var store = Open();
        AssertAnswer(5, (100, 5, 0, 0, 0), await store.ExchangeAsync(Batch("p", 1, 0, 5)));
        Assert.NotNull(await documents.GetAsync("key", "a"));
    }

    [SkippableFact]
    public async Task A_schema_of_a_newer_release_is_refused()
    {
        await using var running = Open();
        await running.ExchangeAsync(Batch("p", 1, 0, 5));
        await server.RunAsync(Name, "UPDATE dragoman.store SET schema = 2");
        await AssertSchemaRefusedAsync(running);
        await using var store = Open();
        await AssertSchemaRefusedAsync(store);
    }

    [SkippableTheory]
    [InlineData("SELECT * FROM dragoman.ledger_entries WHERE request_id = 'req-5'", "ledger_entries_by_request")]
    [InlineData("SELECT * FROM dragoman.ledger_entries WHERE at BETWEEN 5 AND 7", "ledger_entries_by_time")]
    [InlineData("SELECT * FROM dragoman.ledger_entries WHERE position > 5 AND position <= 15000 ORDER BY position LIMIT 10", "ledger_entries_pkey")]
    public async Task Every_query_of_entries_has_its_index(string query, string index)
    {
        await using var store = Open();
        await store.ReadAsync([]);
        await server.RunAsync(Name, """
            INSERT INTO dragoman.ledger_entries (request_id, attempt, at, accounts, model, dialect, status, outcome, origin, milliseconds, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens)
            SELECT 'req-' || i, 0, i, '{}', '', '', 0, '', '', 0, 0, 0, 0, 0, 0 FROM generate_series(1, 20000) i; ANALYZE dragoman.ledger_entries
            """);
        var plan = (string)(await server.RunAsync(Name, $"EXPLAIN (COSTS off, FORMAT json) {query}"))!;
        Assert.Contains($"\"Index Name\": \"{index}\"", plan, StringComparison.Ordinal);
    }

    private protected override int Runs => 60;

    private protected override ILedgerStore Open() => new PostgresLedger(server.To(Name));

    private protected override Task RemoveUsageAsync() =>
        server.RunAsync(Name, "DROP TABLE dragoman.ledger_usage_hours, dragoman.ledger_usage_days, dragoman.ledger_usage_teams, dragoman.ledger_usage_tags");

    /// <summary>Several processes settle in accounts that they share, while something happens again and again.</summary>
    private async Task SettleWhileAsync(int each, Func<Task> happen, PostgresServer? other = null)
    {
        const int Processes = 4;
        PostgresLedger[] stores = [.. Enumerable.Range(0, Processes).Select(_ => new PostgresLedger((other ?? server).To(Name)))];
        await stores[0].ReadAsync([Account]);
        var settled = 0;
        var settling = Task.WhenAll(stores.Select(async (store, index) =>
        {
            for (var number = 1; number <= each; number++)
            {
                string[] accounts = [Account, $"account {number % 3}"];
                var entry = LedgerEntries.Of($"{index}-{number}", 2, accounts);
                await RepeatAsync(store, new($"p{index}", number, Start, [.. accounts.Reverse().Select(account => new AccountExchange(account, 1000, 2, 10))], [entry], IsLast: number == each));
                Interlocked.Increment(ref settled);
            }
        }));
        while (!settling.IsCompleted)
        {
            // It happens between any two batches, but not so often that no batch ever succeeds.
            var before = Volatile.Read(ref settled);
            await happen();
            while (!settling.IsCompleted && Volatile.Read(ref settled) == before)
                await Task.Delay(1);
        }

        await settling;
        Assert.Empty(await stores[0].LeasesAsync());
        Assert.All(await stores[0].ListAsync("", null, 10), account => Assert.Equal(0, account.Leased));
        Assert.Equal(2L * Processes * each, await stores[0].AddUpAsync(Account));
        var state = Assert.Single(await stores[0].ReadAsync([Account]));
        Assert.Equal(2L * Processes * each, state.Settled + state.Excess);
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    /// <summary>The caller's part of the contract: the same batch again.</summary>
    private static async Task RepeatAsync(PostgresLedger store, LedgerBatch batch)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await store.ExchangeAsync(batch);
                return;
            }
            catch (StoreUnavailableException) when (clock.Elapsed < TimeSpan.FromMinutes(1))
            {
                // The server may still be starting.
            }
        }
    }
}
