using Npgsql;
using static Dragoman.Stores.PostgresDatabase;

namespace Dragoman.Stores;

/// <summary>A store in a PostgreSQL database, for many machines. Its tables are in the database's schema <c>dragoman</c>.</summary>
/// <remarks>
/// A write first locks the one row that has the store's version, so that versions are committed in their order. A sequence would
/// give numbers out before the commit, and a reader of the feed could pass one that is committed later. Under that lock the write looks
/// for its operation id: after an exception from COMMIT, or a connection that was cut, the first try may have been applied,
/// or may still be running (specs/stores.md 2). The lock makes a second try wait for it.
/// </remarks>
public sealed class PostgresStore : IDocumentStore
{
    private readonly PostgresDatabase database;

    /// <summary>Writers of this process wait here in order. More connections that wait for one row are slower (specs/stores.md 2).</summary>
    private readonly SemaphoreSlim writer = new(1);

    /// <param name="connectionString">A connection string of Npgsql. The user needs the right to create a schema, or to use the schema <c>dragoman</c>.</param>
    /// <exception cref="ArgumentException">It is not a connection string.</exception>
    public PostgresStore(string connectionString)
        : this(connectionString, StoreLimits.LongestCall)
    {
    }

    internal PostgresStore(string connectionString, TimeSpan longestCall, Func<CancellationToken, ValueTask<string>>? password = null) =>
        database = new(connectionString, longestCall, password);

    public Task<StoredDocument?> GetAsync(string kind, string id, CancellationToken cancellation = default)
    {
        StoreLimits.CheckName(kind, id);
        return database.ReadAsync(async (connection, ending) =>
        {
            await using var command = new NpgsqlCommand("SELECT version, part_of, json FROM dragoman.documents WHERE kind = $1 AND id = $2 AND json IS NOT NULL", connection) { Parameters = { Value(kind), Value(id) } };
            await using var reader = await command.ExecuteReaderAsync(ending).ConfigureAwait(false);
            return await reader.ReadAsync(ending).ConfigureAwait(false) ? new StoredDocument(kind, id, reader.GetInt64(0), reader.TextAt(1), reader.GetFieldValue<byte[]>(2)) : null;
        }, cancellation);
    }

    public Task<DateTimeOffset?> ReadClockAsync(CancellationToken cancellation = default) => database.ReadAsync(async (connection, ending) =>
    {
        await using var command = new NpgsqlCommand("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint", connection);
        return (DateTimeOffset?)DateTimeOffset.FromUnixTimeMilliseconds((long)(await command.ExecuteScalarAsync(ending).ConfigureAwait(false))!);
    }, cancellation);

    public Task<IReadOnlyList<StoredDocument>> ListAsync(string kind, string? partOf, string? after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckList(kind, partOf, take);
        return database.ReadAsync<IReadOnlyList<StoredDocument>>(async (connection, ending) =>
        {
            var owner = partOf is null ? "" : "part_of = $4 AND ";
            await using var command = new NpgsqlCommand(
                $"SELECT id, version, part_of, json FROM dragoman.documents WHERE kind = $1 AND {owner}id > $2 AND json IS NOT NULL ORDER BY id LIMIT $3",
                connection)
            {
                Parameters = { Value(kind), Value(after ?? ""), Value(take) },
            };
            if (partOf is not null)
                command.Parameters.Add(Value(partOf));
            await using var reader = await command.ExecuteReaderAsync(ending).ConfigureAwait(false);
            var page = new List<StoredDocument>();
            while (await reader.ReadAsync(ending).ConfigureAwait(false))
                page.Add(new(kind, reader.GetString(0), reader.GetInt64(1), reader.TextAt(2), reader.GetFieldValue<byte[]>(3)));
            return page;
        }, cancellation);
    }

    public Task<WriteResult> WriteAsync(Write write, CancellationToken cancellation = default) => database.CallAsync(async ending =>
    {
        await writer.WaitAsync(ending).ConfigureAwait(false);
        try
        {
            await using var connection = await database.OpenAsync(ending).ConfigureAwait(false);
            return await ApplyAsync(connection, write, ending).ConfigureAwait(false);
        }
        finally
        {
            writer.Release();
        }
    }, cancellation);

