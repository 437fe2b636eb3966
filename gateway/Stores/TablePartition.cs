using Azure;
using Azure.Core;
using Dragoman.Identity;

namespace Dragoman.Stores;

/// <summary>A partition of a table in Azure Table Storage, whose rows can be written together, and the calls of it.</summary>
internal sealed class TablePartition
{
    /// <summary>The row with the schema and a version: each transaction that changes it has its ETag as a condition.</summary>
    public const string VersionRow = "v";

    private const string Conflict = "The row was changed by another writer.";

    private readonly StoreCall call;
    private readonly string name;

    private volatile bool ready;

    /// <param name="address">The table and the credential for it.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="longestCall">How long a call may take.</param>
    /// <param name="change">A test's changes of the options.</param>
    public TablePartition(TableAddress address, string partition, TimeSpan longestCall, Action<ClientOptions>? change)
    {
        Rows = new(address, partition, longestCall / 2, change);
        name = NameOf(address);
        call = new(name, Judge, longestCall);
    }

    public TableRows Rows { get; }

    /// <summary>The table in messages.</summary>
    public static string NameOf(TableAddress address) => $"Azure table {address.Table} of {address.Account}";

    /// <summary>Runs a call, again where that can help. It is told how often it was run before.</summary>
    public Task<T> CallAsync<T>(Func<int, CancellationToken, Task<T>> work, CancellationToken cancellation) => call.RunAsync(work, cancellation);

    /// <summary>Runs a call of a table that is there.</summary>
    public Task<T> ReadAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellation) => call.RunAsync(async (_, ending) =>
    {
        await PrepareAsync(ending).ConfigureAwait(false);
        return await read(ending).ConfigureAwait(false);
    }, cancellation);

    /// <exception cref="StoreSchemaException">A newer release has changed the schema.</exception>
    public async Task<(long Version, ETag Tag)> ReadVersionAsync(CancellationToken ending)
    {
        var row = await Rows.FindAsync(VersionRow, ending).ConfigureAwait(false) ?? throw new StoreUnavailableException($"The {name} has lost the row with its version.");
        StoreSchemaException.Check(name, TableRows.Number(row.Schema));
        return (TableRows.Number(row.Version), row.Tag);
    }

    /// <summary>Creates the table and the row with its version, if they are missing.</summary>
    public async Task PrepareAsync(CancellationToken ending)
    {
        if (ready)
            return;
        try
        {
            if (await Rows.FindAsync(VersionRow, ending).ConfigureAwait(false) is null)
                await Rows.InsertAsync(new() { RowKey = VersionRow, Version = 0, Schema = StoreSchemaException.Known }, ending).ConfigureAwait(false);
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == TableRows.TableNotFound)
        {
            // After a lost answer, or when several processes start together, the table exists by now: the next try finds it.
            await Rows.CreateTableAsync(ending).ConfigureAwait(false);
            throw new RequestFailedException(409, Conflict);
        }

        ready = true;
    }

    private static StoreFailure Judge(Exception exception) => exception switch
    {
        RequestFailedException { Status: 409 or 412 } => StoreFailure.Contended,
        // A row that another writer has removed in the meantime.
        RequestFailedException { Status: 404, ErrorCode: TableRows.ResourceNotFound } => StoreFailure.Contended,
        RequestFailedException { Status: 0 or 408 or 429 or >= 500 } or AggregateException => StoreFailure.Away,
        RequestFailedException or EntraException { IsMissing: true } => StoreFailure.Broken,
        EntraException => StoreFailure.Away,
        _ => StoreFailure.None,
    };
}
