using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>What a segment of a <see cref="Journal"/> needs to know of earlier ones, which may be gone.</summary>
/// <param name="Process">The name of the process in the ledger.</param>
/// <param name="Number">The place of the segment among those of the process.</param>
/// <param name="Settled">The settlements in earlier segments.</param>
/// <param name="Applied">The settlements that the store has applied.</param>
/// <param name="Batch">The last batch that the store has applied.</param>
internal readonly record struct SegmentHeader(string Process, long Number, long Settled, long Applied, long Batch)
{
    /// <summary>The layout of all records. A process reads no other one.</summary>
    private const int Format = 2;

    /// <summary>The most bytes of its record.</summary>
    public const int Longest = 64 + LedgerLimits.LongestProcess;

    public void Write(ref RecordWriter record)
    {
        record.Add(Format);
        record.Add(Process);
        record.Add(Number);
        record.Add(Settled);
        record.Add(Applied);
        record.Add(Batch);
    }

    /// <returns>The header; null if another release wrote it.</returns>
    public static SegmentHeader? Read(ref RecordReader record) => record.ReadInt32() != Format
        ? null
        : new(record.ReadText(), record.ReadInt64(), record.ReadInt64(), record.ReadInt64(), record.ReadInt64());
}
