using Dragoman.Stores;
using Dragoman.Stores.Ledger;
using Microsoft.Extensions.Logging;

namespace Dragoman.Access.Budgets;

/// <summary>
/// Keeps the budgets of all callers of a process, together with the other processes that share the store: a hard ceiling at the speed
/// of memory. A request reserves the most that it may cost, and settles what it did cost. docs/developers/budgets.md describes how.
/// </summary>
/// <remarks>
/// The process leases parts of accounts from the store. Usually a request takes from them and calls no store. One lock protects
/// everything that is in memory. It is held for less than a microsecond by a request, and never while something is awaited.
/// </remarks>
public sealed partial class Ledger : IAsyncDisposable
{
    /// <summary>The most requests that wait for what other processes may give back.</summary>
    public const int MostWaiting = 4096;

    /// <summary>How long an answer of the store is good enough to refuse a request.</summary>
    private static readonly long Fresh = TimeSpan.FromSeconds(1).Ticks;

    private static readonly TimeSpan BetweenRecoveries = TimeSpan.FromMinutes(1);

    /// <summary>The pause after old entries were removed, if there may be more.</summary>
    private static readonly long BetweenTrims = TimeSpan.FromSeconds(1).Ticks;

    /// <summary>The longest pause after all old entries were removed. Processes choose it by chance, so that they do not remove in step.</summary>
    private static readonly long BetweenTrimmings = TimeSpan.FromHours(1).Ticks;

    private static readonly TimeSpan BetweenExpiries = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestBetweenExpiries = TimeSpan.FromSeconds(30);

    /// <summary>The part of <see cref="BudgetSettings.LongestClose"/> that is for telling the store what still ran.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly ILedgerStore store;
    private readonly BudgetSettings settings;
    private readonly LedgerClock clock;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly LinkedList<Waiter> waiters = [];
    private readonly List<LesseeExchange> ending = [];
    private readonly ITimer waitTimer;
    private readonly ITimer recoveryTimer;
    private readonly string? folder;
    private readonly int segmentBytes;
    private LesseeExchange current;
    private Task recovery = Task.CompletedTask;
    private bool isClosing;
    private bool isReportedAway;
    private long expireAt;
    private long trimAt;
    private long exchanges;
    private long unnoted;

    /// <summary>Starts it. It contacts the store when it is first needed, or when another process has left something to tell it.</summary>
    /// <param name="store">What the processes share. The caller disposes it afterwards.</param>
    /// <param name="settings">How this process keeps budgets.</param>
    /// <param name="time">The time.</param>
    /// <param name="logger">Is told what an operator should know.</param>
    public Ledger(ILedgerStore store, BudgetSettings settings, TimeProvider time, ILogger logger)
        : this(store, settings, time, logger, Journal.SegmentBytes)
    {
    }

