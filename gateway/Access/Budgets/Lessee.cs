using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>
/// One name in the ledger under which a process leases parts of accounts, and tells what was used of them: in memory and in the
/// journal. It sends nothing itself. A process has one for new requests, and perhaps others that end: after their leases expired, or
/// of processes that were killed. The lock of the ledger protects it.
/// </summary>
internal sealed class Lessee
{
    /// <summary>The bytes of the entries of a batch.</summary>
    private const int MostBytes = 2 * 1024 * 1024;

    /// <summary>With so many settlements the store is told at once.</summary>
    private const int Many = LedgerLimits.MostEntries;

    /// <summary>With fewer it is told soon: a statement more or less does not matter then, and somebody may be watching.</summary>
    private const int Some = 100;

    private static readonly long SoonPace = TimeSpan.FromSeconds(2).Ticks;

    /// <summary>A store works for a batch, and hardly for what is in it.</summary>
    private static readonly long BusyPace = TimeSpan.FromSeconds(4).Ticks;

    /// <summary>The pause before something is sent that is not urgent, so that more comes together.</summary>
    private static readonly long Pause = TimeSpan.FromMilliseconds(100).Ticks;

    /// <summary>Processes that want the same rest of an account must not ask in step, because then each gets too small a part of it.</summary>
    private static readonly long ShortestPostponement = TimeSpan.FromMilliseconds(50).Ticks;

    private static readonly long Renewal = BudgetSettings.LeaseTime.Ticks / 3;

    private readonly LedgerClock clock;
    private readonly int mostAccounts;
    private readonly RecordBuffer buffer = new();
    private readonly Dictionary<string, BudgetAccount> accounts = [];
    private readonly List<BudgetAccount> turns = [];
    private readonly List<BudgetAccount> chosen = [];
    private readonly OpenHolds open = new();
    private long lastHold;
    private long lastBatch;
    private long settled;
    private long applied;
    private long sentAt;
    private LedgerBatch? batch;
    private long batchAt;
    private long batchSegment;
    private int turn;
    private int askTurn;
    private bool mustCarry;

    /// <param name="name">Its name in the ledger.</param>
    /// <param name="journal">Where it writes down what it does; null to keep it in memory only.</param>
    /// <param name="clock">The time.</param>
    /// <param name="mostAccounts">The accounts that the store accepts in a batch.</param>
    public Lessee(string name, Journal? journal, LedgerClock clock, int mostAccounts) =>
        (Name, Journal, this.clock, this.mostAccounts, sentAt) = (name, journal, clock, mostAccounts, clock.Now - SoonPace);

    public string Name { get; }

    public Journal? Journal { get; }

    /// <summary>Who sends what it says.</summary>
    public LesseeExchange? Exchange { get; set; }

    /// <summary>The settlements that the store does not know yet, and which are not in the batch that is sent.</summary>
    public PendingEntries Pending { get; } = new();

    /// <summary>The holds that are not settled.</summary>
    public int OpenCount => open.Count;

    /// <summary>Whether it accepts no reservations and ends as soon as it can.</summary>
    public bool IsDraining { get; set; }

    /// <summary>Whether others have assumed its leases to be used.</summary>
    public bool IsExpired { get; private set; }

    /// <summary>Whether the store has everything.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Until when the leases may be used.</summary>
    public long UsableUntil { get; private set; } = long.MinValue;

    /// <summary>How many processes seem to share its accounts.</summary>
    public long Others { get; private set; } = 1;

    /// <summary>Whether the journal was deleted, because nothing can be written to it.</summary>
    public bool IsJournalGivenUp { get; set; }

    /// <summary>The accounts that it remembers.</summary>
    public IReadOnlyList<BudgetAccount> Accounts => turns;

    /// <summary>When the store answered last.</summary>
    public long AnsweredAt { get; private set; } = long.MinValue;

    /// <summary>When the first was settled of those that the store is not known to have; null if it has all, or if the first ones must be read first.</summary>
    public DateTimeOffset? OldestUnsent =>
        batch?.Entries is [var sent, ..] ? sent.At : Pending.TryPeek(out var pending) ? pending.Entry.At : null;

    /// <summary>Whether no more settlements can be kept.</summary>
    public bool IsFull => Pending.Count >= (Journal is { Failure: null } ? PendingEntries.MostInJournal : PendingEntries.MostInMemory);

    /// <summary>Whether so many settlements are kept that those without a budget must be left out.</summary>
    public bool IsHalfFull => Pending.Count >= (Journal is { Failure: null } ? PendingEntries.MostInJournal : PendingEntries.MostInMemory) / 2;

