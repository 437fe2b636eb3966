using Dragoman.Access;
using Dragoman.Access.Directory;
using Dragoman.Access.Limits;
using Dragoman.Stores;
using Microsoft.Data.Sqlite;

namespace Dragoman.Gateway.Tests.Access.Limits;

/// <summary>What the limits leave in the store: nothing that grows, and at the end nothing.</summary>
public sealed class StoreGrowthTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly SharedStore store = new();

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task Ten_minutes_of_a_saturated_scope_leave_one_row()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory();
        var file = Path.Combine(folder.FullName, "store.db");
        try
        {
            await using var real = new SharedStore(new SqliteStore(file));
            await using (var limits = new LimitsUnderTest(real, processes: 3))
            {
                var caller = LimitsUnderTest.Caller(LimitsUnderTest.Team(new(RequestsPerMinute: 60, ConcurrentRequests: 4)));
                var refused = 0;
                for (var step = 0; step < 1200; step++)
                {
                    using var admission = await limits.TryAdmitAsync(caller, limits.Processes[step % 3]);
                    refused += admission is null ? 1 : 0;
                    await limits.PassAsync(TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(500));
                }

                Assert.InRange(refused, 500, 700);
                Assert.InRange(real.Writes, 500, 5000);
                Assert.Equal((1, 0, 0), Rows(file));
                await limits.PassAsync(CallerLimits.Remembered + TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(1));
                Assert.Equal((0, 0, 0), Rows(file));
            }

            Assert.Equal((0, 0, 0), Rows(file));
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Keys_that_were_used_once_leave_nothing_when_they_are_forgotten()
    {
        store.ListsNothing = true;
        await using var limits = new LimitsUnderTest(store, processes: 2);
        for (var key = 0; key < 100; key++)
        {
            foreach (var process in limits.Processes)
                (await limits.TryAdmitAsync(Key($"{key}", new(RequestsPerMinute: 10, TokensPerMinute: 1000, ConcurrentRequests: 3)), process))!.Dispose();
        }

        await limits.PassAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1));
        Assert.Equal(100, store.Count);
        var writes = store.Writes;
        await limits.PassAsync(CallerLimits.Remembered + TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1));
        // A scope that is just being exchanged is forgotten by a later sweep.
        for (var sweeps = 0; sweeps < 5 && (store.Count, limits.Process.ScopeCount) != (0, 0); sweeps++)
            await limits.PassAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1));
        Assert.Equal((0, 0), (store.Count, limits.Process.ScopeCount));
        Assert.InRange(store.Writes - writes, 5, 50);
    }

    [Fact]
    public async Task A_scope_that_another_process_uses_keeps_its_document()
    {
        await using var limits = new LimitsUnderTest(store, processes: 2);
        var caller = Key("a", new(RequestsPerMinute: 10));
        (await limits.TryAdmitAsync(caller, limits.Processes[0]))!.Dispose();
        await limits.PassAsync(TimeSpan.FromSeconds(62), TimeSpan.FromSeconds(1));
        for (var minute = 0; minute < 8; minute++)
        {
            Assert.Equal(10, await limits.AdmittedOfAsync(12, caller, limits.Processes[1]));
            await limits.PassAsync(TimeSpan.FromSeconds(62), TimeSpan.FromSeconds(1));
        }

        Assert.Equal((0, 1, 1), (limits.Processes[0].ScopeCount, limits.Processes[1].ScopeCount, store.Count));
        Assert.Equal(10, await limits.AdmittedOfAsync(12, caller, limits.Processes[1]));
        await limits.PassAsync(TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(1));
        Assert.Equal(0, await limits.AdmittedOfAsync(12, caller, limits.Processes[0]));
    }

    [Fact]
    public async Task A_process_that_stops_leaves_only_what_still_counts()
    {
        store.ListsNothing = true;
        await using (var limits = new LimitsUnderTest(store))
        {
            (await limits.TryAdmitAsync(Key("idle", new(RequestsPerMinute: 10))))!.Dispose();
            await limits.PassAsync(TimeSpan.FromMinutes(4), TimeSpan.FromSeconds(1));
            (await limits.TryAdmitAsync(Key("running", new(ConcurrentRequests: 10))))!.Dispose();
            (await limits.TryAdmitAsync(Key("used", new(RequestsPerMinute: 10))))!.Dispose();
            Assert.Equal(3, store.Count);
        }

        Assert.NotNull(await store.GetAsync(ScopeDocument.Kind, "key/used"));
        Assert.Equal(1, store.Count);
    }

    /// <summary>A process that was killed deletes nothing. Another one finds what it has left.</summary>
    [Fact]
    public async Task What_nobody_forgets_is_found_in_a_list()
    {
        await using var limits = new LimitsUnderTest(store);
        var now = limits.Process.Now.Segment;
        for (var number = 0; number < 250; number++)
            await WriteAsync($"key/{number}", new() { Processes = [new() { Id = "killed", Requests = 10, Until = now }] });
        // More than a page of them are still used.
        for (var number = 0; number < 150; number++)
            await WriteAsync($"key/{number}-used", new() { Start = now + (30 * Moment.InMinute), Requests = [0, 5] });

        // The first list may come before they are over.
        var listed = ScopeRemoval.LatestFirstList + TimeSpan.FromMinutes(2);
        await limits.PassAsync(listed, TimeSpan.FromSeconds(10));
        for (var number = 0; number < 150; number++)
            Assert.NotNull(await store.GetAsync(ScopeDocument.Kind, $"key/{number}-used"));
        await limits.PassAsync(ScopeRemoval.BetweenLists + TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(30));
        Assert.Equal(0, store.Count);
    }

    /// <summary>A process uses the scope again between the reading and the deletion.</summary>
    [Fact]
    public async Task A_document_that_changes_meanwhile_is_not_deleted_and_the_others_are()
    {
        using var removal = new ScopeRemoval(store, new ManualTimeProvider());
        foreach (var id in (string[])["a", "b", "c"])
        {
            await WriteAsync(id, new());
            removal.Add(id);
        }

        removal.Add("missing");
        var hold = store.Hold = new();
        var removing = removal.RunAsync();
        Assert.True(removal.IsRunning);
        await removal.RunAsync();
        (store.Changing, store.Hold) = ("b", null);
        hold.SetResult();
        await removing;
        Assert.NotNull(await store.GetAsync(ScopeDocument.Kind, "b"));
        Assert.Equal(1, store.Count);
    }

    [Fact]
    public async Task A_store_that_is_away_stops_nothing()
    {
        using var removal = new ScopeRemoval(store, new ManualTimeProvider());
        store.IsAway = true;
        removal.Add("a");
        await removal.RunAsync();
        Assert.False(removal.IsRunning);
    }

    private static Caller Key(string id, LimitValues values) => LimitsUnderTest.Caller(new LimitedScope(ScopeKind.Key, id, values));

    private static (long Documents, long Operations, long Audit) Rows(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM operations), (SELECT count(*) FROM audit)";
        using var reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    private Task<WriteResult> WriteAsync(string id, ScopeDocument document) =>
        store.WriteAsync(Write.Repeatable(DocumentWrite.Put(ScopeDocument.Kind, id, document.Write(), WriteCondition.Absent)));
}