    public Task<ChangePage> ChangesAsync(long after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckPage(after, take, StoreLimits.MostDocuments);
        return database.ReadAsync(async (connection, ending) =>
        {
            var version = await database.ReadVersionAsync(connection, ending).ConfigureAwait(false);
            var found = new List<DocumentChange>();
            if (version > after)
            {
                await using var command = new NpgsqlCommand($"SELECT kind, id, version, part_of, json FROM dragoman.documents WHERE version > $1 AND {LeaseKind.Excluded} ORDER BY version, kind, id LIMIT $2", connection) { Parameters = { Value(after), Value(take + 1) } };
                await using var reader = await command.ExecuteReaderAsync(ending).ConfigureAwait(false);
                while (await reader.ReadAsync(ending).ConfigureAwait(false))
                    found.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.TextAt(3), reader.JsonAt(4)));
            }

            return ChangePage.Of(found, take, version);
        }, cancellation);
    }

    public Task<IReadOnlyList<AuditEntry>> AuditAsync(long after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckPage(after, take);
        return database.ReadAsync<IReadOnlyList<AuditEntry>>(async (connection, ending) =>
        {
            await using var command = new NpgsqlCommand("SELECT position, json FROM dragoman.audit WHERE position > $1 ORDER BY position LIMIT $2", connection) { Parameters = { Value(after), Value(take) } };
            await using var reader = await command.ExecuteReaderAsync(ending).ConfigureAwait(false);
            var page = new List<AuditEntry>();
            while (await reader.ReadAsync(ending).ConfigureAwait(false))
                page.Add(AuditEntry.At(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
            return page;
        }, cancellation);
    }

    public Task CheckAsync(CancellationToken cancellation = default) => database.ReadAsync(database.ReadVersionAsync, cancellation);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private async Task<WriteResult> ApplyAsync(NpgsqlConnection connection, Write write, CancellationToken ending)
    {
        await using var transaction = await connection.BeginTransactionAsync(ending).ConfigureAwait(false);
        var (version, earlier, found) = await LockAsync(connection, write, ending).ConfigureAwait(false);
        if (earlier is { } first)
            return WriteResult.Written(first);
        version++;

        await using var batch = new NpgsqlBatch(connection);
        for (var index = 0; index < write.Documents.Count; index++)
        {
            var document = write.Documents[index];
            (long? Version, string? PartOf) current = found.TryGetValue((document.Kind, document.Id), out var live) ? live : (null, null);
            if (document.RefusalFor(current.Version, current.PartOf) is { } refusal)
                return WriteResult.Refused(index, refusal);
            if (document.Json is { } json)
            {
                Add(
                    batch,
                    """
                    INSERT INTO dragoman.documents (kind, id, version, part_of, json) VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT (kind, id) DO UPDATE SET version = $3, part_of = $4, json = $5
                    """,
                    Value(document.Kind), Value(document.Id), Value(version), Value(document.PartOf), Value(json.ToArray()));
            }
            else if (current.Version is not null && LeaseKind.Contains(document.Kind))
            {
                Add(batch, "DELETE FROM dragoman.documents WHERE kind = $1 AND id = $2", Value(document.Kind), Value(document.Id));
            }
            else if (current.Version is not null)
            {
                Add(batch, "UPDATE dragoman.documents SET version = $3, json = NULL WHERE kind = $1 AND id = $2", Value(document.Kind), Value(document.Id), Value(version));
            }
        }

        for (var index = 0; index < write.Audit.Count; index++)
            Add(batch, "INSERT INTO dragoman.audit (position, json) VALUES ($1, $2)", Value(AuditEntry.PositionOf(version, index)), Value(write.Audit[index].ToArray()));
        if (write.OperationId is not null)
            Add(batch, "INSERT INTO dragoman.operations (id, version) VALUES ($1, $2)", Value(write.OperationId), Value(version));
        Add(batch, "UPDATE dragoman.store SET version = $1", Value(version));
        await batch.ExecuteNonQueryAsync(ending).ConfigureAwait(false);
        await transaction.CommitAsync(ending).ConfigureAwait(false);
        return WriteResult.Written(version);
    }

    /// <summary>Locks the store's version until the transaction ends, and reads what the write depends on.</summary>
    private async Task<(long Version, long? Earlier, Dictionary<(string, string), (long?, string?)> Found)> LockAsync(NpgsqlConnection connection, Write write, CancellationToken ending)
    {
        await using var batch = new NpgsqlBatch(connection);
        // A process that stops in the middle of its write must not keep the lock: others may wait only as long as a call takes.
        Add(batch, "SET LOCAL idle_in_transaction_session_timeout = '5s'");
        // Each statement sees what was committed before it began, so the later ones see what the lock has waited for.
        Add(batch, "SELECT schema, version FROM dragoman.store FOR UPDATE");
        Add(batch, "SELECT version FROM dragoman.operations WHERE id = $1", Value(write.OperationId));
        Add(
            batch,
            "SELECT kind, id, version, part_of FROM dragoman.documents JOIN unnest($1, $2) AS wanted (kind, id) USING (kind, id) WHERE json IS NOT NULL",
            Value(write.Documents.Select(document => document.Kind).ToArray()), Value(write.Documents.Select(document => document.Id).ToArray()));
        await using var reader = await batch.ExecuteReaderAsync(ending).ConfigureAwait(false);
        await reader.ReadAsync(ending).ConfigureAwait(false);
        StoreSchemaException.Check(database.Name, reader.GetInt64(0));
        var version = reader.GetInt64(1);
        await reader.NextResultAsync(ending).ConfigureAwait(false);
        long? earlier = await reader.ReadAsync(ending).ConfigureAwait(false) ? reader.GetInt64(0) : null;
        await reader.NextResultAsync(ending).ConfigureAwait(false);
        var found = new Dictionary<(string, string), (long?, string?)>();
        while (await reader.ReadAsync(ending).ConfigureAwait(false))
            found[(reader.GetString(0), reader.GetString(1))] = (reader.GetInt64(2), reader.TextAt(3));
        return (version, earlier, found);
    }
}
