using Dragoman.Stores;
using Dragoman.Stores.Ledger;
using Microsoft.Data.Sqlite;

namespace Dragoman.Gateway.Tests.Stores.Ledger;

public sealed class SqliteLedgerTests : LedgerStoreTests, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dragoman-ledger-");

    private string File => Path.Combine(folder.FullName, "data", Name + ".db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }

    /// <summary>A read that turns to writing would fail at once, however long it may wait.</summary>
    [Fact]
    public async Task A_batch_waits_for_another_process_that_writes_and_ends_in_time()
    {
        await using var store = new SqliteLedger(File, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
        await store.ExchangeAsync(Batch("p", 1, 0, 10));
        using (var other = new SqliteConnection($"Data Source={File};Pooling=false"))
        {
            other.Open();
            using var locked = other.BeginTransaction(deferred: false);
            Assert.Contains("did not answer within 3 s", (await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ExchangeAsync(Batch("p", 2, 4, 10)))).Message, StringComparison.Ordinal);
            Assert.Equal(new(Account, 100, 10, 0, 0, 0), Assert.Single(await store.ReadAsync([Account])));
        }

        AssertAnswer(10, (100, 10, 4, 0, 0), await store.ExchangeAsync(Batch("p", 2, 4, 10)));
    }

    [Theory]
    [InlineData("leased = 101")]
    [InlineData("settled = 101")]
    [InlineData("leased = -1")]
    [InlineData("excess = -1")]
    [InlineData("assumed = 51")]
    public async Task The_database_itself_keeps_the_invariant(string change)
    {
        await using var store = Open();
        await store.ExchangeAsync(Batch("p", 1, 50, 50));
        Assert.Contains("CHECK constraint failed", Assert.Throws<SqliteException>(() => Execute($"UPDATE ledger_accounts SET {change}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ceiling_above_the_limit_comes_down_with_what_is_given_back()
    {
        await using var store = Open();
        await store.ExchangeAsync(Batch("p", 1, 10, 60));
        foreach (var (number, wanted, ceiling) in new[] { (2, 60, 70), (3, 5, 70), (4, 5, 20) })
        {
            await store.ExchangeAsync(Batch("p", number, 0, wanted, limit: 20));
            Assert.Equal((long)ceiling, Execute("SELECT ceiling FROM ledger_accounts"));
        }
    }

    [Fact]
    public async Task A_file_of_an_earlier_release_gets_the_tables_and_keeps_its_documents()
    {
        await using var documents = new SqliteStore(File);
        await documents.WriteAsync(new("a", [DocumentWrite.Put("key", "a", "{}"u8.ToArray(), WriteCondition.Any)], []));
        await using var store = Open();
        AssertAnswer(5, (100, 5, 0, 0, 0), await store.ExchangeAsync(Batch("p", 1, 0, 5)));
        Assert.NotNull(await documents.GetAsync("key", "a"));
    }

    [Fact]
    public async Task A_schema_of_a_newer_release_is_refused()
    {
        await using var running = Open();
        await running.ExchangeAsync(Batch("p", 1, 0, 5));
        Execute("UPDATE store SET schema = 2");
        await AssertSchemaRefusedAsync(running);
        await using var store = Open();
        await AssertSchemaRefusedAsync(store);
    }

    [Fact]
    public async Task A_store_that_is_away_is_reported_in_time()
    {
        // A file cannot be a folder.
        System.IO.File.WriteAllText(Path.Combine(folder.FullName, "file"), "");
        await using var store = new SqliteLedger(Path.Combine(folder.FullName, "file", "store.db"));
        await AssertAwayAsync(store);
    }

    [Theory]
    [InlineData("SELECT * FROM ledger_entries WHERE request_id = 'a' ORDER BY attempt, position", "SEARCH ledger_entries USING INDEX ledger_entries_by_request")]
    [InlineData("SELECT * FROM ledger_accounts WHERE account > 'a' AND account >= 'a' ORDER BY account LIMIT 10", "SEARCH ledger_accounts USING PRIMARY KEY")]
    [InlineData("SELECT process FROM ledger_processes WHERE until < 5 AND NOT expired AND NOT ended", "SEARCH ledger_processes USING INDEX ledger_processes_alive")]
    public async Task Every_query_has_its_index(string query, string plan)
    {
        await using var store = Open();
        await store.ReadAsync([]);
        using var connection = new SqliteConnection($"Data Source={File};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + query;
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        Assert.StartsWith(plan, reader.GetString(3), StringComparison.Ordinal);
    }

    private protected override int Runs => 60;

    private protected override ILedgerStore Open() => new SqliteLedger(File);

    private protected override Task RemoveUsageAsync()
    {
        Execute("DROP TABLE ledger_usage_hours; DROP TABLE ledger_usage_days; DROP TABLE ledger_usage_teams; DROP TABLE ledger_usage_tags");
        return Task.CompletedTask;
    }

    private object? Execute(string statement)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        return command.ExecuteScalar();
    }
}