    internal Ledger(ILedgerStore store, BudgetSettings settings, TimeProvider time, ILogger logger, int segmentBytes)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (this.store, this.settings, clock, this.logger, this.segmentBytes) = (store, settings, new(time), logger, segmentBytes);
        folder = UsableFolder();
        current = Begin();
        waitTimer = time.CreateTimer(static ledger => ((Ledger)ledger!).OnWaitTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        recoveryTimer = time.CreateTimer(static ledger => ((Ledger)ledger!).OnRecoveryTimer(), this, folder is null ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Is told about budgets that begin to warn, or to refuse requests; null for nobody. Disposed with the ledger.</summary>
    internal BudgetNotices? Notices { get; init; }

    /// <summary>How often the store was asked since the start.</summary>
    public long Exchanges => Volatile.Read(ref exchanges);

    /// <summary>Whether the store does not answer.</summary>
    public bool IsStoreAway
    {
        get
        {
            lock (gate)
                return current.IsAway;
        }
    }

    /// <summary>What it has leased, under all its names.</summary>
    internal IReadOnlyList<Lessee> Lessees
    {
        get
        {
            lock (gate)
                return [current.Lessee, .. ending.Select(exchange => exchange.Lessee)];
        }
    }

    /// <summary>The least that an account has available. It is below zero only after requests have used more than they had reserved, or ran without the store.</summary>
    internal long LeastAvailable
    {
        get
        {
            lock (gate)
                return Math.Min(0, current.Lessee.Accounts.Select(account => account.Available).DefaultIfEmpty().Min());
        }
    }

    /// <summary>Whether something goes on that does not wait for the clock.</summary>
    internal bool IsBusy
    {
        get
        {
            lock (gate)
                return !recovery.IsCompleted || current.IsRunning || ending.Exists(exchange => exchange.IsRunning);
        }
    }

    /// <summary>The requests that wait.</summary>
    internal int WaitingCount
    {
        get
        {
            lock (gate)
                return waiters.Count;
        }
    }

    /// <summary>
    /// Reserves an amount in all budgets, or in none. Usually it ends at once. If too little is leased, it waits up to
    /// <see cref="BudgetSettings.LongestWait"/> for what other processes give back.
    /// </summary>
    /// <param name="budgets">Up to <see cref="LedgerLimits.MostAccountsOfEntry"/>. What is begun before midnight belongs to the period that ends there.</param>
    /// <param name="amount">The most that may be used, in picodollars.</param>
    /// <param name="draft">What the ledger notes if the process is killed before the hold is settled: origin <c>assumed</c>, with this amount
    /// as the cost. Its accounts are not read.</param>
    /// <param name="cancellation">The client has left.</param>
    /// <exception cref="BudgetException">A budget does not allow it.</exception>
    /// <exception cref="ArgumentException">The amount or the number of budgets is not one that a ledger keeps.</exception>
    /// <exception cref="OperationCanceledException">The client left before something was reserved.</exception>
    public ValueTask<Hold> ReserveAsync(IReadOnlyList<BudgetScope> budgets, long amount, LedgerEntry draft, CancellationToken cancellation = default) =>
        ReserveAsync(budgets, amount, draft, isTrial: false, cancellation);

    /// <summary>
    /// As <see cref="ReserveAsync(IReadOnlyList{BudgetScope}, long, LedgerEntry, CancellationToken)"/>. With <paramref name="isTrial"/> the
    /// caller will ask for less if it is refused: it does not wait for what other requests may give back, and no operator is told.
    /// </summary>
    internal ValueTask<Hold> ReserveAsync(IReadOnlyList<BudgetScope> budgets, long amount, LedgerEntry draft, bool isTrial, CancellationToken cancellation)
    {
        if (amount is < 0 or > LedgerLimits.MostAmount)
            throw new ArgumentOutOfRangeException(nameof(amount), amount, $"An amount is from 0 to {LedgerLimits.MostAmount} picodollars.");
        if (budgets.Count > LedgerLimits.MostAccountsOfEntry)
            throw new ArgumentException($"A request has at most {LedgerLimits.MostAccountsOfEntry} budgets, not {budgets.Count}.", nameof(budgets));
        cancellation.ThrowIfCancellationRequested();
        var hold = new Hold(this, amount, EntryTexts.AreShort(draft) ? draft : EntryTexts.Fit(draft)) { IsTrial = isTrial };
        lock (gate)
        {
            if (TryBegin(hold, budgets, isForced: false))
                return new(hold);
        }

        return WaitAsync(hold, budgets, cancellation);
    }

    /// <summary>Ends all leases. Waits up to <see cref="BudgetSettings.LongestClose"/> for holds and for the store; what is left then is in the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        List<LesseeExchange> all;
        lock (gate)
        {
            if (isClosing)
                return;
            isClosing = true;
            while (waiters.First is { } waiter)
                Refuse(waiter, Refusal(waiter.Value.Hold, waiter.Value.Budgets, BudgetRefusalReason.Closing));
            current.Lessee.IsDraining = true;
            current.Signal(clock.Now);
            all = [current, .. ending];
        }

        await waitTimer.DisposeAsync().ConfigureAwait(false);
        await recoveryTimer.DisposeAsync().ConfigureAwait(false);
        await WaitForAsync(all, BudgetSettings.LongestClose - LastWords).ConfigureAwait(false);
        lock (gate)
        {
            foreach (var exchange in all)
            {
                exchange.Lessee.AssumeAll();
                exchange.Signal(clock.Now);
            }
        }

        await WaitForAsync(all, LastWords).ConfigureAwait(false);
        await recovery.ConfigureAwait(false);
        lock (gate)
        {
            all = [.. all.Union(ending)];
            ReportUnnoted();
        }

        foreach (var exchange in all)
        {
            await exchange.StopAsync().ConfigureAwait(false);
            if (exchange.Lessee is { IsOver: false, Journal: null, Pending.Count: > 0 and var lost })
                ReportLost(lost);
            if (!exchange.Lessee.IsOver)
                exchange.Lessee.Journal?.Dispose();
        }

        if (Notices is not null)
            await Notices.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The age of the oldest settlement that the store is not known to have; zero if it has all.</summary>
    internal TimeSpan Behind
    {
        get
        {
            lock (gate)
            {
                var oldest = ending.Select(exchange => exchange.Lessee.OldestUnsent).Append(current.Lessee.OldestUnsent).Min();
                return oldest is { } at && clock.UtcNow - at is { Ticks: > 0 } age ? age : TimeSpan.Zero;
            }
        }
    }

    /// <summary>What is spent or reserved of each budget that warns, in picodollars.</summary>
    internal IReadOnlyList<(BudgetScope Budget, long Used)> UsedOfThoseThatWarn()
    {
        lock (gate)
            return [.. from account in current.Lessee.Accounts where account is { Budget.WarnAt: not null, State: not null } select (account.Budget, account.Used)];
    }

    /// <summary>
    /// Notes what a request without a budget has cost. It never waits and refuses nothing: if the store is away for so long that half of
    /// what can be kept waits for it (<see cref="PendingEntries"/>), further entries are lost, so that there is room for those of budgets.
    /// </summary>
    /// <param name="entries">Its tries in their order. Their accounts are not read.</param>
    public void Note(IReadOnlyList<LedgerEntry> entries)
    {
        var holds = new Hold[entries.Count];
        for (var index = 0; index < holds.Length; index++)
            holds[index] = new(this, 0, Fit(entries[index], []));
        lock (gate)
        {
            var lessee = current.Lessee;
            if (lessee.IsOver || lessee.IsHalfFull)
            {
                unnoted += holds.Length;
                return;
            }

            foreach (var hold in holds)
                lessee.Add(hold, hold.Draft, clock.Now);
            current.Signal(lessee.DueAfterEntry());
        }
    }

    /// <summary>What was settled of a request by this process, and is not known to be in the store. What is in the journal only is not found.</summary>
    /// <param name="requestId">The id of the request.</param>
    public IReadOnlyList<LedgerEntry> FindUnsent(string requestId)
    {
        var found = new List<LedgerEntry>();
        lock (gate)
        {
            current.Lessee.Find(requestId, found);
            foreach (var exchange in ending)
                exchange.Lessee.Find(requestId, found);
        }

        return found;
    }

    /// <summary>Ends a hold.</summary>
    internal void Settle(Hold hold, long cost, LedgerEntry? entry, IReadOnlyList<LedgerEntry> earlier)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cost);
        cost = Math.Min(cost, LedgerLimits.MostAmount);
        if (hold.IsSettled || hold.Lessee is not { } lessee)
            return;
        var accounts = hold.AccountIds();
        if (entry is not null || cost > 0)
        {
            entry = Fit(entry ?? hold.Draft, accounts);
            entry = entry with { Cost = cost == 0 ? entry.Cost is null ? null : 0 : cost };
        }

        lock (gate)
        {
            if (hold.IsSettled)
                return;
            // If the process is killed in between, the whole reservation is assumed: too much rather than too little.
            foreach (var before in earlier)
                lessee.Add(hold, Fit(before, accounts), clock.Now);
            lessee.End(hold, cost, entry, clock.Now);
            if (lessee.Exchange is not { } exchange)
                return;
            if (entry is not null)
                exchange.Signal(lessee.DueAfterEntry());
            if (lessee.IsDraining && lessee.OpenCount == 0)
                exchange.Signal(clock.Now);
            for (var index = 0; index < hold.Count; index++)
            {
                if (hold[index].IsTight)
                    exchange.Signal(lessee.DueAfter(hold[index]));
            }

            if (waiters.Count > 0)
                Serve();
        }
    }