    /// <summary>Continues what a process has left in its journal. What it had in flight is assumed to be used.</summary>
    /// <param name="content">What the journal says.</param>
    /// <param name="ledger">The ledger that continues it.</param>
    /// <returns>How many reservations are assumed to be used.</returns>
    public int Recover(JournalContent content, Ledger ledger)
    {
        IsDraining = true;
        (lastHold, lastBatch, settled, applied) = (content.LastHold, content.Batch, content.Settled, content.Applied);
        foreach (var (id, (limit, unsent, entries)) in content.Accounts)
            AccountOf(id, limit, BudgetPeriod.Total.At(clock.UtcNow)).Recover(unsent, entries);
        Pending.Recover(content.Unsent, content.FirstUnsent);
        if (content.Prepared is { } prepared)
            Resend(prepared);
        foreach (var (id, reservation) in content.Open)
        {
            var hold = new Hold(ledger, reservation.Amount, reservation.Draft) { Id = id, Lessee = this };
            foreach (var account in reservation.Accounts)
                hold.Add(accounts[account]);
            open.Add(hold);
            for (var index = 0; index < hold.Count; index++)
                hold[index].Reserve(hold.Amount, clock.Now);
            Assume(hold);
        }

        return content.Open.Count;
    }

    /// <summary>The account with an id, which is made if need be.</summary>
    public BudgetAccount AccountOf(string id, long limit, PeriodSpan period)
    {
        if (!accounts.TryGetValue(id, out var account))
        {
            accounts[id] = account = new(this, id, limit, period, clock.Now);
            turns.Add(account);
        }

        account.SetLimit(limit);
        return account;
    }

    /// <summary>Begins a hold in all its accounts. The caller knows that they have enough.</summary>
    public void Begin(Hold hold, long now)
    {
        for (var index = 0; index < hold.Count; index++)
            hold[index].Reserve(hold.Amount, now);
        (hold.Lessee, hold.Id) = (this, ++lastHold);
        hold.Segment = Append(buffer.Reserved(hold))?.Segment ?? 0;
        open.Add(hold);
        Carry();
    }

    /// <summary>Ends a hold.</summary>
    /// <param name="hold">The hold.</param>
    /// <param name="cost">What was used.</param>
    /// <param name="entry">What the ledger notes; null for nothing.</param>
    /// <param name="now">The time.</param>
    public void End(Hold hold, long cost, LedgerEntry? entry, long now)
    {
        hold.IsSettled = true;
        open.Remove(hold);
        for (var index = 0; index < hold.Count; index++)
            hold[index].Settle(hold.Amount, cost, entry is not null, now);
        if (entry is null)
        {
            Append(buffer.Released(hold));
        }
        else
        {
            var record = buffer.Settled(hold, cost, entry);
            var bytes = record.Length;
            Pending.Add(new(entry, bytes), Append(record));
            settled++;
        }

        Carry();
    }

    /// <summary>Settles what does not end a hold: what an earlier try of its request has used, or a request without a budget.</summary>
    /// <param name="hold">Has the accounts.</param>
    /// <param name="entry">What the ledger notes.</param>
    /// <param name="now">The time.</param>
    public void Add(Hold hold, LedgerEntry entry, long now)
    {
        var cost = entry.Cost ?? 0;
        for (var index = 0; index < hold.Count; index++)
            hold[index].Add(cost, now);
        var record = buffer.Settled(hold, cost, entry, endsHold: false);
        var bytes = record.Length;
        Pending.Add(new(entry, bytes), Append(record));
        settled++;
        Carry();
    }

    /// <summary>Adds what is in memory of a request, and not known to be in the store.</summary>
    public void Find(string requestId, List<LedgerEntry> found)
    {
        if (batch is not null)
            found.AddRange(batch.Entries.Where(entry => entry.RequestId == requestId));
        Pending.Find(requestId, found);
    }

    /// <summary>Settles everything that runs at what was reserved, because nobody will say what was used.</summary>
    public void AssumeAll()
    {
        while (open.First is { } hold)
            Assume(hold);
    }

