using Dragoman.Identity;
using Npgsql;

namespace Dragoman.Stores;

/// <summary>A PostgreSQL database, for many machines. Its tables are in the database's schema <c>dragoman</c>.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    /// <summary>
    /// The columns of the first statement of each transaction that locks rows: the schema. A process that stops in the middle of it must not
    /// keep the locks, because others may wait only as long as a call takes. And nothing is compiled, which takes longer than to run it.
    /// </summary>
    public const string LockingColumns = "schema, set_config('idle_in_transaction_session_timeout', '5s', true), set_config('jit', 'off', true)";

    /// <summary>The first statement, if it does nothing else.</summary>
    public const string BeginLocking = $"SELECT {LockingColumns} FROM dragoman.store";

    private const int ConnectSeconds = 3;

    /// <summary>The advisory lock under which the schema is created. Any number that others are unlikely to use.</summary>
    private const long SchemaLock = 0x6472_6167_6f6d_616e;

    /// <summary>Every database has them: the version says which release has made the others.</summary>
    private static readonly SchemaPart Documents = new(
        "store",
        "CREATE SCHEMA IF NOT EXISTS dragoman",
        "CREATE TABLE dragoman.store (row smallint PRIMARY KEY CHECK (row = 1), schema bigint NOT NULL, version bigint NOT NULL)",
        // The order of bytes, which does not depend on the database's language.
        """CREATE TABLE dragoman.documents (kind text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, version bigint NOT NULL, part_of text COLLATE "C", json bytea, PRIMARY KEY (kind, id))""",
        "CREATE INDEX documents_by_owner ON dragoman.documents (kind, part_of, id) WHERE json IS NOT NULL",
        $"CREATE INDEX documents_by_version ON dragoman.documents (version) WHERE {LeaseKind.Excluded}",
        "CREATE TABLE dragoman.audit (position bigint PRIMARY KEY, json bytea NOT NULL)",
        """CREATE TABLE dragoman.operations (id text COLLATE "C" PRIMARY KEY, version bigint NOT NULL)""",
        $"INSERT INTO dragoman.store (row, schema, version) VALUES (1, {StoreSchemaException.Known}, 0)");

    private readonly NpgsqlDataSource source;
    private readonly StoreCall call;
    private readonly IReadOnlyList<SchemaPart> more;

    private volatile bool ready;

    /// <param name="connectionString">A connection string of Npgsql. The user needs the right to create a schema, or to use the schema <c>dragoman</c>.</param>
    /// <param name="longestCall">How long a call may take.</param>
    /// <param name="password">Gets the password of each new connection; null for the one of the connection string.</param>
    /// <param name="more">The tables that it has beside those of the documents.</param>
    /// <exception cref="ArgumentException">It is not a connection string.</exception>
    public PostgresDatabase(
        string connectionString, TimeSpan longestCall, Func<CancellationToken, ValueTask<string>>? password = null, params IReadOnlyList<SchemaPart> more)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(connectionString);
        builder.EnableTransportSecurity();
        builder.EnableArrays();
        // The tokens are kept and replaced elsewhere, for the whole process. A connection that is open keeps its session when its token expires.
        if (password is not null)
            builder.UsePasswordProvider(_ => throw new NotSupportedException("Connections are opened without blocking a thread."), (_, ending) => password(ending));
        var settings = builder.ConnectionStringBuilder;
        settings.Timeout = Math.Min(settings.Timeout, ConnectSeconds);
        settings.CommandTimeout = (int)Math.Ceiling(longestCall.TotalSeconds);
        settings.CancellationTimeout = 1000; // milliseconds
        // Nothing outlives its transaction, so that no connection needs a statement that resets it.
        settings.NoResetOnClose = true;
        Name = NameOf(settings);
        this.more = more;
        source = builder.Build();
        call = new(Name, Judge, longestCall);
    }

    /// <summary>The database in messages.</summary>
    public string Name { get; }

    /// <summary>The database in messages.</summary>
    public static string NameOf(NpgsqlConnectionStringBuilder settings) => $"PostgreSQL store {settings.Database ?? settings.Username} at {settings.Host}";

    /// <summary>Runs a call, again where that can help.</summary>
    public Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellation) => call.RunAsync((_, ending) => work(ending), cancellation);

    /// <summary>Runs a call on a connection of its own.</summary>
    public Task<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> read, CancellationToken cancellation) => CallAsync(async ending =>
    {
        await using var connection = await OpenAsync(ending).ConfigureAwait(false);
        return await read(connection, ending).ConfigureAwait(false);
    }, cancellation);

    /// <summary>A connection to a database with all tables.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken ending)
    {
        var connection = await ConnectAsync(ending).ConfigureAwait(false);
        try
        {
            if (!ready)
                await PrepareAsync(connection, ending).ConfigureAwait(false);
            ready = true;
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The version of the documents.</summary>
    /// <exception cref="StoreSchemaException">A newer release has changed the schema.</exception>
    public async Task<long> ReadVersionAsync(NpgsqlConnection connection, CancellationToken ending)
    {
        await using var command = new NpgsqlCommand("SELECT schema, version FROM dragoman.store", connection);
        await using var reader = await command.ExecuteReaderAsync(ending).ConfigureAwait(false);
        await reader.ReadAsync(ending).ConfigureAwait(false);
        StoreSchemaException.Check(Name, reader.GetInt64(0));
        return reader.GetInt64(1);
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    public static void Add(NpgsqlBatch batch, string text, params ReadOnlySpan<NpgsqlParameter> values)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var value in values)
            command.Parameters.Add(value);
        batch.BatchCommands.Add(command);
    }

    public static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken ending)
    {
        try
        {
            return await source.OpenConnectionAsync(ending).ConfigureAwait(false);
        }
        catch (NpgsqlException error) when (error.InnerException is EntraException reason)
        {
            // Npgsql's own message only says that there is no password.
            throw reason;
        }
    }

    private async Task PrepareAsync(NpgsqlConnection connection, CancellationToken ending)
    {
        await CreateAsync(connection, Documents, ending).ConfigureAwait(false);
        // A newer release may have replaced the other tables.
        if (more.Count > 0)
            await ReadVersionAsync(connection, ending).ConfigureAwait(false);
        foreach (var part in more)
            await CreateAsync(connection, part, ending).ConfigureAwait(false);
    }

    private static async Task CreateAsync(NpgsqlConnection connection, SchemaPart part, CancellationToken ending)
    {
        // CREATE SCHEMA IF NOT EXISTS asks for the right to create one even if it exists. Functions such as to_regclass would answer
        // from the session's cache, also after the lock has waited for the process that creates the schema.
        const string IsThere = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'dragoman' AND tablename = $1)";
        await using (var check = new NpgsqlCommand(IsThere, connection) { Parameters = { Value(part.Table) } })
        {
            if (await check.ExecuteScalarAsync(ending).ConfigureAwait(false) is true)
                return;
        }

        await using var transaction = await connection.BeginTransactionAsync(ending).ConfigureAwait(false);
        bool isThere;
        await using (var batch = new NpgsqlBatch(connection))
        {
            Add(batch, "SELECT pg_advisory_xact_lock($1)", Value(SchemaLock));
            Add(batch, IsThere, Value(part.Table));
            await using var reader = await batch.ExecuteReaderAsync(ending).ConfigureAwait(false);
            await reader.NextResultAsync(ending).ConfigureAwait(false);
            await reader.ReadAsync(ending).ConfigureAwait(false);
            isThere = reader.GetBoolean(0);
        }

        if (!isThere)
        {
            await using var batch = new NpgsqlBatch(connection);
            foreach (var statement in part.Statements)
                Add(batch, statement);
            await batch.ExecuteNonQueryAsync(ending).ConfigureAwait(false);
        }

        // Also without a change: a rollback that fails would close the connection without an exception.
        await transaction.CommitAsync(ending).ConfigureAwait(false);
    }

    private static StoreFailure Judge(Exception exception) => exception switch
    {
        PostgresException
        {
            SqlState: PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
                or PostgresErrorCodes.UniqueViolation,
        } => StoreFailure.Contended,
        // A pooled connection is found to be dead only when it is used.
        NpgsqlException { IsTransient: true } => StoreFailure.Away,
        NpgsqlException or EntraException { IsMissing: true } => StoreFailure.Broken,
        EntraException => StoreFailure.Away,
        _ => StoreFailure.None,
    };
}