    /// <summary>Counts what requests wait for, before a batch is composed. The caller has the lock.</summary>
    internal void CountWaiting()
    {
        var lessee = current.Lessee;
        lessee.ForgetWaiting();
        var utcNow = clock.UtcNow;
        foreach (var waiter in waiters)
        {
            foreach (var budget in waiter.Budgets)
            {
                var account = AccountOf(budget, lessee, utcNow);
                account.Waiting = Math.Min(account.Waiting + waiter.Hold.Amount, LedgerLimits.MostAmount);
            }
        }
    }

    /// <summary>The store has answered. The caller has the lock.</summary>
    internal void Answered(Lessee lessee)
    {
        Interlocked.Increment(ref exchanges);
        ReportUnnoted();
        if (isReportedAway)
        {
            isReportedAway = false;
            LogBack();
        }

        if (lessee != current.Lessee)
            return;
        Serve();
        for (var node = waiters.First; node is not null;)
        {
            var waiter = node;
            node = node.Next;
            if (IsHopeless(waiter.Value.Hold))
                Refuse(waiter, Refusal(waiter.Value.Hold, waiter.Value.Budgets, BudgetRefusalReason.Exhausted));
        }

        CountWaiting();
        lessee.Postpone();
    }

    /// <summary>The store has not answered. The caller has the lock.</summary>
    internal void Lost(Lessee lessee, Exception exception)
    {
        if (!isReportedAway)
        {
            isReportedAway = true;
            // A message of a library might have a password.
            LogAway(exception is StoreUnavailableException or StoreSchemaException ? exception.Message : exception.GetType().Name);
        }

        if (lessee != current.Lessee)
            return;
        while (waiters.First is { } waiter)
            EndWithoutStore(waiter);
    }