    /// <summary>What is sent next. Until it is answered, it is always the same.</summary>
    /// <returns>Null if there is nothing to say.</returns>
    public LedgerBatch? Compose()
    {
        if (batch is not null || IsOver)
            return batch;
        var now = clock.Now;
        var utcNow = clock.UtcNow;
        chosen.Clear();
        ChooseAsked(now);
        var entries = TakeEntries();
        ChooseOthers(now, utcNow);
        var exchanges = new AccountExchange[chosen.Count];
        for (var index = 0; index < exchanges.Length; index++)
        {
            var (_, sending, count) = chosen[index].Choice;
            exchanges[index] = chosen[index].Send(sending, count, IsDraining || IsExpired, now, utcNow);
            chosen[index].Choice = default;
        }

        var isLast = IsDraining && open.Count == 0 && Pending.Count == 0;
        if (exchanges.Length == 0 && entries.Count == 0 && !isLast && !(HasLease() && now - sentAt >= Renewal))
            return null;
        batch = new(Name, lastBatch + 1, utcNow + (HoldsAfter(exchanges) ? BudgetSettings.LeaseTime : BudgetSettings.IdleTime), exchanges, entries, isLast);
        (batchAt, sentAt) = (now, now);
        batchSegment = Append(buffer.Prepared(batch))?.Segment ?? 0;
        Carry();
        return batch;
    }

    /// <summary>The store has applied the batch.</summary>
    public void Apply(LedgerAnswer answer)
    {
        if (batch is null)
            return;
        var now = clock.Now;
        for (var index = 0; index < batch.Accounts.Count; index++)
        {
            var account = accounts[batch.Accounts[index].Account];
            account.Apply(answer.Accounts[index], now, clock.UtcNow);
            if (account.Lease > 0)
                Others = Math.Max(1, account.State!.Leased / account.Lease);
        }

        (lastBatch, AnsweredAt) = (batch.Number, now);
        applied += batch.Entries.Count;
        UsableUntil = batchAt + (BudgetSettings.LeaseTime - BudgetSettings.LeaseMargin).Ticks;
        IsOver = batch.IsLast;
        batch = null;
        Append(buffer.Applied(lastBatch, applied));
        if (answer.IsExpired)
            Expire();
        Carry();
        Trim();
    }

    /// <summary>When it should send without a reason from outside.</summary>
    public long NextDue()
    {
        var now = clock.Now;
        if (IsOver)
            return long.MaxValue;
        if (batch is not null || (IsDraining && (Pending.Count > 0 || open.Count == 0)))
            return now;
        var due = Pending.Count switch
        {
            0 => long.MaxValue,
            < Some => sentAt + SoonPace,
            < Many => sentAt + BusyPace,
            _ => now,
        };
        for (var index = turns.Count - 1; index >= 0; index--)
        {
            var account = turns[index];
            if (account.Lease > 0)
                due = Math.Min(due, sentAt + Renewal);
            if (!IsDraining)
                due = Math.Min(due, account.IsLacking ? Math.Min(account.AskAgainAt, account.NextDue(sentAt + Pause, now)) : account.NextDue(sentAt + Pause, now));
            if (account.IsEmpty && now - account.LastUsed >= BudgetAccount.IdleAfter)
                Forget(index);
        }

        return due;
    }

    /// <summary>Forgets what requests wait for. The ledger counts it again.</summary>
    public void ForgetWaiting()
    {
        foreach (var account in turns)
            account.Waiting = 0;
    }

    /// <summary>Decides when to ask again for what the last answer did not give.</summary>
    public void Postpone()
    {
        foreach (var account in turns)
        {
            if (account.IsLacking && account.StateAt == AnsweredAt)
                account.Postpone(AnsweredAt + (ShortestPostponement * (1 + Random.Shared.Next(5))));
        }
    }

    /// <summary>When it should send because a hold has begun or ended in an account.</summary>
    public long DueAfter(BudgetAccount account) => account.NextDue(sentAt + Pause, long.MaxValue);

    /// <summary>When it should send because it has settlements.</summary>
    public long DueAfterEntry() => Pending.Count >= Many ? sentAt : sentAt + (Pending.Count >= Some ? BusyPace : SoonPace);

    private void Assume(Hold hold)
    {
        var entry = hold.Draft with { At = clock.UtcNow, Accounts = hold.AccountIds(), Cost = hold.Amount, Origin = "assumed", Outcome = "failed" };
        End(hold, hold.Amount, EntryTexts.Fit(entry), clock.Now);
    }

    private void Resend(LedgerBatch prepared)
    {
        (batch, batchAt) = (prepared, clock.Now);
        foreach (var exchange in prepared.Accounts)
        {
            var entries = prepared.Entries.Count(entry => entry.Accounts.Contains(exchange.Account));
            AccountOf(exchange.Account, exchange.Limit, BudgetPeriod.Total.At(clock.UtcNow)).Resend(exchange.Settled, entries);
        }
    }

    private void Expire()
    {
        IsExpired = IsDraining = true;
        UsableUntil = long.MinValue;
        foreach (var account in turns)
            account.Expire();
    }

