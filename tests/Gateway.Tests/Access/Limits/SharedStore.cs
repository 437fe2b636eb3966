using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Access.Limits;

/// <summary>A store that a test can take away, slow down, and whose answers it can lose. Without another one, it keeps its documents in memory.</summary>
internal sealed class SharedStore(IDocumentStore? inner = null) : IDocumentStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, StoredDocument> documents = [];
    private long version;
    private int running;
    private int reads;
    private int writes;

    /// <summary>Calls that have begun and not ended.</summary>
    public int Running => Volatile.Read(ref running);

    public int Reads => Volatile.Read(ref reads);

    public int Writes => Volatile.Read(ref writes);

    /// <summary>Whether every call fails.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether writes are applied and fail.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>Whether every third write is applied and refused: the store has sent it twice, because its first answer was lost.</summary>
    public bool RefusesOwnWrites { get; set; }

    /// <summary>Whether lists are empty, so that only what is known by name is found.</summary>
    public bool ListsNothing { get; set; }

    /// <summary>The id of a document that somebody else changes just before the next write.</summary>
    public string? Changing { get; set; }

    /// <summary>The documents in memory.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return documents.Count;
        }
    }

    /// <summary>When set, calls wait for it.</summary>
    public TaskCompletionSource? Hold { get; set; }

    public async Task<StoredDocument?> GetAsync(string kind, string id, CancellationToken cancellation = default)
    {
        Interlocked.Increment(ref reads);
        using var call = new Call(this);
        await BeginAsync(cancellation);
        if (inner is not null)
            return await inner.GetAsync(kind, id, cancellation);
        lock (gate)
            return documents.GetValueOrDefault(id);
    }

    public async Task<WriteResult> WriteAsync(Write write, CancellationToken cancellation = default)
    {
        var number = Interlocked.Increment(ref writes);
        using var call = new Call(this);
        await BeginAsync(cancellation);
        var result = inner is not null ? await inner.WriteAsync(write, cancellation) : Apply(write);
        if (RefusesOwnWrites && number % 3 == 0 && result.Refusal is null)
            return WriteResult.Refused(0, WriteRefusal.Condition);
        return LosesAnswers ? throw new StoreUnavailableException("The answer was lost.") : result;
    }

    public async Task<IReadOnlyList<StoredDocument>> ListAsync(string kind, string? partOf, string? after, int take, CancellationToken cancellation = default)
    {
        using var call = new Call(this);
        await BeginAsync(cancellation);
        if (ListsNothing)
            return [];
        if (inner is not null)
            return await inner.ListAsync(kind, partOf, after, take, cancellation);
        lock (gate)
            return [.. documents.Values.Where(document => string.CompareOrdinal(document.Id, after) > 0).OrderBy(document => document.Id, StringComparer.Ordinal).Take(take)];
    }

    public Task<ChangePage> ChangesAsync(long after, int take, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<AuditEntry>> AuditAsync(long after, int take, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task CheckAsync(CancellationToken cancellation = default) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => inner?.DisposeAsync() ?? default;

    private async Task BeginAsync(CancellationToken cancellation)
    {
        if (Hold is { } hold)
            await hold.Task.WaitAsync(cancellation);
        if (IsAway)
            throw new StoreUnavailableException("The store is away.");
    }

    private WriteResult Apply(Write write)
    {
        lock (gate)
        {
            Assert.Null(write.OperationId);
            if (Changing is { } changing)
                (documents[changing], Changing) = (documents[changing] with { Version = ++version }, null);
            for (var index = 0; index < write.Documents.Count; index++)
            {
                if (write.Documents[index].RefusalFor(documents.GetValueOrDefault(write.Documents[index].Id)?.Version, null) is { } refusal)
                    return WriteResult.Refused(index, refusal);
            }

            version++;
            foreach (var change in write.Documents)
            {
                if (change.Json is { } json)
                    documents[change.Id] = new(change.Kind, change.Id, version, null, json);
                else
                    documents.Remove(change.Id);
            }

            return WriteResult.Written(version);
        }
    }

    private readonly struct Call : IDisposable
    {
        private readonly SharedStore store;

        public Call(SharedStore store)
        {
            this.store = store;
            Interlocked.Increment(ref store.running);
        }

        public void Dispose() => Interlocked.Decrement(ref store.running);
    }
}
