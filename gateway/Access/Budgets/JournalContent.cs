using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>What the journal of a process that has ended says: what its successor has to do.</summary>
internal sealed class JournalContent
{
    private readonly Dictionary<long, OpenReservation> open = [];
    private readonly Dictionary<string, (long Limit, long Unsent, int Entries)> accounts = [];

    private int preparedEntries;

    /// <summary>A reservation that was not settled.</summary>
    /// <param name="Amount">What was reserved.</param>
    /// <param name="Accounts">In which accounts.</param>
    /// <param name="Draft">What is known of the request.</param>
    public sealed record OpenReservation(long Amount, IReadOnlyList<string> Accounts, LedgerEntry Draft);

    /// <summary>The last batch that is known to be applied.</summary>
    public long Batch { get; private set; }

    /// <summary>A batch that was prepared and may have been applied; null if there is none.</summary>
    public LedgerBatch? Prepared { get; private set; }

    /// <summary>The settlements that the process has made.</summary>
    public long Settled { get; private set; }

    /// <summary>Those of them that are known to be applied.</summary>
    public long Applied { get; private set; }

    /// <summary>Those that are not known to be applied, and can be read.</summary>
    public long Unapplied { get; private set; }

    /// <summary>Those of them that are not in the prepared batch.</summary>
    public long Unsent => Unapplied - (Prepared?.Entries.Count ?? 0);

    /// <summary>Where the first of those may be.</summary>
    public JournalPosition FirstUnsent { get; private set; }

    /// <summary>Whether the process has told the ledger nothing, and had nothing to tell.</summary>
    public bool IsEmpty => Batch == 0 && Prepared is null && Unapplied == 0 && open.Count == 0;

    /// <summary>The reservations that were not settled, by the numbers of their holds.</summary>
    public IReadOnlyDictionary<long, OpenReservation> Open => open;

    /// <summary>Each account that the records name, with its last limit, and what was settled and is not known to be applied, in how many entries.</summary>
    public IReadOnlyDictionary<string, (long Limit, long Unsent, int Entries)> Accounts => accounts;

    /// <summary>The greatest number of a hold.</summary>
    public long LastHold { get; private set; }

    /// <summary>The segments in which something was damaged.</summary>
    public int Damaged { get; private set; }

    /// <exception cref="IOException">A segment cannot be read.</exception>
    public static JournalContent Read(Journal journal)
    {
        var content = new JournalContent();
        foreach (var segment in journal.Segments)
            content.ReadAll(segment);
        foreach (var segment in journal.Segments)
            content.AddUnapplied(segment);
        if (content.Prepared is not null)
        {
            var (entries, next) = ReadSettled([.. journal.Segments], content.FirstUnsent, content.preparedEntries);
            content.Prepared = content.Prepared with { Process = journal.Process, Entries = [.. entries.Select(pending => pending.Entry)] };
            content.FirstUnsent = next;
        }

        return content;
    }

    /// <summary>Reads settlements.</summary>
    /// <param name="segments">The segments, the oldest first.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="most">How many to read.</param>
    /// <returns>The settlements, and the place after the last one.</returns>
    /// <exception cref="IOException">A segment cannot be read.</exception>
    public static (List<PendingEntry> Entries, JournalPosition Next) ReadSettled(IReadOnlyList<JournalSegment> segments, JournalPosition from, long most)
    {
        var entries = new List<PendingEntry>();
        foreach (var segment in segments)
        {
            if (segment.Header.Number < from.Segment)
                continue;
            using var reader = new JournalReader(segment.Path, segment.Header.Number == from.Segment ? from.Offset : 0);
            while (entries.Count < most && reader.TryRead(out var content))
            {
                if (content[0] != (byte)RecordKind.Settled)
                    continue;
                var record = new RecordReader(content[1..]);
                record.ReadInt64();
                record.ReadInt64();
                entries.Add(new(EntryRecord.Read(ref record, [.. ReadAccounts(ref record).Select(account => account.Id)]), content.Length));
            }

            from = new(segment.Header.Number, reader.Offset);
            if (entries.Count == most)
                break;
        }

        return (entries, from);
    }

    private static List<(string Id, long Limit)> ReadAccounts(ref RecordReader record)
    {
        int count = record.ReadByte();
        var read = new List<(string, long)>(count);
        for (; count > 0; count--)
            read.Add((record.ReadText(), record.ReadInt64()));
        return read;
    }

    private void ReadAll(JournalSegment segment)
    {
        using var reader = new JournalReader(segment.Path);
        (Settled, Applied, Batch) = (Math.Max(Settled, segment.Header.Settled), Math.Max(Applied, segment.Header.Applied), Math.Max(Batch, segment.Header.Batch));
        while (reader.TryRead(out var content))
        {
            var record = new RecordReader(content[1..]);
            switch ((RecordKind)content[0])
            {
                case RecordKind.Reserved:
                    AddReservation(ref record);
                    break;
                case RecordKind.Settled:
                    Settled++;
                    open.Remove(NoteHold(record.ReadInt64()));
                    break;
                case RecordKind.Released:
                    open.Remove(NoteHold(record.ReadInt64()));
                    break;
                case RecordKind.Prepared:
                    (Prepared, preparedEntries) = ReadPrepared(ref record);
                    break;
                case RecordKind.Applied:
                    (Batch, Applied) = (record.ReadInt64(), record.ReadInt64());
                    break;
            }
        }

        if (Prepared?.Number <= Batch)
            Prepared = null;
        if (reader.IsDamaged)
            Damaged++;
    }

    private void AddReservation(ref RecordReader record)
    {
        var id = NoteHold(record.ReadInt64());
        var amount = record.ReadInt64();
        var names = ReadAccounts(ref record);
        foreach (var (account, limit) in names)
            accounts[account] = (limit, 0, 0);
        string[] ids = [.. names.Select(each => each.Id)];
        open[id] = new(amount, ids, EntryRecord.Read(ref record, ids));
    }

    private static (LedgerBatch, int) ReadPrepared(ref RecordReader record)
    {
        var number = record.ReadInt64();
        var until = new DateTimeOffset(record.ReadInt64(), TimeSpan.Zero);
        var isLast = record.ReadByte() != 0;
        var entries = record.ReadInt32();
        var exchanges = new AccountExchange[record.ReadInt32()];
        for (var index = 0; index < exchanges.Length; index++)
            exchanges[index] = new(record.ReadText(), record.ReadInt64(), record.ReadInt64(), record.ReadInt64());
        return (new("", number, until, exchanges, [], isLast), entries);
    }

    private void AddUnapplied(JournalSegment segment)
    {
        using var reader = new JournalReader(segment.Path);
        var settled = segment.Header.Settled;
        for (var offset = 0; reader.TryRead(out var content); offset = reader.Offset)
        {
            if (content[0] != (byte)RecordKind.Settled || settled++ < Applied)
                continue;
            Unapplied++;
            if (FirstUnsent == default)
                FirstUnsent = new(segment.Header.Number, offset);
            var record = new RecordReader(content[1..]);
            record.ReadInt64();
            var cost = record.ReadInt64();
            foreach (var (account, limit) in ReadAccounts(ref record))
            {
                var (_, unsent, entries) = accounts.GetValueOrDefault(account);
                accounts[account] = (limit, unsent + cost, entries + 1);
            }
        }
    }

    private long NoteHold(long id)
    {
        LastHold = Math.Max(LastHold, id);
        return id;
    }
}
