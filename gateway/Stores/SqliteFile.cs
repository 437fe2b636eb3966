using Microsoft.Data.Sqlite;

namespace Dragoman.Stores;

/// <summary>
/// An SQLite file, which several processes of one machine may share. SQLite's calls block, so that all of them run on the thread pool.
/// </summary>
/// <remarks>
/// A write takes SQLite's only writing lock at its beginning. A transaction that reads first and writes later fails as soon as
/// another process writes in between, and waiting does not help (specs/stores.md 4).
/// </remarks>
internal sealed class SqliteFile : IAsyncDisposable
{
    /// <summary>How long one statement waits for another process that writes.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(4);

    private static readonly Lock Creation = new();

    /// <summary>Every file has them: the version says which release has made the others.</summary>
    private static readonly SchemaPart Documents = new(
        "store",
        "CREATE TABLE store (row INTEGER PRIMARY KEY CHECK (row = 1), schema INTEGER NOT NULL, version INTEGER NOT NULL)",
        "CREATE TABLE documents (kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, part_of TEXT, json BLOB, UNIQUE (kind, id))",
        "CREATE INDEX documents_by_owner ON documents (kind, part_of, id) WHERE json IS NOT NULL",
        $"CREATE INDEX documents_by_version ON documents (version) WHERE {LeaseKind.Excluded}",
        "CREATE TABLE audit (position INTEGER PRIMARY KEY, json BLOB NOT NULL)",
        "CREATE TABLE operations (id TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID",
        $"INSERT INTO store (row, schema, version) VALUES (1, {StoreSchemaException.Known}, 0)");

    private readonly string path;
    private readonly string name;
    private readonly string connectionString;
    private readonly StoreCall call;
    private readonly IReadOnlyList<SchemaPart> parts;

    /// <summary>Writers of this process wait here in order. At SQLite's lock they would wait by polling.</summary>
    private readonly SemaphoreSlim writer = new(1);

    private volatile bool ready;

    /// <param name="path">The file. It is created at first use, with its folder; only its owner may read it.</param>
    /// <param name="more">The tables that it has beside those of the documents.</param>
    public SqliteFile(string path, params IReadOnlyList<SchemaPart> more)
        : this(path, LongestWait, StoreLimits.LongestCall, more)
    {
    }

    public SqliteFile(string path, TimeSpan longestWait, TimeSpan longestCall, params IReadOnlyList<SchemaPart> more)
    {
        this.path = Path.GetFullPath(path);
        name = NameOf(this.path);
        call = new(name, Judge, longestCall);
        parts = [Documents, .. more];
        connectionString = new SqliteConnectionStringBuilder { DataSource = this.path, Mode = SqliteOpenMode.ReadWrite, DefaultTimeout = (int)Math.Ceiling(longestWait.TotalSeconds) }.ToString();
    }

    /// <summary>The file in messages.</summary>
    public static string NameOf(string path) => $"SQLite store {path}";

    public Task<T> ReadAsync<T>(Func<SqliteConnection, T> read, CancellationToken cancellation) => call.RunAsync(
        (_, ending) => Task.Run(() =>
        {
            using var connection = Open();
            return read(connection);
        }, ending),
        cancellation);

    /// <param name="write">Writes in a transaction, which it commits itself, so that it may also end it without a change.</param>
    /// <param name="cancellation">Ends the call, but not the transaction.</param>
    public Task<T> WriteAsync<T>(Func<SqliteConnection, SqliteTransaction, T> write, CancellationToken cancellation) => call.RunAsync(async (_, ending) =>
    {
        await writer.WaitAsync(ending).ConfigureAwait(false);
        // The lock is given back when the work ends, which may be after the caller has left.
        return await Task.Run(() =>
        {
            try
            {
                using var connection = Open();
                using var transaction = connection.BeginTransaction(deferred: false);
                return write(connection, transaction);
            }
            finally
            {
                writer.Release();
            }
        }, CancellationToken.None).ConfigureAwait(false);
    }, cancellation);

    /// <summary>The version of the documents.</summary>
    /// <exception cref="StoreSchemaException">A newer release has changed the schema.</exception>
    public long ReadVersion(SqliteConnection connection, SqliteTransaction? transaction)
    {
        using var command = Command(connection, transaction, "SELECT schema, version FROM store");
        using var reader = command.ExecuteReader();
        reader.Read();
        StoreSchemaException.Check(name, reader.GetInt64(0));
        return reader.GetInt64(1);
    }

    public ValueTask DisposeAsync()
    {
        using var connection = new SqliteConnection(connectionString);
        SqliteConnection.ClearPool(connection);
        return ValueTask.CompletedTask;
    }

    public static void Run(SqliteConnection connection, SqliteTransaction? transaction, string text, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(connection, transaction, text, values);
        command.ExecuteNonQuery();
    }

    public static SqliteCommand Command(SqliteConnection connection, SqliteTransaction? transaction, string text, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = text;
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);

        return command;
    }

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

    private void CreateSchema(SqliteConnection connection)
    {
        Run(connection, null, "PRAGMA journal_mode = WAL");
        using var transaction = connection.BeginTransaction(deferred: false);
        foreach (var part in parts)
        {
            using var table = Command(connection, transaction, "SELECT 1 FROM sqlite_schema WHERE name = $table", ("$table", part.Table));
            if (table.ExecuteScalar() is not null)
                continue;
            foreach (var statement in part.Statements)
                Run(connection, transaction, statement);
        }

        // A newer release may have other tables.
        ReadVersion(connection, transaction);
        transaction.Commit();
    }

    private static StoreFailure Judge(Exception exception) => exception switch
    {
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED or SQLitePCL.raw.SQLITE_PROTOCOL } => StoreFailure.Contended,
        SqliteException or IOException or UnauthorizedAccessException => StoreFailure.Broken,
        _ => StoreFailure.None,
    };
}
