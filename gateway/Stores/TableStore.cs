using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace Dragoman.Stores;

/// <summary>A store in one table of Azure Table Storage, which costs nothing while nobody uses it.</summary>
/// <remarks>
/// All rows are in one partition, because only the rows of one partition can be written together. Each write replaces the row with the
/// store's version on the condition of its ETag, so that writes are applied one after the other, and inserts a row for its
/// operation id. The client sends a write again whose answer was lost, and then reports a conflict with that write itself
/// (specs/stores.md 1). So after every conflict and every failure the write looks for its operation id.
/// </remarks>
public sealed class TableStore : IDocumentStore
{
    private const string Partition = "s";

    private const string VersionRow = "v";

    /// <summary>Digits of a version in a key, so that keys are sorted as numbers.</summary>
    private const string Digits = "D19";

    /// <summary>Sorts after every hexadecimal digit.</summary>
    private const char AfterHex = 'g';

    private const string Conflict = "The row was changed by another writer.";

    private readonly TableClient table;
    private readonly string name;
    private readonly StoreCall call;

    /// <summary>Writers of this process wait here in order. More writers that try at once get less done (specs/stores.md 1).</summary>
    private readonly SemaphoreSlim writer = new(1);

    private volatile bool ready;

    /// <param name="connectionString">A connection string of a storage account.</param>
    /// <param name="tableName">The table, which is created at first use.</param>
    /// <exception cref="ArgumentException">It is not a connection string.</exception>
    public TableStore(string connectionString, string tableName)
        : this(options => new(connectionString, tableName, options), null, StoreLimits.LongestCall)
    {
    }

    /// <param name="endpoint">The address of the account's table service.</param>
    /// <param name="tableName">The table, which is created at first use.</param>
    /// <param name="credential">An identity with the right to read and write the table's rows, and to create the table if there is none.</param>
    public TableStore(Uri endpoint, string tableName, TokenCredential credential)
        : this(options => new(endpoint, tableName, credential, options), null, StoreLimits.LongestCall)
    {
    }

    internal TableStore(Func<TableClientOptions, TableClient> client, Action<TableClientOptions>? change, TimeSpan longestCall)
    {
        var options = new TableClientOptions();
        // The rest of the tries is made by StoreCall, which looks for the operation id between them.
        options.Retry.MaxRetries = 1;
        options.Retry.Delay = TimeSpan.FromMilliseconds(50);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        options.Retry.NetworkTimeout = longestCall / 2;
        change?.Invoke(options);
        table = client(options);
        name = $"Azure table {table.Name} of {table.AccountName}";
        call = new(name, Judge, longestCall);
    }

    public Task<StoredDocument?> GetAsync(string kind, string id, CancellationToken cancellation = default)
    {
        StoreLimits.CheckName(kind, id);
        return ReadAsync(async ending => await FindAsync(DocumentKey(kind, id), ending).ConfigureAwait(false) is { } row && row.GetBinary("J") is { } json
            ? new StoredDocument(kind, id, Number(row, "V"), row.GetString("P"), json)
            : null, cancellation);
    }

    public Task<IReadOnlyList<StoredDocument>> ListAsync(string kind, string? partOf, string? after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckList(kind, partOf, take);
        var prefix = partOf is null ? DocumentKey(kind, "") : OwnedKey(kind, partOf, "");
        // A deleted document leaves a row, so that its name and its last change can be found.
        var filter = Between(prefix + Hex(after ?? ""), prefix + AfterHex) + (partOf is null ? " and D eq false" : "");
        return ReadAsync<IReadOnlyList<StoredDocument>>(async ending =>
        {
            var rows = await QueryAsync(filter, take, ending).ConfigureAwait(false);
            return rows.ConvertAll(row => new StoredDocument(kind, Text(row.RowKey[prefix.Length..]), Number(row, "V"), row.GetString("P"), row.GetBinary("J")));
        }, cancellation);
    }

