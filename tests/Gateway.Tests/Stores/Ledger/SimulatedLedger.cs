using System.Text;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Stores.Ledger;

/// <summary>
/// A ledger in memory: the model that the real stores are compared with, and a store for other tests. It is written without their code.
/// </summary>
internal sealed class SimulatedLedger : ILedgerStore
{
    private readonly Lock access = new();
    private readonly SortedDictionary<string, Account> accounts = new(Utf8Order);
    private readonly Dictionary<string, Process> processes = [];
    private readonly Dictionary<string, (string Account, long Applied, DateTimeOffset At)> corrections = [];

    /// <summary>Entries that were removed. Their costs stay in the sums.</summary>
    private readonly List<LedgerEntry> trimmed = [];
    private readonly List<LedgerEntry> entries = [];

    /// <summary>Decides what happens to each call that changes something.</summary>
    public Func<LedgerFault>? Fault { get; set; }

    /// <summary>How many batches have reached the store.</summary>
    public int Batches { get; private set; }

    /// <summary>Orders texts as the stores do: by their UTF-8 bytes.</summary>
    public static Comparer<string> Utf8Order { get; } = Comparer<string>.Create((left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));

    /// <summary>Everything that was settled, in its order.</summary>
    public IReadOnlyList<LedgerEntry> Entries
    {
        get
        {
            lock (access)
                return [.. entries];
        }
    }

    public int MostAccounts { get; init; } = LedgerLimits.MostAccounts;

    public Task<LedgerAnswer> ExchangeAsync(LedgerBatch batch, CancellationToken cancellation = default) => Change(() =>
    {
        Batches++;
        LedgerLimits.Check(batch, MostAccounts);
        var process = processes.GetValueOrDefault(batch.Process) ?? new();
        var isExpired = process.IsExpired;
        if (batch.Number > process.Number)
        {
            LedgerLimits.CheckNext(batch, process.Number);
            processes[batch.Process] = process;
            isExpired |= process.IsEnded;
            Apply(batch, process, isOver: isExpired);
        }

        return new LedgerAnswer(
            [.. batch.Accounts.Select(each => new GrantedLease(process.Leases.GetValueOrDefault(each.Account)?.Amount ?? 0, accounts[each.Account].State(each.Account)))],
            isExpired);
    }, cancellation);

    public Task<IReadOnlyList<AssumedLease>> ExpireAsync(DateTimeOffset before, CancellationToken cancellation = default) => Change<IReadOnlyList<AssumedLease>>(() =>
    {
        var assumed = new List<AssumedLease>();
        foreach (var (name, process) in processes.Where(each => !each.Value.IsExpired && !each.Value.IsEnded && each.Value.Until < before).OrderBy(each => each.Key, Utf8Order))
        {
            process.IsExpired = true;
            foreach (var (id, lease) in process.Leases.Where(lease => lease.Value.Amount > 0))
            {
                var account = accounts[id];
                account.Leased -= lease.Amount;
                account.Settled += lease.Amount;
                account.Assumed += lease.Amount;
                lease.Assumed = lease.Amount;
                lease.Amount = 0;
                AddAssumed(name, process, id, lease.Assumed);
                assumed.Add(new(name, id, lease.Assumed));
            }
        }

        return assumed;
    }, cancellation);

    public Task<IReadOnlyList<AccountState>> ReadAsync(IReadOnlyList<string> accounts, CancellationToken cancellation = default) =>
        Read<IReadOnlyList<AccountState>>(() => [.. accounts.Where(this.accounts.ContainsKey).Select(id => this.accounts[id].State(id))], cancellation);

    public Task<IReadOnlyList<AccountState>> ListAsync(string prefix, string? after, int take, CancellationToken cancellation = default) => Read<IReadOnlyList<AccountState>>(
        () =>
        [
            .. accounts.Where(each => each.Key.StartsWith(prefix, StringComparison.Ordinal) && (after is null || Utf8Order.Compare(each.Key, after) > 0))
                .Take(take).Select(each => each.Value.State(each.Key)),
        ],
        cancellation);

    public Task<IReadOnlyList<LeaseState>> LeasesAsync(CancellationToken cancellation = default) => Read<IReadOnlyList<LeaseState>>(
        () =>
        [
            .. from process in processes.OrderBy(each => each.Key, Utf8Order)
               from lease in process.Value.Leases
               where lease.Value.Amount > 0 || lease.Value.Assumed > 0
               select new LeaseState(process.Key, lease.Key, lease.Value.Amount, lease.Value.Assumed, process.Value.Until),
        ],
        cancellation);

    public Task<AccountState?> CorrectAsync(LedgerCorrection correction, CancellationToken cancellation = default) => Change(() =>
    {
        LedgerLimits.Check(correction);
        if (!accounts.TryGetValue(correction.Account, out var account))
            return null;
        if (!corrections.ContainsKey(correction.OperationId))
        {
            var before = account.Settled + account.Excess;
            if (correction.Amount >= 0)
            {
                account.Add(correction.Amount);
            }
            else
            {
                var back = Math.Min(-correction.Amount, before);
                var ofExcess = Math.Min(back, account.Excess);
                account.Excess -= ofExcess;
                account.Settled -= back - ofExcess;
                account.Assumed = Math.Max(0, account.Assumed - back);
            }

            corrections[correction.OperationId] = (correction.Account, account.Settled + account.Excess - before, correction.At);
        }

        return account.State(correction.Account);
    }, cancellation);

