namespace Dragoman.Stores.Ledger;

/// <summary>What one process tells the ledger at once.</summary>
/// <param name="Process">The name of the process: a new random one for each start.</param>
/// <param name="Number">Counts the batches of the process, from 1. It makes a batch that is sent twice count once.</param>
/// <param name="LeasedUntil">How long the process holds all its leases.</param>
/// <param name="Accounts">Up to <see cref="ILedgerStore.MostAccounts"/>, each once. Leases of other accounts stay as they are.</param>
/// <param name="Entries">Up to <see cref="LedgerLimits.MostEntries"/>.</param>
/// <param name="IsLast">The process ends after it: all its leases are given back, also those of an expired process that were assumed.</param>
public sealed record LedgerBatch(
    string Process,
    long Number,
    DateTimeOffset LeasedUntil,
    IReadOnlyList<AccountExchange> Accounts,
    IReadOnlyList<LedgerEntry> Entries,
    bool IsLast = false);

/// <summary>One account in a batch.</summary>
/// <param name="Account">Its id. An account is created when it is first used.</param>
/// <param name="Limit">Its limit as the process knows it. A lower limit than what is spent and leased grants nothing more, but takes nothing back.</param>
/// <param name="Settled">What the process has used of its lease since its last batch: the sum of the entries that name the account.</param>
/// <param name="Wanted">The lease that the process wants to hold after that.</param>
public sealed record AccountExchange(string Account, long Limit, long Settled, long Wanted);
