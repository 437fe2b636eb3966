namespace Dragoman.Access.Budgets;

/// <summary>What a record of a <see cref="Journal"/> says. The numbers are in files.</summary>
internal enum RecordKind : byte
{
    /// <summary>The first record of a segment: <see cref="SegmentHeader"/>.</summary>
    Header = 1,

    /// <summary>A request may use money from now on.</summary>
    Reserved = 2,

    /// <summary>A request has ended, with an entry for the ledger.</summary>
    Settled = 3,

    /// <summary>A request has ended, and the ledger has nothing to note.</summary>
    Released = 4,

    /// <summary>A batch will be sent. Until it is applied, no other one may be.</summary>
    Prepared = 5,

    /// <summary>The store has applied the batch.</summary>
    Applied = 6,
}
