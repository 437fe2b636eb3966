namespace Dragoman.Stores.Ledger;

/// <summary>
/// What was spent of each budget, and what the processes have leased of it, in one database that they share. The same tests run for
/// every implementation. docs/developers/ledger.md describes the contract and its traps.
/// </summary>
/// <remarks>
/// An account is one period of one budget, such as a team's money of a month. A process leases a part of it, reserves from its lease in
/// memory, and later settles what was used. <b>The store itself keeps leased + settled ≤ ceiling</b>: a CHECK, or a condition on the row
/// that has the three numbers. What was used beyond every lease is <see cref="AccountState.Excess"/>; a right upper bound leaves it at zero.
/// All amounts are in one unit, which the store does not know; Dragoman's are picodollars. Every call ends within
/// <see cref="StoreLimits.LongestCall"/>. All members may be called concurrently.
/// <para>Every method throws <see cref="StoreUnavailableException"/> if the store does not answer, <see cref="StoreSchemaException"/> if
/// a newer release has changed its schema, and <see cref="ArgumentException"/> for what is outside <see cref="LedgerLimits"/>.</para>
/// </remarks>
public interface ILedgerStore : IAsyncDisposable
{
    /// <summary>The accounts that one batch may have.</summary>
    int MostAccounts => LedgerLimits.MostAccounts;

    /// <summary>
    /// Settles what a process has used, renews its leases, and changes them to what it wants, as far as that is left. All of a batch is
    /// applied, or nothing. A batch whose number was applied before changes nothing, and is answered with the present state.
    /// </summary>
    /// <remarks>
    /// After <see cref="StoreUnavailableException"/> and <see cref="OperationCanceledException"/> the batch may have been applied, or may
    /// still be. The process sends the same batch again, and no other before that is answered.
    /// <para>For each account, in this order: the settled amount is taken from the process's lease; what exceeds the lease is taken from
    /// what is left, and what exceeds that is excess. Then a lease that is greater than wanted is made smaller, or a smaller one greater
    /// by as much as is left.</para>
    /// <para>The leases of a process that did not renew them may have been settled by <see cref="ExpireAsync"/>. Then its batches are
    /// still applied, but what they settle replaces what was assumed, they get no lease (<see cref="LedgerAnswer.IsExpired"/>), and they
    /// change no limit. The same is true for batches after the last one.</para>
    /// </remarks>
    Task<LedgerAnswer> ExchangeAsync(LedgerBatch batch, CancellationToken cancellation = default);

    /// <summary>
    /// Settles the leases of all processes that did not renew them in time: the whole lease is assumed to be used, because nobody knows
    /// better. The process itself can replace that later by what its journal says.
    /// </summary>
    /// <remarks>
    /// Each has an entry of its own, whose request id is <c>assumed:PROCESS</c>. When the process replaces it, another one with an amount
    /// below zero takes it back. Both have the time at which the lease ended, so that they cancel out in every sum of a day.
    /// </remarks>
    /// <param name="before">Processes whose <see cref="LedgerBatch.LeasedUntil"/> is earlier are expired.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>What was assumed by this call. A call that is repeated, or made by two processes at once, assumes nothing twice.</returns>
    Task<IReadOnlyList<AssumedLease>> ExpireAsync(DateTimeOffset before, CancellationToken cancellation = default);

    /// <summary>Accounts, in the order of the request; one that nobody has used is absent.</summary>
    /// <param name="accounts">Up to <see cref="LedgerLimits.MostAccounts"/> ids.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task<IReadOnlyList<AccountState>> ReadAsync(IReadOnlyList<string> accounts, CancellationToken cancellation = default);

    /// <summary>Up to <paramref name="take"/> accounts in the order of the UTF-8 bytes of their ids. A page with fewer is the last one.</summary>
    /// <param name="prefix">How their ids begin; empty for all.</param>
    /// <param name="after">The id that precedes the page; null for the first page.</param>
    /// <param name="take">From 1 to <see cref="StoreLimits.MostPerPage"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task<IReadOnlyList<AccountState>> ListAsync(string prefix, string? after, int take, CancellationToken cancellation = default);

    /// <summary>All leases, those of expired processes with what is still assumed of them.</summary>
    Task<IReadOnlyList<LeaseState>> LeasesAsync(CancellationToken cancellation = default);

    /// <summary>Changes what an account has settled, by an administrator's decision. A correction whose operation id was applied before changes nothing.</summary>
    /// <returns>The account afterwards; null if there is none of this id.</returns>
    Task<AccountState?> CorrectAsync(LedgerCorrection correction, CancellationToken cancellation = default);

    /// <summary>Entries in the order in which they were settled. A page with fewer than <paramref name="take"/> is the last one.</summary>
    /// <param name="after">The <see cref="StoredEntry.Position"/> that precedes the page; null for the first page.</param>
    /// <param name="take">From 1 to <see cref="StoreLimits.MostPerPage"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task<IReadOnlyList<StoredEntry>> EntriesAsync(string? after, int take, CancellationToken cancellation = default);

    /// <summary>All attempts of one request, in their order.</summary>
    Task<IReadOnlyList<LedgerEntry>> FindAsync(string requestId, CancellationToken cancellation = default);

    /// <summary>
    /// Adds up the entries, corrections and assumed leases of an account, to compare the sum with what the account says. It reads all
    /// entries by pages, so that it alone may take longer than <see cref="StoreLimits.LongestCall"/>.
    /// </summary>
    /// <returns>The sum of settled and excess as the entries have it.</returns>
    Task<long> AddUpAsync(string account, CancellationToken cancellation = default);

    /// <summary>
    /// Removes entries that are older than a time. What they have settled stays settled, and <see cref="AddUpAsync"/> still counts them; a sum
    /// that is added up meanwhile may count some of them twice. In Azure Table Storage an entry that was settled late waits for those before it.
    /// </summary>
    /// <param name="before">Entries whose <see cref="LedgerEntry.At"/> is earlier are removed.</param>
    /// <param name="take">How many at most, so that the call is short.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>How many were removed. Fewer than <paramref name="take"/> if no more of them are left.</returns>
    Task<int> TrimAsync(DateTimeOffset before, int take, CancellationToken cancellation = default);

    /// <summary>Adds up entries in groups. What a batch has settled is in it as soon as the batch is applied.</summary>
    /// <remarks>In Azure Table Storage it adds up what was settled since the last question, so that it alone may take longer than <see cref="StoreLimits.LongestCall"/>.</remarks>
    /// <returns>The groups in the order of their time and then of their values.</returns>
    /// <exception cref="UsageRefusedException">The question is not one that this store answers, or it has more than <see cref="UsageQuery.MostGroups"/> groups.</exception>
    Task<IReadOnlyList<UsageGroup>> UsageAsync(UsageQuery query, CancellationToken cancellation = default);
}
