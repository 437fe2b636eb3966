using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using static Dragoman.Stores.TableKey;
using static Dragoman.Stores.TableRows;

namespace Dragoman.Stores;

/// <summary>A store in one table of Azure Table Storage, which costs nothing while nobody uses it.</summary>
/// <remarks>
/// All rows are in one partition, because only the rows of one partition can be written together. Each write replaces the row with the
/// store's version on the condition of its ETag, so that writes are applied one after the other, and inserts a row for its
/// operation id, if it has one. The client sends a write again whose answer was lost, and then reports a conflict with that write itself
/// (specs/stores.md 1). So after every conflict and every failure the write looks for its operation id.
/// </remarks>
public sealed class TableStore : IDocumentStore
{
    private readonly TablePartition partition;
    private readonly TableRows table;

    /// <summary>Writers of this process wait here in order. More writers that try at once get less done (specs/stores.md 1).</summary>
    private readonly SemaphoreSlim writer = new(1);

    internal TableStore(TableAddress address)
        : this(address, StoreLimits.LongestCall, null)
    {
    }

    internal TableStore(TableAddress address, TimeSpan longestCall, Action<ClientOptions>? change)
    {
        partition = new(address, "s", longestCall, change);
        table = partition.Rows;
    }

    public Task<StoredDocument?> GetAsync(string kind, string id, CancellationToken cancellation = default)
    {
        StoreLimits.CheckName(kind, id);
        return partition.ReadAsync(async ending => await table.FindAsync(DocumentKey(kind, id), ending).ConfigureAwait(false) is { Json: { } json } row
            ? new StoredDocument(kind, id, Number(row.Version), row.Owner, json)
            : null, cancellation);
    }

    public Task<IReadOnlyList<StoredDocument>> ListAsync(string kind, string? partOf, string? after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckList(kind, partOf, take);
        var prefix = partOf is null ? DocumentKey(kind, "") : OwnedKey(kind, partOf, "");
        // A deleted document leaves a row, so that its name and its last change can be found.
        var filter = table.Between(prefix + Hex(after ?? ""), prefix + AfterHex) + (partOf is null ? " and D eq false" : "");
        return partition.ReadAsync<IReadOnlyList<StoredDocument>>(async ending =>
        {
            var rows = await table.QueryAsync(filter, take, ending).ConfigureAwait(false);
            return rows.ConvertAll(row => new StoredDocument(kind, Text(row.RowKey[prefix.Length..]), Number(row.Version), row.Owner, row.Json));
        }, cancellation);
    }

    public Task<WriteResult> WriteAsync(Write write, CancellationToken cancellation = default) => partition.CallAsync(async (tries, ending) =>
    {
        await writer.WaitAsync(ending).ConfigureAwait(false);
        try
        {
            await partition.PrepareAsync(ending).ConfigureAwait(false);
            // An earlier try, or the client's own second one, may have been applied.
            if (tries > 0 && await FindOperationAsync(write, ending).ConfigureAwait(false) is { } first)
                return WriteResult.Written(first);
            return await ApplyAsync(write, ending).ConfigureAwait(false);
        }
        finally
        {
            writer.Release();
        }
    }, cancellation);

    public Task<ChangePage> ChangesAsync(long after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckPage(after, take, StoreLimits.MostDocuments);
        return partition.ReadAsync(async ending =>
        {
            var (version, _) = await partition.ReadVersionAsync(ending).ConfigureAwait(false);
            if (version <= after)
                return ChangePage.Of([], take, version);
            // A change that moves while its rows are read moves to a later place, so it is not missed.
            var rows = await table.QueryAsync(table.Between(ChangeKey(after, StoreLimits.MostDocuments), ChangeKey(long.MaxValue, 0)), take + 1, ending).ConfigureAwait(false);
            return ChangePage.Of(rows.ConvertAll(row => new DocumentChange(row.Kind!, Text(row.Id!), Number(row.Version), row.Owner, Json(row))), take, version);
        }, cancellation);
    }

    public Task<IReadOnlyList<AuditEntry>> AuditAsync(long after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckPage(after, take);
        return partition.ReadAsync<IReadOnlyList<AuditEntry>>(async ending =>
        {
            var rows = await table.QueryAsync(table.Between(AuditKey(after), AuditKey(long.MaxValue)), take, ending).ConfigureAwait(false);
            return rows.ConvertAll(row => AuditEntry.At(Number(row.Position), row.Json));
        }, cancellation);
    }

