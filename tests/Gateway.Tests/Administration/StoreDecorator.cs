using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Administration;

/// <summary>A store that passes everything on to another one.</summary>
internal abstract class StoreDecorator : IDocumentStore
{
    protected IDocumentStore Inner { get; private set; } = null!;

    public IDocumentStore Of(IDocumentStore inner)
    {
        Inner = inner;
        return this;
    }

    public virtual Task<StoredDocument?> GetAsync(string kind, string id, CancellationToken cancellation = default) => Inner.GetAsync(kind, id, cancellation);

    public virtual Task<IReadOnlyList<StoredDocument>> ListAsync(string kind, string? partOf, string? after, int take, CancellationToken cancellation = default) =>
        Inner.ListAsync(kind, partOf, after, take, cancellation);

    public virtual Task<WriteResult> WriteAsync(Write write, CancellationToken cancellation = default) => Inner.WriteAsync(write, cancellation);

    public Task<ChangePage> ChangesAsync(long after, int take, CancellationToken cancellation = default) => Inner.ChangesAsync(after, take, cancellation);

    public virtual Task<IReadOnlyList<AuditEntry>> AuditAsync(long after, int take, CancellationToken cancellation = default) => Inner.AuditAsync(after, take, cancellation);

    public Task CheckAsync(CancellationToken cancellation = default) => Inner.CheckAsync(cancellation);

    public ValueTask DisposeAsync() => Inner.DisposeAsync();
}
