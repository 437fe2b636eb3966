using System.Diagnostics;
using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Stores;

public sealed class PostgresStoreTests(PostgresServer server) : DocumentStoreTests, IClassFixture<PostgresServer>, IAsyncLifetime
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
        await using var store = new PostgresStore(proxy.To(Name));
        await store.CheckAsync();
        (proxy.CommitsToCut, proxy.CutAfterCommit) = (cuts, applied);
        // A condition that the write itself makes false.
        var result = await store.WriteAsync(new(NewId(), [Put("a", "{}", WriteCondition.Absent)], [Json("once")]));
        Assert.Equal((1, null), (result.Version, result.Refusal));
        Assert.Single(await store.AuditAsync(0, 10));
        Assert.Equal(applied ? cuts - 1 : 0, proxy.CommitsToCut);
    }

    /// <summary>Without an operation id the store cannot know its own write again. It must not be applied twice.</summary>
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_commit_without_an_answer_and_without_an_operation_id_is_refused_if_it_was_applied(bool applied)
    {
        await using var proxy = new PostgresProxy(server);
        await using var store = new PostgresStore(proxy.To(Name));
        await store.CheckAsync();
        (proxy.CommitsToCut, proxy.CutAfterCommit) = (1, applied);
        var result = await store.WriteAsync(Write.Repeatable(Lease("a", WriteCondition.Absent)));
        Assert.Equal(applied ? (null, WriteRefusal.Condition) : (1L, null), (result.Version, result.Refusal));
        Assert.Equal((1, 1), ((await store.GetAsync("lease-a", "a"))!.Version, (await store.ChangesAsync(0, 20)).Version));
    }

    /// <summary>A poll while only leases change reads none of them.</summary>
    [SkippableFact]
    public async Task The_feed_has_an_index_without_leases()
    {
        await using var store = Open();
        await store.CheckAsync();
        await server.RunAsync(Name, "INSERT INTO dragoman.documents SELECT 'lease-a', i::text, i, NULL, '{}' FROM generate_series(1, 20000) i; ANALYZE dragoman.documents");
        var plan = (string)(await server.RunAsync(Name, "EXPLAIN (ANALYZE, COSTS off, TIMING off, FORMAT json) SELECT kind, id, version, part_of, json FROM dragoman.documents WHERE version > 5 AND substr(kind, 1, 6) <> 'lease-' ORDER BY version, kind, id LIMIT 21"))!;
        Assert.Contains("\"Index Name\": \"documents_by_version\"", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Rows Removed by Filter", plan, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Writes_survive_that_the_server_ends_their_connections()
    {
        const int Writers = 4;
        const int Each = 25;
        PostgresStore[] stores = [new(server.To(Name)), new(server.To(Name))];
        await stores[0].CheckAsync();
        var written = 0;
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var number = 0; number < Each; number++)
            {
                var write = new Write($"{writer}-{number}", [Put($"{writer}-{number}", "{}", WriteCondition.Absent)], [Json($"{writer}-{number}")]);
                Assert.Null((await RepeatAsync(stores[writer % 2], write)).Refusal);
                Interlocked.Increment(ref written);
            }
        }));
        var ended = 0L;
        while (!writing.IsCompleted)
        {
            // Between any two writes, but not so often that no write ever succeeds.
            var before = Volatile.Read(ref written);
            ended += (long)(await server.RunAsync("postgres", $"SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{Name}'"))!;
            while (!writing.IsCompleted && Volatile.Read(ref written) == before)
                await Task.Delay(1);
        }

        await writing;
        Assert.True(ended > 0);
        Assert.Equal(Writers * Each, (await stores[0].AuditAsync(0, 500)).Count);
        Assert.Equal(Writers * Each, (await stores[0].ChangesAsync(0, 500)).Version);
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [SkippableFact]
    public async Task A_write_ends_in_time_while_another_session_keeps_the_lock_and_is_repeated_afterwards()
    {
        await using var store = new PostgresStore(server.To(Name), Short);
        await store.CheckAsync();
        var write = new Write(NewId(), [Put("a", "{}", WriteCondition.Absent)], []);
        await using (var other = new Npgsql.NpgsqlConnection(server.To(Name) + ";Pooling=false"))
        {
            await other.OpenAsync();
            await using var locked = await other.BeginTransactionAsync();
            await using var command = new Npgsql.NpgsqlCommand("SELECT * FROM dragoman.store FOR UPDATE", other);
            await command.ExecuteNonQueryAsync();
            Assert.Contains("did not answer within 3 s", (await Assert.ThrowsAsync<StoreUnavailableException>(() => store.WriteAsync(write))).Message, StringComparison.Ordinal);
            Assert.Null(await store.GetAsync("key", "a"));
        }

        Assert.Equal(1, (await store.WriteAsync(write)).Version);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_goes_away_is_reported_in_time_and_found_again(bool isSilent)
    {
        await using var proxy = new PostgresProxy(server);
        await using var store = new PostgresStore(proxy.To(Name), Short);
        await WrittenAsync(store, Put("a", "{}", WriteCondition.Absent));
        (proxy.IsSilent, proxy.IsClosed) = (isSilent, !isSilent);
        var write = new Write(NewId(), [Put("a", "{2}", WriteCondition.HasVersion(1))], []);
        Func<Task>[] calls = [() => store.GetAsync("key", "a"), () => store.ChangesAsync(0, 20), () => store.WriteAsync(write), () => store.CheckAsync()];
        await Task.WhenAll(calls.Select(async call =>
        {
            var clock = Stopwatch.StartNew();
            await Assert.ThrowsAsync<StoreUnavailableException>(call);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, StoreLimits.LongestCall);
        }));

        (proxy.IsSilent, proxy.IsClosed) = (false, false);
        Assert.Equal(2, (await RepeatAsync(store, write)).Version);
    }

    [SkippableFact]
    public async Task The_message_has_no_password()
    {
        await using var store = new PostgresStore("Host=127.0.0.1;Port=1;Username=somebody;Password=sentinel-password;Database=none");
        Assert.DoesNotContain("sentinel", (await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CheckAsync())).ToString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_user_without_the_right_to_create_schemas_can_use_one_that_exists()
    {
        await using (var owner = Open())
            await WrittenAsync(owner, Put("a", "{}", WriteCondition.Absent));
        await server.RunAsync(Name, $"CREATE ROLE {Name} LOGIN; GRANT USAGE ON SCHEMA dragoman TO {Name}; GRANT ALL ON ALL TABLES IN SCHEMA dragoman TO {Name}");
        await using var store = new PostgresStore(server.To(Name).Replace("Username=dragoman", $"Username={Name}", StringComparison.Ordinal));
        Assert.Equal(2, await WrittenAsync(store, Put("a", "{2}", WriteCondition.HasVersion(1))));
    }

    [SkippableFact]
    public async Task A_right_that_is_missing_is_reported_at_once()
    {
        await server.RunAsync(Name, $"CREATE ROLE {Name} LOGIN");
        await using var store = new PostgresStore(server.To(Name).Replace("Username=dragoman", $"Username={Name}", StringComparison.Ordinal));
        Assert.Contains("permission denied", (await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CheckAsync())).Message, StringComparison.Ordinal);
    }

    /// <summary>The caller's part of the contract: the same write again.</summary>
    private static async Task<WriteResult> RepeatAsync(PostgresStore store, Write write)
    {
        while (true)
        {
            try
            {
                return await store.WriteAsync(write);
            }
            catch (StoreUnavailableException)
            {
                // The library may still wait for an answer to its request to cancel, and other writers wait for it.
            }
        }
    }

    private protected override IDocumentStore Open() => new PostgresStore(server.To(Name));

    private protected override IDocumentStore OpenMissing() => new PostgresStore("Host=127.0.0.1;Port=1;Database=none");

    private protected override async Task<long> CountRowsAsync() =>
        (long)(await server.RunAsync(Name, "SELECT (SELECT count(*) FROM dragoman.documents) + (SELECT count(*) FROM dragoman.operations) + (SELECT count(*) FROM dragoman.audit)"))!;

    private protected override async Task SetSchemaAsync(long schema) => await server.RunAsync(Name, $"UPDATE dragoman.store SET schema = {schema}");
}
