namespace Dragoman.Stores;

/// <summary>Changes that are applied together or not at all.</summary>
public sealed class Write
{
    /// <param name="operationId">Names this write and no other: a new random id, or one that the client chose for it. It has the limits of a document's id.</param>
    /// <param name="documents">Up to <see cref="StoreLimits.MostDocuments"/> changes of different documents.</param>
    /// <param name="audit">Up to <see cref="StoreLimits.MostAudit"/> entries for the audit log.</param>
    /// <exception cref="ArgumentException">It is empty, or exceeds <see cref="StoreLimits"/>.</exception>
    public Write(string operationId, IReadOnlyList<DocumentWrite> documents, IReadOnlyList<ReadOnlyMemory<byte>> audit)
        : this(documents, audit)
    {
        StoreLimits.CheckId(operationId);
        OperationId = operationId;
    }

    private Write(IReadOnlyList<DocumentWrite> documents, IReadOnlyList<ReadOnlyMemory<byte>> audit)
    {
        if (documents.Count + audit.Count == 0)
            throw new ArgumentException("A write changes a document or appends to the audit log.", nameof(documents));
        if (documents.Count > StoreLimits.MostDocuments)
            throw new ArgumentException($"A write changes at most {StoreLimits.MostDocuments} documents, not {documents.Count}.", nameof(documents));
        if (audit.Count > StoreLimits.MostAudit)
            throw new ArgumentException($"A write appends at most {StoreLimits.MostAudit} audit entries, not {audit.Count}.", nameof(audit));
        foreach (var entry in audit)
            StoreLimits.CheckJson(entry.Length);
        if (documents.DistinctBy(document => (document.Kind, document.Id)).Count() < documents.Count)
            throw new ArgumentException("A write changes each document once.", nameof(documents));
        var bytes = documents.Sum(document => document.Json?.Length ?? 0) + audit.Sum(entry => entry.Length);
        if (bytes > StoreLimits.MostBytes)
            throw new ArgumentException($"A write has at most {StoreLimits.MostBytes} bytes of JSON, not {bytes}.", nameof(documents));
        Documents = documents;
        Audit = audit;
    }

    /// <summary>Names this write and no other; null if its caller decides anew when the outcome is unknown.</summary>
    public string? OperationId { get; }

    /// <summary>The changes of documents.</summary>
    public IReadOnlyList<DocumentWrite> Documents { get; }

    /// <summary>The entries for the audit log.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Audit { get; }

    /// <summary>
    /// A write that leaves no operation id behind, for documents that change all the time. If its outcome is unknown, its caller reads
    /// the documents and decides anew, so their content must tell the caller whether the write was applied.
    /// </summary>
    /// <remarks>
    /// After a lost answer the store itself tries again, and the write may be refused because of its own first try. So a refusal
    /// does not say that the write was not applied.
    /// </remarks>
    /// <param name="documents">Up to <see cref="StoreLimits.MostDocuments"/> changes of different documents, each with a condition.</param>
    /// <exception cref="ArgumentException">It is empty, has a change without a condition, or exceeds <see cref="StoreLimits"/>.</exception>
    public static Write Repeatable(params IReadOnlyList<DocumentWrite> documents)
    {
        foreach (var document in documents)
        {
            if (document.Condition == WriteCondition.Any)
                throw new ArgumentException($"A write without an operation id has a condition for each document, also for {document.Kind} {document.Id}.", nameof(documents));
        }

        return new(documents, []);
    }
}