    public Task<WriteResult> WriteAsync(Write write, CancellationToken cancellation = default) => call.RunAsync(async (tries, ending) =>
    {
        await writer.WaitAsync(ending).ConfigureAwait(false);
        try
        {
            await PrepareAsync(ending).ConfigureAwait(false);
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
        return ReadAsync(async ending =>
        {
            var (version, _) = await ReadVersionAsync(ending).ConfigureAwait(false);
            if (version <= after)
                return ChangePage.Of([], take, version);
            // A change that moves while its rows are read moves to a later place, so it is not missed.
            var rows = await QueryAsync(Between(ChangeKey(after, StoreLimits.MostDocuments), ChangeKey(long.MaxValue, 0)), take + 1, ending).ConfigureAwait(false);
            return ChangePage.Of(rows.ConvertAll(row => new DocumentChange(row.GetString("K"), Text(row.GetString("I")), Number(row, "V"), row.GetString("P"), Json(row))), take, version);
        }, cancellation);
    }

    public Task<IReadOnlyList<AuditEntry>> AuditAsync(long after, int take, CancellationToken cancellation = default)
    {
        StoreLimits.CheckPage(after, take);
        return ReadAsync<IReadOnlyList<AuditEntry>>(async ending =>
        {
            var rows = await QueryAsync(Between(AuditKey(after), AuditKey(long.MaxValue)), take, ending).ConfigureAwait(false);
            return rows.ConvertAll(row => AuditEntry.At(Number(row, "N"), row.GetBinary("J")));
        }, cancellation);
    }

    public Task CheckAsync(CancellationToken cancellation = default) => ReadAsync(ReadVersionAsync, cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<WriteResult> ApplyAsync(Write write, CancellationToken ending)
    {
        // First the version: if anything that is read afterwards changes, the version's ETag no longer fits.
        var (version, tag) = await ReadVersionAsync(ending).ConfigureAwait(false);
        version++;
        var found = await Task.WhenAll(write.Documents.Select(document => FindAsync(DocumentKey(document.Kind, document.Id), ending))).ConfigureAwait(false);
        List<TableTransactionAction> actions =
        [
            new(TableTransactionActionType.Add, Row(OperationKey(write.OperationId), ("V", version))),
            new(TableTransactionActionType.UpdateReplace, Row(VersionRow, ("V", version), ("S", StoreSchemaException.Known)), tag),
        ];
        for (var index = 0; index < write.Documents.Count; index++)
        {
            var document = write.Documents[index];
            var isThere = found[index]?.GetBinary("J") is not null;
            if (document.RefusalFor(isThere ? Number(found[index]!, "V") : null, found[index]?.GetString("P")) is { } refusal)
            {
                // The condition is not met because of this write itself, if an earlier try was applied.
                return await FindOperationAsync(write, ending).ConfigureAwait(false) is { } first ? WriteResult.Written(first) : WriteResult.Refused(index, refusal);
            }

            if (document.Json is not null || isThere)
                AddChange(actions, document, index, version, found[index]);
        }

        for (var index = 0; index < write.Audit.Count; index++)
        {
            var position = AuditEntry.PositionOf(version, index);
            actions.Add(new(TableTransactionActionType.Add, Row(AuditKey(position), ("N", position), ("J", write.Audit[index].ToArray()))));
        }

        await table.SubmitTransactionAsync(actions, ending).ConfigureAwait(false);
        return WriteResult.Written(version);
    }

    /// <summary>The rows of a document: by its id, by its owner and its id, and by its version for the feed.</summary>
    private static void AddChange(List<TableTransactionAction> actions, DocumentWrite document, int index, long version, TableEntity? before)
    {
        var json = document.Json?.ToArray();
        var owner = json is null ? before!.GetString("P") : document.PartOf;
        actions.Add(new(TableTransactionActionType.UpsertReplace, Row(DocumentKey(document.Kind, document.Id), ("V", version), ("N", (long)index), ("P", owner), ("J", json), ("D", json is null))));
        actions.Add(new(TableTransactionActionType.Add, Row(ChangeKey(version, index), ("V", version), ("K", document.Kind), ("I", Hex(document.Id)), ("P", owner), ("J", json))));
        if (before is not null)
            actions.Add(new(TableTransactionActionType.Delete, Row(ChangeKey(Number(before, "V"), (int)Number(before, "N"))), ETag.All));
        if (owner is null)
            return;
        var owned = OwnedKey(document.Kind, owner, document.Id);
        actions.Add(json is null
            ? new(TableTransactionActionType.Delete, Row(owned), ETag.All)
            : new(TableTransactionActionType.UpsertReplace, Row(owned, ("V", version), ("P", owner), ("J", json))));
    }

    private async Task<long?> FindOperationAsync(Write write, CancellationToken ending) =>
        await FindAsync(OperationKey(write.OperationId), ending).ConfigureAwait(false) is { } row ? Number(row, "V") : null;

    private async Task<(long Version, ETag Tag)> ReadVersionAsync(CancellationToken ending)
    {
        var row = await FindAsync(VersionRow, ending).ConfigureAwait(false) ?? throw new StoreUnavailableException($"The {name} has lost the row with its version.");
        StoreSchemaException.Check(name, Number(row, "S"));
        return (Number(row, "V"), row.ETag);
    }

    private Task<T> ReadAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellation) => call.RunAsync(async (_, ending) =>
    {
        await PrepareAsync(ending).ConfigureAwait(false);
        return await read(ending).ConfigureAwait(false);
    }, cancellation);

    private async Task PrepareAsync(CancellationToken ending)
    {
        if (ready)
            return;
        try
        {
            if (await FindAsync(VersionRow, ending).ConfigureAwait(false) is null)
                await table.AddEntityAsync(Row(VersionRow, ("V", 0L), ("S", StoreSchemaException.Known)), ending).ConfigureAwait(false);
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == TableErrorCode.TableNotFound)
        {
            // After a lost answer, or when several processes start together, the table exists by now: the next try finds it.
            await table.CreateAsync(ending).ConfigureAwait(false);
            throw new RequestFailedException(409, Conflict);
        }

        ready = true;
    }

    private async Task<TableEntity?> FindAsync(string key, CancellationToken ending)
    {
        var answer = await table.GetEntityIfExistsAsync<TableEntity>(Partition, key, cancellationToken: ending).ConfigureAwait(false);
        return answer.HasValue ? answer.Value : null;
    }

    private async Task<List<TableEntity>> QueryAsync(string filter, int take, CancellationToken ending)
    {
        var rows = new List<TableEntity>(take);
        // The service may end a page early, at any number of rows.
        await foreach (var row in table.QueryAsync<TableEntity>(filter, take, cancellationToken: ending).ConfigureAwait(false))
        {
            rows.Add(row);
            if (rows.Count == take)
                break;
        }

        return rows;
    }

    private static TableEntity Row(string key, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var row = new TableEntity(Partition, key);
        foreach (var (property, value) in values)
        {
            if (value is not null)
                row[property] = value;
        }

        return row;
    }

    private static string Between(string after, string before) => $"PartitionKey eq '{Partition}' and RowKey gt '{after}' and RowKey lt '{before}'";

    private static string DocumentKey(string kind, string id) => $"d,{kind},{Hex(id)}";

    /// <summary>Owners need no order, and two names together would be too long for a key.</summary>
    private static string OwnedKey(string kind, string owner, string id) => $"p,{kind},{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner)))},{Hex(id)}";

    private static string ChangeKey(long version, int index) => $"c,{version.ToString(Digits, null)},{index:00}";

    private static string AuditKey(long position) => $"a,{position.ToString(Digits, null)}";

    private static string OperationKey(string id) => $"o,{Hex(id)}";

    /// <summary>A key must not have some characters that ids may have, and is sorted by rules of its own. Digits are allowed and sorted as bytes are.</summary>
    private static string Hex(string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));

    private static string Text(string hex) => Encoding.UTF8.GetString(Convert.FromHexString(hex));

    private static long Number(TableEntity row, string property) => row.GetInt64(property)!.Value;

    /// <summary>A conditional expression with null and an array would be an empty memory, not none.</summary>
    private static ReadOnlyMemory<byte>? Json(TableEntity row)
    {
        if (row.GetBinary("J") is { } json)
            return json;
        return null;
    }

    private static StoreFailure Judge(Exception exception) => exception switch
    {
        RequestFailedException { Status: 409 or 412 } => StoreFailure.Contended,
        // A row that another writer has removed in the meantime.
        RequestFailedException { Status: 404 } failed when failed.ErrorCode == TableErrorCode.ResourceNotFound => StoreFailure.Contended,
        RequestFailedException { Status: 0 or 408 or 429 or >= 500 } or AggregateException => StoreFailure.Away,
        RequestFailedException => StoreFailure.Broken,
        // What the client throws if an answer is not one of the service.
        InvalidOperationException or HttpRequestException or IOException => StoreFailure.Away,
        _ => StoreFailure.None,
    };
}
