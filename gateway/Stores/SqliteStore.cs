using Microsoft.Data.Sqlite;

namespace Dragoman.Stores;

/// <summary>
/// A store in one SQLite file, which several processes of one machine may share. SQLite's calls block, so that all of them run on
/// the thread pool.
/// </summary>
/// <remarks>
/// A write takes SQLite's only writing lock at its beginning. A transaction that reads first and writes later fails as soon as
/// another process writes in between, and waiting does not help (specs/stores.md 4).
/// </remarks>
public sealed class SqliteStore : IDocumentStore
{
    /// <summary>How long one statement waits for another process that writes.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(4);

    private static readonly Lock Creation = new();

    private readonly string path;
    private readonly string name;
    private readonly string connectionString;
    private readonly StoreCall call;

    /// <summary>Writers of this process wait here in order. At SQLite's lock they would wait by polling.</summary>
    private readonly SemaphoreSlim writer = new(1);

    private volatile bool ready;

    /// <param name="path">The file. It is created at first use, with its folder; only its owner may read it.</param>
    public SqliteStore(string path)
        : this(path, LongestWait, StoreLimits.LongestCall)
    {
    }

    internal SqliteStore(string path, TimeSpan longestWait, TimeSpan longestCall)
    {
        this.path = Path.GetFullPath(path);
        name = NameOf(this.path);
        call = new(name, Judge, longestCall);
        connectionString = new SqliteConnectionStringBuilder { DataSource = this.path, Mode = SqliteOpenMode.ReadWrite, DefaultTimeout = (int)Math.Ceiling(longestWait.TotalSeconds) }.ToString();
    }

    /// <summary>The file in messages.</summary>
    internal static string NameOf(string path) => $"SQLite store {path}";

    public Task<StoredDocument?> GetAsync(string kind, string id, CancellationToken cancellation = default)
    {
        StoreLimits.CheckName(kind, id);
        return ReadAsync(connection =>
        {
            using var command = Command(connection, null, "SELECT version, part_of, json FROM documents WHERE kind = $kind AND id = $id AND json IS NOT NULL", ("$kind", kind), ("$id", id));
            using var reader = command.ExecuteReader();
            return reader.Read() ? new StoredDocument(kind, id, reader.GetInt64(0), reader.TextAt(1), reader.GetFieldValue<byte[]>(2)) : null;
        }, cancellation);
    }

    public Task<IReadOnlyList<StoredDocument>> ListAsync(string kind, string? partOf, string? after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckList(kind, partOf, take);
        var owner = partOf is null ? "" : "part_of = $owner AND ";
        return ReadAsync<IReadOnlyList<StoredDocument>>(connection =>
        {
            using var command = Command(
                connection,
                null,
                $"SELECT id, version, part_of, json FROM documents WHERE kind = $kind AND {owner}id > $after AND json IS NOT NULL ORDER BY id LIMIT $take",
                ("$kind", kind), ("$owner", partOf), ("$after", after ?? ""), ("$take", take));
            using var reader = command.ExecuteReader();
            var page = new List<StoredDocument>();
            while (reader.Read())
                page.Add(new(kind, reader.GetString(0), reader.GetInt64(1), reader.TextAt(2), reader.GetFieldValue<byte[]>(3)));
            return page;
        }, cancellation);
    }

    public Task<WriteResult> WriteAsync(Write write, CancellationToken cancellation = default) => call.RunAsync(async (_, ending) =>
    {
        await writer.WaitAsync(ending).ConfigureAwait(false);
        // The lock is given back when the work ends, which may be after the caller has left.
        return await Task.Run(() =>
        {
            try
            {
                using var connection = Open();
                return Apply(connection, write);
            }
            finally
            {
                writer.Release();
            }
        }, CancellationToken.None).ConfigureAwait(false);
    }, cancellation);