    /// <summary>Begins with a new name, because the leases of the old one have expired.</summary>
    internal void Replace(LesseeExchange expired)
    {
        lock (gate)
        {
            if (expired != current || isClosing)
                return;
        }

        LogExpired(expired.Lessee.Name);
        var replacement = Begin();
        lock (gate)
        {
            ending.Add(current);
            current = replacement;
            current.Lessee.IsDraining = isClosing;
            if (waiters.Count > 0)
                current.Signal(clock.Now);
        }
    }

    /// <summary>The store has everything of a lessee.</summary>
    internal async Task EndAsync(LesseeExchange exchange)
    {
        Task deletion;
        lock (gate)
            deletion = exchange.Lessee.Journal is { } journal ? DeleteAsync(journal) : Task.CompletedTask;
        await deletion.ConfigureAwait(false);
        lock (gate)
            ending.Remove(exchange);
    }

    /// <summary>Now and then, settles the leases of processes that nobody has heard of.</summary>
    internal async Task ExpireAsync(LesseeExchange exchange, CancellationToken cancellation)
    {
        if (exchange != current || clock.Now < expireAt)
            return;
        // Each process does it, so that all together do it about once in the interval.
        var pause = Math.Min(BetweenExpiries.Ticks * exchange.Lessee.Others, LongestBetweenExpiries.Ticks);
        expireAt = clock.Now + (pause / 2) + Random.Shared.NextInt64(pause / 2);
        try
        {
            var assumed = await store.ExpireAsync(clock.UtcNow - BudgetSettings.ExpiryGrace, cancellation).ConfigureAwait(false);
            if (assumed.Count > 0)
                LogAssumed(assumed.Count, assumed.Select(lease => lease.Process).Distinct().Count());
        }
        catch (StoreUnavailableException)
        {
            // The next exchange notices it too, and reports it.
        }
    }

