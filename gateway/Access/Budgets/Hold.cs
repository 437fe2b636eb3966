using System.Runtime.CompilerServices;
using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>What a request may use. It must be settled, whatever happens: what a process leaves unsettled when it ends is assumed to be used.</summary>
public sealed class Hold
{
    private const int Inline = 6;

    private readonly Ledger ledger;
    private Accounts first;
    private BudgetAccount[]? more;

    internal Hold(Ledger ledger, long amount, LedgerEntry draft) => (this.ledger, Amount, Draft) = (ledger, amount, draft);

    /// <summary>What was reserved, in picodollars.</summary>
    public long Amount { get; }

    /// <summary>The budget that warns and of which most is used; null if none does.</summary>
    public BudgetWarning? Warning { get; internal set; }

    /// <summary>The most tokens that may be generated for all choices together, because the budgets do not have more; null without such a limit.</summary>
    public long? OutputLimit { get; internal set; }

    /// <summary>Whether something smaller is reserved if this is not there at once.</summary>
    internal bool IsTrial { get; init; }

    internal LedgerEntry Draft { get; }

    /// <summary>Its number among those of the process.</summary>
    internal long Id { get; set; }

    /// <summary>The segment of the journal that says that it exists.</summary>
    internal long Segment { get; set; }

    /// <summary>Who has it.</summary>
    internal Lessee? Lessee { get; set; }

    internal int Count { get; private set; }

    internal bool IsSettled { get; set; }

    internal Hold? Previous { get; set; }

    internal Hold? Next { get; set; }

    internal BudgetAccount this[int index] => index < Inline ? first[index] : more![index - Inline];

    /// <summary>
    /// Ends the hold: what was not used is given back, and what was used beyond it is charged too. Never waits, and throws for a
    /// cost below zero only. Another call does nothing.
    /// </summary>
    /// <param name="cost">What was used, in picodollars.</param>
    /// <param name="entry">What the ledger notes. Its accounts are those of the hold, and its cost is <paramref name="cost"/>, unless that is
    /// zero because the price is not known. Null to note nothing, if nothing was used.</param>
    /// <param name="earlier">The entries of tries before it that used something: each is charged its own cost. Null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The cost is below zero.</exception>
    public void Settle(long cost, LedgerEntry? entry, IReadOnlyList<LedgerEntry>? earlier = null) => ledger.Settle(this, cost, entry, earlier ?? []);

    internal void Add(BudgetAccount account)
    {
        if (Count < Inline)
            first[Count] = account;
        else
            (more ??= new BudgetAccount[LedgerLimits.MostAccountsOfEntry - Inline])[Count - Inline] = account;
        Count++;
    }

    /// <summary>Forgets the accounts, before they are looked up again.</summary>
    internal void Clear() => Count = 0;

    internal bool Has(BudgetAccount account)
    {
        for (var index = 0; index < Count; index++)
        {
            if (this[index] == account)
                return true;
        }

        return false;
    }

    internal string[] AccountIds()
    {
        var ids = new string[Count];
        for (var index = 0; index < ids.Length; index++)
            ids[index] = this[index].Id;
        return ids;
    }

    [InlineArray(Inline)]
    private struct Accounts
    {
        private BudgetAccount first;
    }
}
