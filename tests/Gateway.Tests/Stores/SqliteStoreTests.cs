using System.Runtime.Versioning;
using Dragoman.Stores;
using Microsoft.Data.Sqlite;

namespace Dragoman.Gateway.Tests.Stores;

public sealed class SqliteStoreTests : DocumentStoreTests, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dragoman-store-");

    private string File => Path.Combine(folder.FullName, "data", Name + ".db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Only_the_owner_may_read_the_files()
    {
        await using var store = new SqliteStore(File);
        await WrittenAsync(store, Put("a", "{}", WriteCondition.Any));
        var files = Directory.GetFiles(Path.GetDirectoryName(File)!);
        Assert.Equal(3, files.Length);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(file)));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_file_that_others_may_read_is_closed_to_them()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        await System.IO.File.WriteAllBytesAsync(File, []);
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await using var store = new SqliteStore(File);
        await store.CheckAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_reported_and_left_alone()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        await System.IO.File.WriteAllTextAsync(File, string.Concat(Enumerable.Repeat("Somebody's notes. ", 100)));
        await using var store = new SqliteStore(File);
        Assert.Contains("not a database", (await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CheckAsync())).Message, StringComparison.Ordinal);
        Assert.StartsWith("Somebody's notes. ", await System.IO.File.ReadAllTextAsync(File), StringComparison.Ordinal);
    }

    /// <summary>An empty store would let nobody in, and nobody would know why.</summary>
    [Fact]
    public async Task A_file_that_has_disappeared_is_not_replaced_by_an_empty_one()
    {
        await using var store = new SqliteStore(File);
        await WrittenAsync(store, Put("a", "{}", WriteCondition.Any));
        SqliteConnection.ClearAllPools();
        System.IO.File.Delete(File);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.GetAsync("key", "a"));
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task A_write_ends_in_time_while_another_process_keeps_the_lock_and_is_repeated_afterwards()
    {
        await using var store = new SqliteStore(File, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
        await store.CheckAsync();
        var write = new Write(NewId(), [Put("a", "{}", WriteCondition.Absent)], []);
        using (var other = new SqliteConnection($"Data Source={File};Pooling=false"))
        {
            other.Open();
            using var locked = other.BeginTransaction(deferred: false);
            Assert.Contains("did not answer within 3 s", (await Assert.ThrowsAsync<StoreUnavailableException>(() => store.WriteAsync(write))).Message, StringComparison.Ordinal);
            Assert.Null(await store.GetAsync("key", "a"));
        }

        Assert.Equal(1, (await store.WriteAsync(write)).Version);
        AssertDocument(("a", 1, null, "{}"), await store.GetAsync("key", "a"));
    }

    /// <summary>Lists stay fast with a hundred thousand documents because no query reads or sorts all of them.</summary>
    [Theory]
    [InlineData("SELECT id, version, part_of, json FROM documents WHERE kind = 'key' AND id > 'a' AND json IS NOT NULL ORDER BY id LIMIT 10")]
    [InlineData("SELECT id, version, part_of, json FROM documents WHERE kind = 'key' AND part_of = 't' AND id > 'a' AND json IS NOT NULL ORDER BY id LIMIT 10")]
    [InlineData("SELECT kind, id, version, part_of, json FROM documents WHERE version > 5 AND substr(kind, 1, 6) <> 'lease-' ORDER BY version, kind, id LIMIT 10")]
    public async Task Every_list_has_its_index(string query)
    {
        await using var store = new SqliteStore(File);
        await store.CheckAsync();
        using var connection = new SqliteConnection($"Data Source={File};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + query;
        using var reader = command.ExecuteReader();
        var plan = new List<string>();
        while (reader.Read())
            plan.Add(reader.GetString(3));
        Assert.StartsWith("SEARCH documents USING INDEX", plan[0], StringComparison.Ordinal);
        Assert.DoesNotContain("USE TEMP B-TREE FOR ORDER BY", plan);
    }

    private protected override IDocumentStore Open() => new SqliteStore(File);

    private protected override IDocumentStore OpenMissing()
    {
        // A file cannot be a folder.
        System.IO.File.WriteAllText(Path.Combine(folder.FullName, "file"), "");
        return new SqliteStore(Path.Combine(folder.FullName, "file", "store.db"));
    }

    private protected override Task<long> CountRowsAsync()
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM operations) + (SELECT count(*) FROM audit)";
        return Task.FromResult((long)command.ExecuteScalar()!);
    }

    private protected override Task SetSchemaAsync(long schema)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"UPDATE store SET schema = {schema}";
        Assert.Equal(1, command.ExecuteNonQuery());
        return Task.CompletedTask;
    }
}