    public Task CheckAsync(CancellationToken cancellation = default) => partition.ReadAsync(partition.ReadVersionAsync, cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<WriteResult> ApplyAsync(Write write, CancellationToken ending)
    {
        // First the version: if anything that is read afterwards changes, the version's ETag no longer fits.
        var (version, tag) = await partition.ReadVersionAsync(ending).ConfigureAwait(false);
        version++;
        var found = await Task.WhenAll(write.Documents.Select(document => table.FindAsync(DocumentKey(document.Kind, document.Id), ending))).ConfigureAwait(false);
        var transaction = table.Begin();
        if (write.OperationId is not null)
            transaction.Insert(new() { RowKey = OperationKey(write.OperationId), Version = version });
        transaction.Replace(new() { RowKey = TablePartition.VersionRow, Version = version, Schema = StoreSchemaException.Known }, tag);
        for (var index = 0; index < write.Documents.Count; index++)
        {
            var document = write.Documents[index];
            var isThere = found[index]?.Json is not null;
            if (document.RefusalFor(isThere ? found[index]!.Version : null, found[index]?.Owner) is { } refusal)
            {
                // The condition is not met because of this write itself, if an earlier try was applied.
                return await FindOperationAsync(write, ending).ConfigureAwait(false) is { } first ? WriteResult.Written(first) : WriteResult.Refused(index, refusal);
            }

            if (document.Json is not null || isThere)
                AddChange(transaction, document, index, version, found[index]);
        }

        for (var index = 0; index < write.Audit.Count; index++)
        {
            var position = AuditEntry.PositionOf(version, index);
            transaction.Insert(new() { RowKey = AuditKey(position), Position = position, Json = write.Audit[index].ToArray() });
        }

        await table.SubmitAsync(transaction, ending).ConfigureAwait(false);
        return WriteResult.Written(version);
    }

    /// <summary>The rows of a document: by its id, by its owner and its id, and by its version for the feed, unless it is a lease.</summary>
    private static void AddChange(TableTransaction transaction, DocumentWrite document, int index, long version, TableRow? before)
    {
        var json = document.Json?.ToArray();
        var owner = json is null ? before!.Owner : document.PartOf;
        var isLease = LeaseKind.Contains(document.Kind);
        if (isLease && json is null)
            transaction.Delete(DocumentKey(document.Kind, document.Id));
        else
            transaction.Put(new() { RowKey = DocumentKey(document.Kind, document.Id), Version = version, Position = index, Owner = owner, Json = json, IsDeleted = json is null });
        if (!isLease)
        {
            transaction.Insert(new() { RowKey = ChangeKey(version, index), Version = version, Kind = document.Kind, Id = Hex(document.Id), Owner = owner, Json = json });
            if (before is not null)
                transaction.Delete(ChangeKey(Number(before.Version), (int)Number(before.Position)));
        }

        if (owner is null)
            return;
        var owned = OwnedKey(document.Kind, owner, document.Id);
        if (json is null)
            transaction.Delete(owned);
        else
            transaction.Put(new() { RowKey = owned, Version = version, Owner = owner, Json = json });
    }

    private async Task<long?> FindOperationAsync(Write write, CancellationToken ending) =>
        write.OperationId is { } id && await table.FindAsync(OperationKey(id), ending).ConfigureAwait(false) is { } row ? Number(row.Version) : null;

    private static string DocumentKey(string kind, string id) => $"d,{kind},{Hex(id)}";

    /// <summary>Owners need no order, and two names together would be too long for a key.</summary>
    private static string OwnedKey(string kind, string owner, string id) => $"p,{kind},{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner)))},{Hex(id)}";

    private static string ChangeKey(long version, int index) => $"c,{version.ToString(Digits, null)},{index:00}";

    private static string AuditKey(long position) => $"a,{position.ToString(Digits, null)}";

    private static string OperationKey(string id) => $"o,{Hex(id)}";

    /// <summary>A conditional expression with null and an array would be an empty memory, not none.</summary>
    private static ReadOnlyMemory<byte>? Json(TableRow row)
    {
        if (row.Json is { } json)
            return json;
        return null;
    }
}