    /// <summary>Now and then, removes entries that are too old, some at once.</summary>
    internal async Task TrimAsync(LesseeExchange exchange, CancellationToken cancellation)
    {
        if (exchange != current || settings.EntriesKept is not { } kept || clock.Now < trimAt)
            return;
        var longest = BetweenTrimmings;
        try
        {
            if (await store.TrimAsync(clock.UtcNow - kept, BudgetSettings.TrimmedAtOnce, cancellation).ConfigureAwait(false) == BudgetSettings.TrimmedAtOnce)
                longest = BetweenTrims;
        }
        catch (StoreUnavailableException)
        {
            // The next exchange notices it too, and reports it.
        }

        trimAt = clock.Now + (longest / 2) + Random.Shared.NextInt64(longest / 2);
    }

    /// <summary>Something cannot be settled any more.</summary>
    internal void ReportLost(long settlements) => LogLost(settlements);

    /// <summary>The journal cannot be written any more.</summary>
    internal void ReportJournal(Lessee lessee, Exception failure)
    {
        if (lessee.IsJournalGivenUp || lessee.Pending.Outside > 0)
            return;
        // What it says is no longer true, so nobody must continue it.
        lessee.IsJournalGivenUp = true;
        LogJournal(failure.Message);
        lock (gate)
            _ = DeleteAsync(lessee.Journal!);
    }

    private static LedgerEntry Fit(LedgerEntry entry, IReadOnlyList<string> accounts) => EntryTexts.Fit(entry) with
    {
        Accounts = accounts,
        Cost = entry.Cost is { } cost ? Math.Clamp(cost, 0, LedgerLimits.MostAmount) : null,
    };

    private void ReportUnnoted()
    {
        if (unnoted == 0)
            return;
        LogUnnoted(unnoted);
        unnoted = 0;
    }

