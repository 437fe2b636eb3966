using Dragoman.Gateway.Tests.Stores.Ledger;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Access.Budgets;

/// <summary>What one process sees of the ledger's store. It fails for this process alone, and not at all after the process was killed.</summary>
internal sealed class ProcessStore(SimulatedLedger ledger) : ILedgerStore
{
    /// <summary>What happens to each call of the process; null to let all succeed.</summary>
    public Func<LedgerFault>? Fault { get; set; }

    /// <summary>Whether the process was killed: it gets no answer any more.</summary>
    public bool IsDead { get; set; }

    /// <summary>When set, calls wait for it before they reach the store.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>Whether a call waits for <see cref="Hold"/>.</summary>
    public bool IsHeld { get; private set; }

    public int Exchanges { get; private set; }

    public List<LedgerBatch> Batches { get; } = [];

    public int MostAccounts => ledger.MostAccounts;

    public Task<LedgerAnswer> ExchangeAsync(LedgerBatch batch, CancellationToken cancellation = default)
    {
        Exchanges++;
        lock (Batches)
            Batches.Add(batch);
        return CallAsync(() => ledger.ExchangeAsync(batch, cancellation), cancellation);
    }

    public Task<IReadOnlyList<AssumedLease>> ExpireAsync(DateTimeOffset before, CancellationToken cancellation = default) =>
        CallAsync(() => ledger.ExpireAsync(before, cancellation), cancellation);

    public Task<IReadOnlyList<AccountState>> ReadAsync(IReadOnlyList<string> accounts, CancellationToken cancellation = default) => ledger.ReadAsync(accounts, cancellation);

    public Task<IReadOnlyList<AccountState>> ListAsync(string prefix, string? after, int take, CancellationToken cancellation = default) => ledger.ListAsync(prefix, after, take, cancellation);

    public Task<IReadOnlyList<LeaseState>> LeasesAsync(CancellationToken cancellation = default) => ledger.LeasesAsync(cancellation);

    public Task<AccountState?> CorrectAsync(LedgerCorrection correction, CancellationToken cancellation = default) => ledger.CorrectAsync(correction, cancellation);

    public Task<IReadOnlyList<StoredEntry>> EntriesAsync(string? after, int take, CancellationToken cancellation = default) => ledger.EntriesAsync(after, take, cancellation);

    public Task<IReadOnlyList<LedgerEntry>> FindAsync(string requestId, CancellationToken cancellation = default) => ledger.FindAsync(requestId, cancellation);

    public Task<long> AddUpAsync(string account, CancellationToken cancellation = default) => ledger.AddUpAsync(account, cancellation);

    public Task<int> TrimAsync(DateTimeOffset before, int take, CancellationToken cancellation = default) => CallAsync(() => ledger.TrimAsync(before, take, cancellation), cancellation);

    public Task<IReadOnlyList<UsageGroup>> UsageAsync(UsageQuery query, CancellationToken cancellation = default) => ledger.UsageAsync(query, cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        if (Hold is { } hold)
        {
            IsHeld = true;
            await hold.Task.WaitAsync(cancellation);
            IsHeld = false;
        }

        var fault = Fault?.Invoke() ?? LedgerFault.None;
        if (!IsDead && fault != LedgerFault.Lost)
        {
            var answer = await call();
            if (!IsDead && fault == LedgerFault.None)
                return answer;
        }

        return IsDead ? await Never<T>(cancellation) : throw new StoreUnavailableException($"The store is away: {fault}.");
    }

    private static async Task<T> Never<T>(CancellationToken cancellation)
    {
        await new TaskCompletionSource().Task.WaitAsync(cancellation);
        throw new NotSupportedException();
    }
}