    private void ChooseAsked(long now)
    {
        // An entry may need all others.
        var most = mostAccounts - LedgerLimits.MostAccountsOfEntry;
        for (var (index, count) = (0, turns.Count); index < count && chosen.Count < most; index++)
        {
            var account = turns[(askTurn + index) % count];
            if (!account.IsLacking || now < account.AskAgainAt)
                continue;
            Choose(account);
            if (chosen.Count == most)
                askTurn = (askTurn + index + 1) % count;
        }
    }

    private List<LedgerEntry> TakeEntries()
    {
        var entries = new List<LedgerEntry>();
        for (var bytes = 0; entries.Count < LedgerLimits.MostEntries && bytes < MostBytes && Pending.TryPeek(out var pending) && TryChoose(pending.Entry); bytes += pending.Bytes)
        {
            entries.Add(pending.Entry);
            Pending.Take();
        }

        return entries;
    }

    /// <summary>Chooses the accounts of an entry, if all of them fit into the batch.</summary>
    private bool TryChoose(LedgerEntry entry)
    {
        var cost = entry.Cost ?? 0;
        var room = mostAccounts - chosen.Count;
        foreach (var id in entry.Accounts)
        {
            var (isChosen, sum, _) = accounts[id].Choice;
            if ((!isChosen && --room < 0) || sum > LedgerLimits.MostAmount - cost)
                return false;
        }

        foreach (var id in entry.Accounts)
        {
            var account = accounts[id];
            Choose(account);
            account.Choice = (true, account.Choice.Settled + cost, account.Choice.Entries + 1);
        }

        return true;
    }

    private void ChooseOthers(long now, DateTimeOffset utcNow)
    {
        if (IsDraining)
            return;
        for (var (index, count) = (0, turns.Count); index < count && chosen.Count < mostAccounts; index++)
        {
            var account = turns[(turn + index) % count];
            if (account.Choice.IsChosen || !account.NeedsExchange(now, utcNow))
                continue;
            Choose(account);
            if (chosen.Count == mostAccounts)
                turn = (turn + index + 1) % count;
        }
    }

    private void Choose(BudgetAccount account)
    {
        if (account.Choice.IsChosen)
            return;
        account.Choice = (true, 0, 0);
        chosen.Add(account);
    }

    /// <summary>Whether it holds a lease after a batch.</summary>
    private bool HoldsAfter(AccountExchange[] exchanges)
    {
        foreach (var exchange in exchanges)
        {
            if (exchange.Wanted > 0)
                return true;
        }

        return turns.Exists(account => account.Lease > 0 && !Array.Exists(exchanges, exchange => exchange.Account == account.Id));
    }

    private bool HasLease()
    {
        foreach (var account in turns)
        {
            if (account.Lease > 0)
                return true;
        }

        return false;
    }

    private void Forget(int index)
    {
        var account = turns[index];
        account.IsForgotten = true;
        accounts.Remove(account.Id);
        turns[index] = turns[^1];
        turns.RemoveAt(turns.Count - 1);
    }

    private JournalPosition? Append(ReadOnlySpan<byte> frame)
    {
        if (Journal is not { Failure: null } journal)
            return null;
        if (journal.TryAppend(frame, out var position))
            return position;
        if (!journal.TryRotate(new(Name, journal.Current + 1, settled, applied, lastBatch)))
            return null;
        mustCarry = true;
        return journal.TryAppend(frame, out position) ? position : null;
    }

    /// <summary>Repeats in a new segment what runs since long ago, so that the oldest segments are not kept for it.</summary>
    private void Carry()
    {
        if (!mustCarry)
            return;
        mustCarry = false;
        var recent = Journal!.Segments[Math.Max(0, Journal.Segments.Count - 2)].Header.Number;
        while (open.First is { } hold && hold.Segment < recent && !Journal.IsHalfFull && Append(buffer.Reserved(hold)) is { } position)
        {
            open.Remove(hold);
            hold.Segment = position.Segment;
            open.Add(hold);
        }

        Trim();
    }

    /// <summary>Deletes the segments that nobody needs any more.</summary>
    private void Trim()
    {
        if (Journal is null)
            return;
        var needed = Journal.Current;
        if (open.First is { } hold)
            needed = Math.Min(needed, hold.Segment);
        if (batch is not null)
            needed = Math.Min(needed, batchSegment);
        if (Pending.Outside > 0)
            needed = Math.Min(needed, Pending.From.Segment);
        for (var index = 0; index + 1 < Journal.Segments.Count; index++)
        {
            if (Journal.Segments[index + 1].Header.Settled > applied)
                needed = Math.Min(needed, Journal.Segments[index].Header.Number);
        }

        Journal.DeleteBefore(needed);
    }
}
