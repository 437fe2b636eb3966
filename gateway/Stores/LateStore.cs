using Dragoman.Identity;
using Dragoman.Secrets;

namespace Dragoman.Stores;

/// <summary>A store whose connection is in a vault, which is asked at the first call.</summary>
internal sealed class LateStore(LiveSecret connection, EntraTokens? tokens = null) : IDocumentStore
{
    private readonly LateOpening<IDocumentStore> store = new(connection, tokens, static parsed => parsed.Open());

    public async Task<StoredDocument?> GetAsync(string kind, string id, CancellationToken cancellation = default) =>
        await (await store.GetAsync(cancellation).ConfigureAwait(false)).GetAsync(kind, id, cancellation).ConfigureAwait(false);

    public async Task<IReadOnlyList<StoredDocument>> ListAsync(string kind, string? partOf, string? after, int take, CancellationToken cancellation = default) =>
        await (await store.GetAsync(cancellation).ConfigureAwait(false)).ListAsync(kind, partOf, after, take, cancellation).ConfigureAwait(false);

    public async Task<WriteResult> WriteAsync(Write write, CancellationToken cancellation = default) =>
        await (await store.GetAsync(cancellation).ConfigureAwait(false)).WriteAsync(write, cancellation).ConfigureAwait(false);

    public async Task<ChangePage> ChangesAsync(long after, int take, CancellationToken cancellation = default) =>
        await (await store.GetAsync(cancellation).ConfigureAwait(false)).ChangesAsync(after, take, cancellation).ConfigureAwait(false);

    public async Task<IReadOnlyList<AuditEntry>> AuditAsync(long after, int take, CancellationToken cancellation = default) =>
        await (await store.GetAsync(cancellation).ConfigureAwait(false)).AuditAsync(after, take, cancellation).ConfigureAwait(false);

    public async Task CheckAsync(CancellationToken cancellation = default) =>
        await (await store.GetAsync(cancellation).ConfigureAwait(false)).CheckAsync(cancellation).ConfigureAwait(false);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
