using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>Builds the records of a <see cref="Journal"/>, one at a time. The lock of the ledger protects it.</summary>
internal sealed class RecordBuffer
{
    private readonly byte[] bytes = new byte[RecordFrame.Longest];

    public ReadOnlySpan<byte> Reserved(Hold hold)
    {
        var record = Begin(RecordKind.Reserved);
        record.Add(hold.Id);
        record.Add(hold.Amount);
        AddAccounts(ref record, hold);
        EntryRecord.Write(ref record, hold.Draft);
        return End(record);
    }

    /// <param name="hold">Has the accounts.</param>
    /// <param name="cost">What was used.</param>
    /// <param name="entry">What the ledger notes.</param>
    /// <param name="endsHold">Whether the hold ends with it.</param>
    public ReadOnlySpan<byte> Settled(Hold hold, long cost, LedgerEntry entry, bool endsHold = true)
    {
        var record = Begin(RecordKind.Settled);
        // No hold has the number 0.
        record.Add(endsHold ? hold.Id : 0L);
        record.Add(cost);
        AddAccounts(ref record, hold);
        EntryRecord.Write(ref record, entry);
        return End(record);
    }

    public ReadOnlySpan<byte> Released(Hold hold)
    {
        var record = Begin(RecordKind.Released);
        record.Add(hold.Id);
        return End(record);
    }

    public ReadOnlySpan<byte> Prepared(LedgerBatch batch)
    {
        var record = Begin(RecordKind.Prepared);
        record.Add(batch.Number);
        record.Add(batch.LeasedUntil.UtcTicks);
        record.Add(batch.IsLast ? (byte)1 : (byte)0);
        record.Add(batch.Entries.Count);
        record.Add(batch.Accounts.Count);
        foreach (var account in batch.Accounts)
        {
            record.Add(account.Account);
            record.Add(account.Limit);
            record.Add(account.Settled);
            record.Add(account.Wanted);
        }

        return End(record);
    }

    /// <param name="number">The batch that was applied.</param>
    /// <param name="applied">The settlements that have been applied since the process started.</param>
    public ReadOnlySpan<byte> Applied(long number, long applied)
    {
        var record = Begin(RecordKind.Applied);
        record.Add(number);
        record.Add(applied);
        return End(record);
    }

    private static void AddAccounts(ref RecordWriter record, Hold hold)
    {
        record.Add((byte)hold.Count);
        for (var index = 0; index < hold.Count; index++)
            record.Add(hold[index].Record);
    }

    private RecordWriter Begin(RecordKind kind)
    {
        var record = new RecordWriter(bytes.AsSpan(RecordFrame.Overhead));
        record.Add((byte)kind);
        return record;
    }

    private Span<byte> End(RecordWriter record)
    {
        var frame = bytes.AsSpan(0, RecordFrame.Overhead + record.Length);
        RecordFrame.Seal(frame);
        return frame;
    }
}
