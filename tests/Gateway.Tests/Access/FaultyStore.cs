using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>A store that can be away or slow, and counts what it is asked.</summary>
internal sealed class FaultyStore(IDocumentStore inner) : IDocumentStore
{
    private int gets;
    private int polls;

    /// <summary>Whether every call fails as if the server did not answer.</summary>
    public bool IsAway { get; set; }

    /// <summary>What a read waits for after it has its answer.</summary>
    public Func<Task> AfterGet { get; set; } = () => Task.CompletedTask;

    /// <summary>What a poll of the feed waits for before it asks.</summary>
    public Func<Task> BeforePoll { get; set; } = () => Task.CompletedTask;

    /// <summary>How many documents were read.</summary>
    public int Gets => gets;

    /// <summary>How often the feed was asked.</summary>
    public int Polls => polls;

    public async Task<StoredDocument?> GetAsync(string kind, string id, CancellationToken cancellation = default)
    {
        Interlocked.Increment(ref gets);
        var found = await Present().GetAsync(kind, id, cancellation);
        await AfterGet();
        return found;
    }

    public Task<IReadOnlyList<StoredDocument>> ListAsync(string kind, string? partOf, string? after, int take, CancellationToken cancellation = default) =>
        Present().ListAsync(kind, partOf, after, take, cancellation);

    public Task<WriteResult> WriteAsync(Write write, CancellationToken cancellation = default) => Present().WriteAsync(write, cancellation);

    public async Task<ChangePage> ChangesAsync(long after, int take, CancellationToken cancellation = default)
    {
        Interlocked.Increment(ref polls);
        await BeforePoll();
        return await Present().ChangesAsync(after, take, cancellation);
    }

    public Task<IReadOnlyList<AuditEntry>> AuditAsync(long after, int take, CancellationToken cancellation = default) => Present().AuditAsync(after, take, cancellation);

    public Task CheckAsync(CancellationToken cancellation = default) => Present().CheckAsync(cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private IDocumentStore Present() => IsAway ? throw new StoreUnavailableException("The store is away.") : inner;
}