    public Task<IReadOnlyList<StoredEntry>> EntriesAsync(string? after, int take, CancellationToken cancellation = default) => Read<IReadOnlyList<StoredEntry>>(
        () => [.. entries.Select((entry, index) => new StoredEntry($"{index}", entry)).Skip(after is null ? 0 : int.Parse(after, null) + 1).Take(take)],
        cancellation);

    public Task<IReadOnlyList<LedgerEntry>> FindAsync(string requestId, CancellationToken cancellation = default) =>
        Read<IReadOnlyList<LedgerEntry>>(() => [.. entries.Where(entry => entry.RequestId == requestId).OrderBy(entry => entry.Attempt)], cancellation);

    public Task<long> AddUpAsync(string account, CancellationToken cancellation = default) => Read(
        () => entries.Concat(trimmed).Where(entry => entry.Accounts.Contains(account)).Sum(entry => entry.Cost ?? 0) + corrections.Values.Where(correction => correction.Account == account).Sum(correction => correction.Applied),
        cancellation);

    public Task<int> TrimAsync(DateTimeOffset before, int take, CancellationToken cancellation = default) => Change(
        () =>
        {
            var old = entries.Where(entry => entry.At < before).OrderBy(entry => entry.At).Take(take).ToList();
            foreach (var entry in old)
                entries.Remove(entry);
            trimmed.AddRange(old);
            return old.Count;
        },
        cancellation);

    public Task<IReadOnlyList<UsageGroup>> UsageAsync(UsageQuery query, CancellationToken cancellation = default)
    {
        query.Check();
        return Read(() => SimulatedUsage.Of(query, [.. entries, .. trimmed], [.. corrections.Values.Select(correction => (correction.At, correction.Applied))]), cancellation);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Apply(LedgerBatch batch, Process process, bool isOver)
    {
        process.Number = batch.Number;
        if (!isOver)
            process.Until = batch.LeasedUntil;
        foreach (var exchange in batch.Accounts)
        {
            if (!accounts.TryGetValue(exchange.Account, out var account))
                accounts[exchange.Account] = account = new() { Limit = exchange.Limit };
            else if (!isOver)
                account.Limit = exchange.Limit;
            if (!process.Leases.TryGetValue(exchange.Account, out var lease))
                process.Leases[exchange.Account] = lease = new();
            var rest = exchange.Settled;
            var ofAssumed = Math.Min(rest, Math.Min(lease.Assumed, account.Assumed));
            if (ofAssumed > 0)
                AddAssumed(batch.Process, process, exchange.Account, -ofAssumed);
            lease.Assumed -= ofAssumed;
            account.Assumed -= ofAssumed;
            rest -= ofAssumed;
            var ofLease = Math.Min(rest, lease.Amount);
            lease.Amount -= ofLease;
            account.Leased -= ofLease;
            account.Settled += ofLease;
            account.Add(rest - ofLease);
            var change = isOver || batch.IsLast ? -lease.Amount : Math.Min(exchange.Wanted - lease.Amount, account.Left);
            lease.Amount += change;
            account.Leased += change;
        }

        entries.AddRange(batch.Entries);
        if (!batch.IsLast)
            return;
        process.IsEnded = true;
        foreach (var (id, lease) in process.Leases)
        {
            var account = accounts[id];
            account.Leased -= lease.Amount;
            var back = Math.Min(lease.Assumed, account.Assumed);
            account.Settled -= back;
            account.Assumed -= back;
            if (back > 0)
                AddAssumed(batch.Process, process, id, -back);
        }

        process.Leases.Clear();
    }

    private void AddAssumed(string name, Process process, string account, long amount) => entries.Add(new()
    {
        RequestId = $"assumed:{name}",
        At = process.Until,
        Accounts = [account],
        Cost = amount,
        Model = "",
        Dialect = "",
        Outcome = "failed",
        Origin = "assumed",
    });

    private Task<T> Change<T>(Func<T> change, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var fault = Fault?.Invoke() ?? LedgerFault.None;
        T? answer = default;
        try
        {
            if (fault != LedgerFault.Lost)
            {
                lock (access)
                    answer = change();
            }
        }
        catch (ArgumentException exception)
        {
            return Task.FromException<T>(exception);
        }

        return fault == LedgerFault.None ? Task.FromResult(answer!) : Task.FromException<T>(new StoreUnavailableException($"The simulated ledger: {fault}."));
    }

    private Task<T> Read<T>(Func<T> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (access)
            return Task.FromResult(read());
    }

    private sealed class Account
    {
        public long Limit { get; set; }

        public long Leased { get; set; }

        public long Settled { get; set; }

        public long Assumed { get; set; }

        public long Excess { get; set; }

        public long Left => Math.Max(0, Limit - Leased - Settled - Excess);

        public void Add(long amount)
        {
            var within = Math.Min(amount, Left);
            Settled += within;
            Excess += amount - within;
        }

        public AccountState State(string id) => new(id, Limit, Leased, Settled, Assumed, Excess);
    }

    private sealed class Process
    {
        public long Number { get; set; }

        public DateTimeOffset Until { get; set; }

        public bool IsExpired { get; set; }

        public bool IsEnded { get; set; }

        public SortedDictionary<string, Lease> Leases { get; } = new(Utf8Order);
    }

    private sealed class Lease
    {
        public long Amount { get; set; }

        public long Assumed { get; set; }
    }
}