    public Task<ChangePage> ChangesAsync(long after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckPage(after, take, StoreLimits.MostDocuments);
        return ReadAsync(connection =>
        {
            var version = ReadVersion(connection, null);
            var found = new List<DocumentChange>();
            if (version > after)
            {
                using var command = Command(connection, null, $"SELECT kind, id, version, part_of, json FROM documents WHERE version > $after AND {LeaseKind.Excluded} ORDER BY version, kind, id LIMIT $take", ("$after", after), ("$take", take + 1));
                using var reader = command.ExecuteReader();
                while (reader.Read())
                    found.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.TextAt(3), reader.JsonAt(4)));
            }

            return ChangePage.Of(found, take, version);
        }, cancellation);
    }

    public Task<IReadOnlyList<AuditEntry>> AuditAsync(long after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckPage(after, take);
        return ReadAsync<IReadOnlyList<AuditEntry>>(connection =>
        {
            using var command = Command(connection, null, "SELECT position, json FROM audit WHERE position > $after ORDER BY position LIMIT $take", ("$after", after), ("$take", take));
            using var reader = command.ExecuteReader();
            var page = new List<AuditEntry>();
            while (reader.Read())
                page.Add(AuditEntry.At(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
            return page;
        }, cancellation);
    }

    public Task CheckAsync(CancellationToken cancellation = default) => ReadAsync(connection => ReadVersion(connection, null), cancellation);

    public ValueTask DisposeAsync()
    {
        using var connection = new SqliteConnection(connectionString);
        SqliteConnection.ClearPool(connection);
        return ValueTask.CompletedTask;
    }

    private WriteResult Apply(SqliteConnection connection, Write write)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = ReadVersion(connection, transaction) + 1;
        if (write.OperationId is { } operation && FindOperation(connection, transaction, operation) is { } first)
            return WriteResult.Written(first);
        for (var index = 0; index < write.Documents.Count; index++)
        {
            var document = write.Documents[index];
            var (found, partOf) = Find(connection, transaction, document);
            if (document.RefusalFor(found, partOf) is { } refusal)
                return WriteResult.Refused(index, refusal);
            if (document.Json is { } json)
            {
                Run(
                    connection,
                    transaction,
                    """
                    INSERT INTO documents (kind, id, version, part_of, json) VALUES ($kind, $id, $version, $owner, $json)
                    ON CONFLICT (kind, id) DO UPDATE SET version = $version, part_of = $owner, json = $json
                    """,
                    ("$kind", document.Kind), ("$id", document.Id), ("$version", version), ("$owner", document.PartOf), ("$json", json.ToArray()));
            }
            else if (found is not null && LeaseKind.Contains(document.Kind))
            {
                Run(connection, transaction, "DELETE FROM documents WHERE kind = $kind AND id = $id", ("$kind", document.Kind), ("$id", document.Id));
            }
            else if (found is not null)
            {
                Run(connection, transaction, "UPDATE documents SET version = $version, json = NULL WHERE kind = $kind AND id = $id", ("$kind", document.Kind), ("$id", document.Id), ("$version", version));
            }
        }

        for (var index = 0; index < write.Audit.Count; index++)
            Run(connection, transaction, "INSERT INTO audit (position, json) VALUES ($position, $json)", ("$position", AuditEntry.PositionOf(version, index)), ("$json", write.Audit[index].ToArray()));
        if (write.OperationId is not null)
            Run(connection, transaction, "INSERT INTO operations (id, version) VALUES ($id, $version)", ("$id", write.OperationId), ("$version", version));
        Run(connection, transaction, "UPDATE store SET version = $version", ("$version", version));
        transaction.Commit();
        return WriteResult.Written(version);
    }

    /// <summary>The version of the write with an operation id, if it was applied before.</summary>
    private static long? FindOperation(SqliteConnection connection, SqliteTransaction transaction, string id)
    {
        using var command = Command(connection, transaction, "SELECT version FROM operations WHERE id = $id", ("$id", id));
        return command.ExecuteScalar() as long?;
    }

    /// <summary>The version and the owner of a document that a write changes; its version is null if there is none.</summary>
    private static (long? Version, string? PartOf) Find(SqliteConnection connection, SqliteTransaction transaction, DocumentWrite document)
    {
        using var command = Command(connection, transaction, "SELECT version, part_of FROM documents WHERE kind = $kind AND id = $id AND json IS NOT NULL", ("$kind", document.Kind), ("$id", document.Id));
        using var reader = command.ExecuteReader();
        return reader.Read() ? (reader.GetInt64(0), reader.TextAt(1)) : (null, null);
    }

    private Task<T> ReadAsync<T>(Func<SqliteConnection, T> read, CancellationToken cancellation) => call.RunAsync(
        (_, ending) => Task.Run(() =>
        {
            using var connection = Open();
            return read(connection);
        }, ending),
        cancellation);

    private SqliteConnection Open()
    {
        if (!ready)
            CreateFile();
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            if (!ready)
                CreateSchema(connection);
            ready = true;
            // An entry of the audit log must survive a power failure, whatever the library was compiled with.
            Run(connection, null, "PRAGMA synchronous = FULL");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Creates the file, so that nobody but its owner can read it even for a moment. SQLite gives its other files the same rights.
    /// SQLite itself creates none: when the file has disappeared later, an empty one would look like a store without keys.
    /// </summary>
    /// <remarks>
    /// A file that exists is never opened here: to close it would release the locks that SQLite holds on it in this process, because
    /// POSIX locks belong to the process. For the same reason only one store creates a file at a time.
    /// </remarks>
    private void CreateFile()
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        var folder = Path.GetDirectoryName(path)!;
        lock (Creation)
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
                options.UnixCreateMode = OwnerOnly;
            }

            try
            {
                if (!File.Exists(path))
                    new FileStream(path, options).Dispose();
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process was first.
            }
        }

        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path) != OwnerOnly)
            File.SetUnixFileMode(path, OwnerOnly);
    }

    private static void CreateSchema(SqliteConnection connection)
    {
        Run(connection, null, "PRAGMA journal_mode = WAL");
        using var transaction = connection.BeginTransaction(deferred: false);
        using (var tables = Command(connection, transaction, "SELECT 1 FROM sqlite_schema WHERE name = 'store'"))
        {
            if (tables.ExecuteScalar() is not null)
                return;
        }

        Run(
            connection,
            transaction,
            $"""
            CREATE TABLE store (row INTEGER PRIMARY KEY CHECK (row = 1), schema INTEGER NOT NULL, version INTEGER NOT NULL);
            CREATE TABLE documents (kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, part_of TEXT, json BLOB, UNIQUE (kind, id));
            CREATE INDEX documents_by_owner ON documents (kind, part_of, id) WHERE json IS NOT NULL;
            CREATE INDEX documents_by_version ON documents (version) WHERE {LeaseKind.Excluded};
            CREATE TABLE audit (position INTEGER PRIMARY KEY, json BLOB NOT NULL);
            CREATE TABLE operations (id TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
            """);
        Run(connection, transaction, "INSERT INTO store (row, schema, version) VALUES (1, $schema, 0)", ("$schema", StoreSchemaException.Known));
        transaction.Commit();
    }

    private long ReadVersion(SqliteConnection connection, SqliteTransaction? transaction)
    {
        using var command = Command(connection, transaction, "SELECT schema, version FROM store");
        using var reader = command.ExecuteReader();
        reader.Read();
        StoreSchemaException.Check(name, reader.GetInt64(0));
        return reader.GetInt64(1);
    }

    private static void Run(SqliteConnection connection, SqliteTransaction? transaction, string text, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(connection, transaction, text, values);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, SqliteTransaction? transaction, string text, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = text;
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);

        return command;
    }

    private static StoreFailure Judge(Exception exception) => exception switch
    {
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED or SQLitePCL.raw.SQLITE_PROTOCOL } => StoreFailure.Contended,
        SqliteException or IOException or UnauthorizedAccessException => StoreFailure.Broken,
        _ => StoreFailure.None,
    };
}