    private static async Task WaitForAsync(List<LesseeExchange> exchanges, TimeSpan longest, TimeProvider time) =>
        await Task.WhenAll(exchanges.Select(exchange => exchange.Over)).WaitAsync(longest, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private Task WaitForAsync(List<LesseeExchange> exchanges, TimeSpan longest) => WaitForAsync(exchanges, longest, clock.Time);

    private string? UsableFolder()
    {
        if (settings.Folder is not { } path)
        {
            LogNoJournal("there is no folder for it");
            return null;
        }

        try
        {
            if (OperatingSystem.IsWindows())
                System.IO.Directory.CreateDirectory(path);
            else
                System.IO.Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (JournalLock.WorksIn(path))
                return path;
            LogNoJournal($"locks do not work in {path}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNoJournal(exception.Message);
        }

        return null;
    }

    private LesseeExchange Begin()
    {
        var name = Guid.NewGuid().ToString("N");
        Journal? journal = null;
        try
        {
            if (folder is not null)
            {
                journal = Journal.Create(folder, name, gate, clock.Time, segmentBytes);
                journal.TryRotate(new(name, 1, 0, 0, 0));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNoJournal(exception.Message);
        }

        return new(new(name, journal, clock, store.MostAccounts), this, store, clock, gate);
    }

    /// <summary>Reserves, if enough is leased. The caller has the lock.</summary>
    private bool TryBegin(Hold hold, IReadOnlyList<BudgetScope> budgets, bool isForced)
    {
        var lessee = current.Lessee;
        var now = clock.Now;
        var amount = hold.Amount;
        var isEnough = amount == 0 || budgets.Count == 0 || now <= lessee.UsableUntil;
        var isLow = false;
        hold.Clear();
        if (budgets.Count > 0)
        {
            var utcNow = clock.UtcNow;
            for (var index = 0; index < budgets.Count; index++)
            {
                var account = AccountOf(budgets[index], lessee, utcNow);
                if (hold.Has(account))
                    continue;
                hold.Add(account);
                isEnough &= amount == 0 || account.Available >= amount;
                isLow |= account.Available - amount < account.Target / BudgetAccount.Low;
            }
        }

        if (!(isEnough || isForced) || isClosing || lessee.IsFull)
            return false;
        lessee.Begin(hold, now);
        if (isLow)
            SignalLow(hold, lessee);
        Warn(hold, budgets);
        return true;
    }

    /// <summary>Finds the budget that warns and of which the greatest part is used.</summary>
    private void Warn(Hold hold, IReadOnlyList<BudgetScope> budgets)
    {
        for (var index = 0; index < budgets.Count; index++)
        {
            var (budget, account) = (budgets[index], budgets[index].Account!);
            if (budget.WarnAt is null || account.Used < budget.WarnsFrom || account.State is null)
                continue;
            if (Notices is not null && !account.IsNoticed(BudgetNoticeKind.Warning))
                Notices.Add(account.Notice(BudgetNoticeKind.Warning, budget, clock.UtcNow));
            if (hold.Warning is not { } other || (Int128)account.Used * other.Budget.Limit > (Int128)other.Used * budget.Limit)
                hold.Warning = new(budget, account.Period, account.Used);
        }
    }

    private void SignalLow(Hold hold, Lessee lessee)
    {
        for (var index = 0; index < hold.Count; index++)
            current.Signal(lessee.DueAfter(hold[index]));
    }

    private static BudgetAccount AccountOf(BudgetScope budget, Lessee lessee, DateTimeOffset utcNow)
    {
        if (budget.Account is { IsForgotten: false } known && known.Lessee == lessee && utcNow < known.Period.End && utcNow >= known.Period.Start)
        {
            known.SetLimit(budget.Limit);
            known.Budget = budget;
            return known;
        }

        var period = budget.Period.At(utcNow);
        var account = budget.Account = lessee.AccountOf(budget.AccountIn(period), budget.Limit, period);
        account.Budget = budget;
        return account;
    }

    private async ValueTask<Hold> WaitAsync(Hold hold, IReadOnlyList<BudgetScope> budgets, CancellationToken cancellation)
    {
        LinkedListNode<Waiter> node;
        lock (gate)
        {
            // It may have changed since the first look.
            if (TryBegin(hold, budgets, isForced: false))
                return hold;
            if (ReasonNotToWait(hold) is { } reason)
            {
                if (reason == BudgetRefusalReason.StoreAway && settings.ServesWithoutStore && TryBegin(hold, budgets, isForced: true))
                    return hold;
                throw new BudgetException(Refusal(hold, budgets, reason));
            }

            node = waiters.AddLast(new Waiter(hold, budgets, clock.Now));
            if (waiters.Count == 1)
                ArmWaitTimer();
            CountWaiting();
            current.Signal(AskAt(hold));
        }

        await using (cancellation.UnsafeRegister((state, token) => Leave((LinkedListNode<Waiter>)state!, token), node).ConfigureAwait(false))
            return await node.Value.Outcome.Task.ConfigureAwait(false);
    }

    private BudgetRefusalReason? ReasonNotToWait(Hold hold)
    {
        if (isClosing)
            return BudgetRefusalReason.Closing;
        if (current.IsAway || current.Lessee.IsFull)
            return BudgetRefusalReason.StoreAway;
        if (IsHopeless(hold))
            return BudgetRefusalReason.Exhausted;
        return waiters.Count >= MostWaiting ? BudgetRefusalReason.Crowded : null;
    }

    /// <summary>Whether an account would not have enough, even if all requests that run used nothing; for a trial, as long as they run.</summary>
    private bool IsHopeless(Hold hold)
    {
        var now = clock.Now;
        for (var index = 0; index < hold.Count; index++)
        {
            var account = hold[index];
            if (hold.Amount > account.Limit || (account.State is not null && now - account.StateAt <= Fresh && (hold.IsTrial ? account.AtOnce : account.AtBest) < hold.Amount))
                return true;
        }

        return false;
    }

    /// <summary>When the store should be asked for a request that waits.</summary>
    private long AskAt(Hold hold)
    {
        var at = clock.Now;
        for (var index = 0; index < hold.Count; index++)
        {
            if (hold[index].Available < hold.Amount)
                at = Math.Max(at, hold[index].AskAgainAt);
        }

        return at;
    }

    /// <summary>Gives those who wait what they wait for, as far as it is there. The caller has the lock.</summary>
    private void Serve()
    {
        for (var node = waiters.First; node is not null;)
        {
            var waiter = node;
            node = node.Next;
            if (!TryBegin(waiter.Value.Hold, waiter.Value.Budgets, isForced: false))
                continue;
            waiters.Remove(waiter);
            waiter.Value.Outcome.TrySetResult(waiter.Value.Hold);
        }
    }

    private void Leave(LinkedListNode<Waiter> waiter, CancellationToken token)
    {
        lock (gate)
        {
            if (waiter.List is null)
                return;
            waiters.Remove(waiter);
            waiter.Value.Outcome.TrySetCanceled(token);
        }
    }

    private void Refuse(LinkedListNode<Waiter> waiter, BudgetRefusal refusal)
    {
        waiters.Remove(waiter);
        waiter.Value.Outcome.TrySetException(new BudgetException(refusal));
    }

    private void EndWithoutStore(LinkedListNode<Waiter> waiter)
    {
        var (hold, budgets) = (waiter.Value.Hold, waiter.Value.Budgets);
        if (settings.ServesWithoutStore && TryBegin(hold, budgets, isForced: true))
        {
            waiters.Remove(waiter);
            waiter.Value.Outcome.TrySetResult(hold);
        }
        else
        {
            Refuse(waiter, Refusal(hold, budgets, BudgetRefusalReason.StoreAway));
        }
    }

    /// <summary>Names the budget of which the least is left.</summary>
    private BudgetRefusal Refusal(Hold hold, IReadOnlyList<BudgetScope> budgets, BudgetRefusalReason reason)
    {
        BudgetAccount? tightest = null;
        for (var index = 0; index < hold.Count; index++)
        {
            if (tightest is null || (hold[index].Left ?? hold[index].Limit) < (tightest.Left ?? tightest.Limit))
                tightest = hold[index];
        }

        if (tightest is null || reason is BudgetRefusalReason.Closing)
            return new(null, reason, hold.Amount, 0, null);
        var budget = budgets.FirstOrDefault(each => each.Account == tightest);
        // A request that is more than the whole budget says nothing about what was used.
        if (reason == BudgetRefusalReason.Exhausted && !hold.IsTrial && budget is not null && hold.Amount <= tightest.Limit && Notices is not null && !tightest.IsNoticed(BudgetNoticeKind.Exhausted))
            Notices.Add(tightest.Notice(BudgetNoticeKind.Exhausted, budget, clock.UtcNow));
        return new(budget, reason, hold.Amount, tightest.Left, tightest.Period.End == DateTimeOffset.MaxValue ? null : tightest.Period.End);
    }

    private void ArmWaitTimer()
    {
        if (waiters.First is { } first && !isClosing)
            waitTimer.Change(TimeSpan.FromTicks(Math.Max(0, first.Value.Deadline - clock.Now)), Timeout.InfiniteTimeSpan);
    }

    private void OnWaitTimer()
    {
        lock (gate)
        {
            while (waiters.First is { } waiter && waiter.Value.Deadline <= clock.Now)
            {
                if (current.Lessee.AnsweredAt >= waiter.Value.BegunAt)
                    Refuse(waiter, Refusal(waiter.Value.Hold, waiter.Value.Budgets, BudgetRefusalReason.Exhausted));
                else
                    EndWithoutStore(waiter);
            }

            ArmWaitTimer();
        }
    }

    private void OnRecoveryTimer()
    {
        lock (gate)
        {
            if (isClosing || !recovery.IsCompleted)
                return;
            recovery = Task.Run(RecoverAll);
        }
    }

    /// <summary>Continues what processes of this machine have left behind that have ended.</summary>
    private void RecoverAll()
    {
        try
        {
            foreach (var process in JournalLock.ProcessesIn(folder!))
            {
                bool isOurs;
                lock (gate)
                    isOurs = isClosing || process == current.Lessee.Name || ending.Exists(exchange => exchange.Lessee.Name == process);
                if (!isOurs)
                    Recover(process);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(exception.Message);
        }

        lock (gate)
        {
            if (!isClosing)
                recoveryTimer.Change(BetweenRecoveries, Timeout.InfiniteTimeSpan);
        }
    }

    private void Recover(string process)
    {
        Journal? journal = null;
        try
        {
            journal = Journal.TryTakeOver(folder!, process, gate, clock.Time, segmentBytes);
            if (journal is null)
                return;
            var content = JournalContent.Read(journal);
            if (content.IsEmpty)
            {
                lock (gate)
                    _ = DeleteAsync(journal);
                return;
            }

            var lessee = new Lessee(process, journal, clock, store.MostAccounts);
            var exchange = new LesseeExchange(lessee, this, store, clock, gate);
            int assumed;
            lock (gate)
            {
                assumed = lessee.Recover(content, this);
                ending.Add(exchange);
                exchange.Signal(clock.Now);
            }

            LogRecovered(process, content.Unapplied, assumed, content.Damaged);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            journal?.Dispose();
            LogUnreadable(exception.Message);
        }
    }

    private async Task DeleteAsync(Journal journal)
    {
        try
        {
            await journal.DeleteAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The ledger has no journal, because {Reason}. What a killed process had in flight is assumed to be used when its leases expire.")]
    private partial void LogNoJournal(string reason);

    [LoggerMessage(LogLevel.Error, "The journal of the ledger cannot be written any more: {Reason}. The process goes on without it.")]
    private partial void LogJournal(string reason);

    [LoggerMessage(LogLevel.Error, "A journal of the ledger cannot be read or deleted: {Reason}")]
    private partial void LogUnreadable(string reason);

    [LoggerMessage(LogLevel.Error, "The ledger does not answer; what was leased is used as long as it may be, and settlements wait: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Information, "The ledger answers again.")]
    private partial void LogBack();

    [LoggerMessage(LogLevel.Error, "{Settlements} settlements are lost, and were not charged.")]
    private partial void LogLost(long settlements);

    [LoggerMessage(LogLevel.Error, "{Entries} entries of requests without a budget are lost, because the ledger did not answer for too long.")]
    private partial void LogUnnoted(long entries);

    [LoggerMessage(LogLevel.Warning, "The leases of process {Process} had expired before the ledger answered; it goes on under a new name.")]
    private partial void LogExpired(string process);

    [LoggerMessage(LogLevel.Warning, "{Leases} leases of {Processes} processes that have disappeared are assumed to be used.")]
    private partial void LogAssumed(int leases, int processes);

    [LoggerMessage(LogLevel.Warning, "Process {Process} had ended before the ledger knew everything: {Settlements} settlements are told now, {Assumed} requests are assumed to have used what they had reserved, {Damaged} files are damaged.")]
    private partial void LogRecovered(string process, long settlements, int assumed, int damaged);
}
