using Microsoft.Data.Sqlite;
using static Dragoman.Stores.SqliteFile;

namespace Dragoman.Stores;

/// <summary>A store in one SQLite file, which several processes of one machine may share.</summary>
public sealed class SqliteStore : IDocumentStore
{
    private readonly SqliteFile file;

    /// <param name="path">The file. It is created at first use, with its folder; only its owner may read it.</param>
    public SqliteStore(string path) => file = new(path);

    internal SqliteStore(string path, TimeSpan longestWait, TimeSpan longestCall) => file = new(path, longestWait, longestCall);

    public Task<StoredDocument?> GetAsync(string kind, string id, CancellationToken cancellation = default)
    {
        StoreLimits.CheckName(kind, id);
        return file.ReadAsync(connection =>
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
        return file.ReadAsync<IReadOnlyList<StoredDocument>>(connection =>
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

    public Task<WriteResult> WriteAsync(Write write, CancellationToken cancellation = default) => file.WriteAsync((connection, transaction) => Apply(connection, transaction, write), cancellation);

    public Task<ChangePage> ChangesAsync(long after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckPage(after, take, StoreLimits.MostDocuments);
        return file.ReadAsync(connection =>
        {
            var version = file.ReadVersion(connection, null);
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
        return file.ReadAsync<IReadOnlyList<AuditEntry>>(connection =>
        {
            using var command = Command(connection, null, "SELECT position, json FROM audit WHERE position > $after ORDER BY position LIMIT $take", ("$after", after), ("$take", take));
            using var reader = command.ExecuteReader();
            var page = new List<AuditEntry>();
            while (reader.Read())
                page.Add(AuditEntry.At(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
            return page;
        }, cancellation);
    }

    public Task CheckAsync(CancellationToken cancellation = default) => file.ReadAsync(connection => file.ReadVersion(connection, null), cancellation);

    public ValueTask DisposeAsync() => file.DisposeAsync();

    private WriteResult Apply(SqliteConnection connection, SqliteTransaction transaction, Write write)
    {
        var version = file.ReadVersion(connection, transaction) + 1;
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
}
