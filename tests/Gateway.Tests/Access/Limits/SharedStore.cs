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
        Interlocked.Increment(ref writes);
        using var call = new Call(this);
        await BeginAsync(cancellation);
        var result = inner is not null ? await inner.WriteAsync(write, cancellation) : Apply(write);
        return LosesAnswers ? throw new StoreUnavailableException("The answer was lost.") : result;
    }

    public Task<IReadOnlyList<StoredDocument>> ListAsync(string kind, string? partOf, string? after, int take, CancellationToken cancellation = default) => throw new NotSupportedException();

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
            var change = Assert.Single(write.Documents);
            if (change.RefusalFor(documents.GetValueOrDefault(change.Id)?.Version, null) is { } refusal)
                return WriteResult.Refused(0, refusal);
            documents[change.Id] = new(change.Kind, change.Id, ++version, null, change.Json!.Value);
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
