using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>
/// The settlements that the store does not know yet, in their order. While the store is away they may become many. Then the
/// later ones are in the journal only, and are read again when it is their turn. The lock of the ledger protects it.
/// </summary>
internal sealed class PendingEntries
{
    /// <summary>The most settlements that are kept in memory.</summary>
    public const int MostInMemory = 20_000;

    /// <summary>The most that are kept in the journal: about a gigabyte.</summary>
    public const int MostInJournal = 2_000_000;

    private readonly Queue<PendingEntry> memory = new();

    /// <summary>The settlements that are in the journal only. All of them are later than those in memory.</summary>
    public long Outside { get; private set; }

    /// <summary>Where the first of them is, or a record before it.</summary>
    public JournalPosition From { get; private set; }

    public long Count => memory.Count + Outside;

    /// <summary>Whether the next ones must be read from the journal.</summary>
    public bool MustRead => memory.Count == 0 && Outside > 0;

    /// <param name="pending">The settlement.</param>
    /// <param name="position">Its record; null if there is none.</param>
    public void Add(PendingEntry pending, JournalPosition? position)
    {
        if (position is not { } place || (Outside == 0 && memory.Count < MostInMemory))
        {
            memory.Enqueue(pending);
            return;
        }

        if (Outside++ == 0)
            From = place;
    }

    /// <summary>All settlements that another process has left in its journal.</summary>
    public void Recover(long count, JournalPosition from) => (Outside, From) = (count, from);

    /// <summary>Takes over what was read.</summary>
    public void Read(IReadOnlyList<PendingEntry> read, JournalPosition next)
    {
        foreach (var pending in read)
            memory.Enqueue(pending);
        (Outside, From) = (Outside - read.Count, next);
    }

    /// <summary>Gives up what cannot be read.</summary>
    /// <returns>How many were lost.</returns>
    public long Lose()
    {
        var lost = Outside;
        Outside = 0;
        return lost;
    }

    /// <summary>Adds what is in memory of a request.</summary>
    public void Find(string requestId, List<LedgerEntry> found)
    {
        foreach (var pending in memory)
        {
            if (pending.Entry.RequestId == requestId)
                found.Add(pending.Entry);
        }
    }

    public bool TryPeek(out PendingEntry pending) => memory.TryPeek(out pending);

    public void Take() => memory.Dequeue();
}
