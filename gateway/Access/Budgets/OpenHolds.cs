namespace Dragoman.Access.Budgets;

/// <summary>The holds that are not settled, in the order of their records in the journal. The lock of the ledger protects it.</summary>
internal sealed class OpenHolds
{
    public Hold? First { get; private set; }

    public int Count { get; private set; }

    private Hold? last;

    public void Add(Hold hold)
    {
        (hold.Previous, hold.Next) = (last, null);
        if (last is null)
            First = hold;
        else
            last.Next = hold;
        last = hold;
        Count++;
    }

    public void Remove(Hold hold)
    {
        if (hold.Previous is null)
            First = hold.Next;
        else
            hold.Previous.Next = hold.Next;
        if (hold.Next is null)
            last = hold.Previous;
        else
            hold.Next.Previous = hold.Previous;
        (hold.Previous, hold.Next) = (null, null);
        Count--;
    }
}
