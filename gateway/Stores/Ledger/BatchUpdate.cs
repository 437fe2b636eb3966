namespace Dragoman.Stores.Ledger;

/// <summary>What a batch changes, as every store applies it.</summary>
/// <param name="Process">The process afterwards.</param>
/// <param name="Holdings">The accounts afterwards, in the order of their bytes.</param>
/// <param name="Entries">What is appended to the ledger.</param>
/// <param name="Answer">What the process is told.</param>
internal sealed record BatchUpdate(ProcessState Process, IReadOnlyList<Holding> Holdings, IReadOnlyList<LedgerEntry> Entries, LedgerAnswer Answer)
{
    /// <summary>How the request ids of entries begin that belong to a lease and to no request.</summary>
    public const string LeasePrefix = "assumed:";

    public static bool IsOfLease(LedgerEntry entry) => entry.RequestId.StartsWith(LeasePrefix, StringComparison.Ordinal);

    /// <param name="batch">The batch after the last one that was applied.</param>
    /// <param name="process">The process before.</param>
    /// <param name="found">Its holdings of the accounts of the batch, as far as they exist; before its end, all of its holdings.</param>
    /// <exception cref="ArgumentException">It is not the batch after the last one.</exception>
    public static BatchUpdate Of(LedgerBatch batch, ProcessState process, IReadOnlyDictionary<string, Holding> found)
    {
        LedgerLimits.CheckNext(batch, process.Number);
        var holdings = new SortedDictionary<string, Holding>(Utf8Order.Instance);
        var entries = new List<LedgerEntry>(batch.Entries.Count);
        foreach (var (account, holding) in found)
            holdings.Add(account, holding);
        var after = process with { Number = batch.Number, Until = process.IsOver ? process.Until : batch.LeasedUntil, IsEnded = process.IsEnded || batch.IsLast };
        foreach (var exchange in batch.Accounts)
        {
            var before = holdings.GetValueOrDefault(exchange.Account) ?? Holding.New(exchange.Account, exchange.Limit);
            holdings[exchange.Account] = before.Exchange(exchange, process.IsOver, batch.IsLast);
            AddAssumed(entries, batch.Process, after.Until, before, holdings[exchange.Account]);
        }

        entries.AddRange(batch.Entries);
        if (batch.IsLast)
        {
            foreach (var account in holdings.Keys.ToList())
            {
                var before = holdings[account];
                holdings[account] = before.Release();
                AddAssumed(entries, batch.Process, after.Until, before, holdings[account]);
            }
        }

        return new(after, [.. holdings.Values], entries, AnswerOf(batch, holdings, process.IsOver));
    }

    /// <summary>The answer to a batch that was applied before.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="process">Its process.</param>
    /// <param name="found">The present holdings of its accounts.</param>
    public static LedgerAnswer Repeat(LedgerBatch batch, ProcessState process, IReadOnlyDictionary<string, Holding> found) => AnswerOf(batch, found, process.IsExpired);

    /// <summary>Adds an entry for what is assumed to be used from now on, or no longer.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="process">Whose lease it is.</param>
    /// <param name="until">When the lease ended.</param>
    /// <param name="before">The holding before.</param>
    /// <param name="after">The holding afterwards.</param>
    public static void AddAssumed(List<LedgerEntry> entries, string process, DateTimeOffset until, Holding before, Holding after)
    {
        var amount = after.State.Assumed - before.State.Assumed;
        if (amount == 0)
            return;
        entries.Add(new()
        {
            RequestId = LeasePrefix + process,
            At = until,
            Accounts = [after.State.Account],
            Cost = amount,
            Model = "",
            Dialect = "",
            Outcome = "failed",
            Origin = "assumed",
        });
    }

    private static LedgerAnswer AnswerOf(LedgerBatch batch, IReadOnlyDictionary<string, Holding> holdings, bool isExpired)
    {
        var granted = new List<GrantedLease>(batch.Accounts.Count);
        foreach (var exchange in batch.Accounts)
        {
            var holding = holdings.TryGetValue(exchange.Account, out var found) ? found : Holding.New(exchange.Account, exchange.Limit);
            granted.Add(new(holding.Lease, holding.State));
        }

        return new(granted, isExpired);
    }
}
