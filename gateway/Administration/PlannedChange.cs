using Dragoman.Stores;

namespace Dragoman.Administration;

/// <summary>A change that was decided on what the store contained, and that is made only if nothing of that has changed since.</summary>
/// <param name="Status">The status of the answer.</param>
/// <param name="State">The state afterwards, for the answer; empty when there is none.</param>
/// <param name="Documents">The changes of documents.</param>
/// <param name="Audit">What the audit log says about them.</param>
internal sealed record PlannedChange(int Status, ReadOnlyMemory<byte> State, IReadOnlyList<DocumentWrite> Documents, IReadOnlyList<AuditRecord> Audit)
{
    /// <summary>What only the first answer contains, in place of <see cref="State"/>: the state with a new key's text.</summary>
    public ReadOnlyMemory<byte>? ShownOnce { get; init; }

    /// <summary>The path of what was created; null when nothing was.</summary>
    public string? Location { get; init; }

    /// <summary>The version of what needs no change; null when something changes.</summary>
    public long? Unchanged { get; init; }

    /// <summary>Nothing is to be done: the state is the wanted one already.</summary>
    public static PlannedChange Nothing(ReadOnlyMemory<byte> state, long version) => new(200, state, [], []) { Unchanged = version };
}
