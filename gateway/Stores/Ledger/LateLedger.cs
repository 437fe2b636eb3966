using Dragoman.Identity;
using Dragoman.Secrets;

namespace Dragoman.Stores.Ledger;

/// <summary>A ledger whose connection is in a vault, which is asked at the first call.</summary>
internal sealed class LateLedger(LiveSecret connection, EntraTokens? tokens = null) : ILedgerStore
{
    private readonly LateOpening<ILedgerStore> ledger = new(connection, tokens, static parsed => parsed.OpenLedger());

    public async Task<LedgerAnswer> ExchangeAsync(LedgerBatch batch, CancellationToken cancellation = default) =>
        await (await ledger.GetAsync(cancellation).ConfigureAwait(false)).ExchangeAsync(batch, cancellation).ConfigureAwait(false);

    public async Task<IReadOnlyList<AssumedLease>> ExpireAsync(DateTimeOffset before, CancellationToken cancellation = default) =>
        await (await ledger.GetAsync(cancellation).ConfigureAwait(false)).ExpireAsync(before, cancellation).ConfigureAwait(false);

    public async Task<IReadOnlyList<AccountState>> ReadAsync(IReadOnlyList<string> accounts, CancellationToken cancellation = default) =>
        await (await ledger.GetAsync(cancellation).ConfigureAwait(false)).ReadAsync(accounts, cancellation).ConfigureAwait(false);

    public async Task<IReadOnlyList<AccountState>> ListAsync(string prefix, string? after, int take, CancellationToken cancellation = default) =>
        await (await ledger.GetAsync(cancellation).ConfigureAwait(false)).ListAsync(prefix, after, take, cancellation).ConfigureAwait(false);

    public async Task<IReadOnlyList<LeaseState>> LeasesAsync(CancellationToken cancellation = default) =>
        await (await ledger.GetAsync(cancellation).ConfigureAwait(false)).LeasesAsync(cancellation).ConfigureAwait(false);

    public async Task<AccountState?> CorrectAsync(LedgerCorrection correction, CancellationToken cancellation = default) =>
        await (await ledger.GetAsync(cancellation).ConfigureAwait(false)).CorrectAsync(correction, cancellation).ConfigureAwait(false);

    public async Task<IReadOnlyList<StoredEntry>> EntriesAsync(string? after, int take, CancellationToken cancellation = default) =>
        await (await ledger.GetAsync(cancellation).ConfigureAwait(false)).EntriesAsync(after, take, cancellation).ConfigureAwait(false);

    public async Task<IReadOnlyList<LedgerEntry>> FindAsync(string requestId, CancellationToken cancellation = default) =>
        await (await ledger.GetAsync(cancellation).ConfigureAwait(false)).FindAsync(requestId, cancellation).ConfigureAwait(false);

    public async Task<long> AddUpAsync(string account, CancellationToken cancellation = default) =>
        await (await ledger.GetAsync(cancellation).ConfigureAwait(false)).AddUpAsync(account, cancellation).ConfigureAwait(false);

    public async Task<int> TrimAsync(DateTimeOffset before, int take, CancellationToken cancellation = default) =>
        await (await ledger.GetAsync(cancellation).ConfigureAwait(false)).TrimAsync(before, take, cancellation).ConfigureAwait(false);

    public async Task<IReadOnlyList<UsageGroup>> UsageAsync(UsageQuery query, CancellationToken cancellation = default) =>
        await (await ledger.GetAsync(cancellation).ConfigureAwait(false)).UsageAsync(query, cancellation).ConfigureAwait(false);

    public ValueTask DisposeAsync() => ledger.DisposeAsync();
}
