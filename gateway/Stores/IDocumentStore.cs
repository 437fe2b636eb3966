namespace Dragoman.Stores;

/// <summary>
/// Small JSON documents with conditions, a feed of changes and an append-only audit log, in one database that several processes
/// share. The same tests run for every implementation. docs/developers/stores.md describes the contract and its traps.
/// </summary>
/// <remarks>
/// The store has one version, a number that every write increments. A document's version is that of the write that changed it
/// last, so it never returns to an earlier value, and it is the document's ETag. Documents are ordered by the UTF-8 bytes of
/// their ids. Documents of the kinds that begin with <c>lease-</c> change too often to be in the feed, and leave nothing behind when they
/// are deleted. Every call ends within <see cref="StoreLimits.LongestCall"/>. All members may be called concurrently.
/// <para>Every method throws <see cref="StoreUnavailableException"/> if the store does not answer, <see cref="StoreSchemaException"/>
/// if a newer release has changed its schema, and <see cref="ArgumentException"/> for a name or number outside
/// <see cref="StoreLimits"/>.</para>
/// </remarks>
public interface IDocumentStore : IAsyncDisposable
{
    /// <summary>One document, or null if there is none of this name.</summary>
    Task<StoredDocument?> GetAsync(string kind, string id, CancellationToken cancellation = default);

    /// <summary>Up to <paramref name="take"/> documents in the order of their ids. A page with fewer is the last one.</summary>
    /// <param name="kind">The kind of the documents.</param>
    /// <param name="partOf">Only the documents of this owner; null for those of all owners and of none.</param>
    /// <param name="after">The id that precedes the page; null for the first page. No document needs to have this id.</param>
    /// <param name="take">From 1 to <see cref="StoreLimits.MostPerPage"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task<IReadOnlyList<StoredDocument>> ListAsync(string kind, string? partOf, string? after, int take, CancellationToken cancellation = default);

    /// <summary>
    /// Applies all changes of a write and increments the store's version, or changes nothing. A write whose operation id was
    /// applied before changes nothing either, and has the first result.
    /// </summary>
    /// <remarks>
    /// After <see cref="StoreUnavailableException"/> and <see cref="OperationCanceledException"/> the write may have been applied,
    /// or may still be. The caller repeats it with the same operation id. To read the documents and decide anew would apply it twice.
    /// A refused write leaves no trace: its operation id may be used again. <see cref="Write.Repeatable"/> has the rules of a write
    /// without an operation id.
    /// </remarks>
    Task<WriteResult> WriteAsync(Write write, CancellationToken cancellation = default);

    /// <summary>
    /// The documents that changed after a version of the store, in the order of their versions: each once, in its present
    /// state. If nothing changed, this is one request for one row; if only leases did, a second one finds no row in an index.
    /// </summary>
    /// <param name="after">A <see cref="ChangePage.Version"/>, or 0 to read everything.</param>
    /// <param name="take">From <see cref="StoreLimits.MostDocuments"/> to <see cref="StoreLimits.MostPerPage"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task<ChangePage> ChangesAsync(long after, int take, CancellationToken cancellation = default);

    /// <summary>Up to <paramref name="take"/> entries of the audit log, the newest last. A page with fewer is the last one.</summary>
    /// <param name="after">The <see cref="AuditEntry.Position"/> that precedes the page, or 0.</param>
    /// <param name="take">From 1 to <see cref="StoreLimits.MostPerPage"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task<IReadOnlyList<AuditEntry>> AuditAsync(long after, int take, CancellationToken cancellation = default);

    /// <summary>Returns if the store can be read and its schema is known. Creates the schema in an empty database.</summary>
    Task CheckAsync(CancellationToken cancellation = default);

    /// <summary>The time of the server's clock; null if the store has no server, or does not tell.</summary>
    Task<DateTimeOffset?> ReadClockAsync(CancellationToken cancellation = default) => Task.FromResult<DateTimeOffset?>(null);
}
