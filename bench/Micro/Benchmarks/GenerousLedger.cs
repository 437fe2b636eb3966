using Dragoman.Stores.Ledger;

namespace Dragoman.Micro.Benchmarks;

/// <summary>A store that grants every lease and forgets every settlement, so that a benchmark measures the process and no store.</summary>
internal sealed class GenerousLedger : ILedgerStore
{
    public Task<LedgerAnswer> ExchangeAsync(LedgerBatch batch, CancellationToken cancellation = default) => Task.FromResult(new LedgerAnswer(
        [.. batch.Accounts.Select(account => new GrantedLease(account.Wanted, new(account.Account, account.Limit, account.Wanted, 0, 0, 0)))], IsExpired: false));

    public Task<IReadOnlyList<AssumedLease>> ExpireAsync(DateTimeOffset before, CancellationToken cancellation = default) => Task.FromResult<IReadOnlyList<AssumedLease>>([]);

    public Task<IReadOnlyList<AccountState>> ReadAsync(IReadOnlyList<string> accounts, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<AccountState>> ListAsync(string prefix, string? after, int take, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<LeaseState>> LeasesAsync(CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<AccountState?> CorrectAsync(LedgerCorrection correction, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<StoredEntry>> EntriesAsync(string? after, int take, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<LedgerEntry>> FindAsync(string requestId, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<long> AddUpAsync(string account, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<int> TrimAsync(DateTimeOffset before, int take, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<UsageGroup>> UsageAsync(UsageQuery query, CancellationToken cancellation = default) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
