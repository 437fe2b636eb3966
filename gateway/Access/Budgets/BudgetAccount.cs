using System.Text;
using Dragoman.Stores.Ledger;

namespace Dragoman.Access.Budgets;

/// <summary>What a process has leased of an account, and what it does with it. The lock of the ledger protects it.</summary>
internal sealed class BudgetAccount
{
    /// <summary>How long a lease should last: several batches of a busy process, because an account that runs low asks for one of its own.</summary>
    private static readonly long Ahead = TimeSpan.FromSeconds(12).Ticks;

    /// <summary>The requests that may come at the same time to an account that has hardly any.</summary>
    private const int Together = 4;

    /// <summary>How long it should last if little is left.</summary>
    private static readonly long ShortlyAhead = TimeSpan.FromSeconds(1).Ticks;

    /// <summary>How long an account keeps what it does not use if little is left.</summary>
    private static readonly long TightIdleAfter = TimeSpan.FromSeconds(1).Ticks;

    /// <summary>The part of the target below which it asks.</summary>
    public const int Low = 8;

    /// <summary>The part of what is left that may lie idle in a process without being looked after.</summary>
    private const int Unimportant = 8;

    /// <summary>How often the pace of spending is measured at most.</summary>
    private static readonly long Measured = TimeSpan.FromMilliseconds(500).Ticks;

    /// <summary>How long an account keeps what it does not use.</summary>
    public static readonly long IdleAfter = TimeSpan.FromSeconds(10).Ticks;

    /// <summary>How old the knowledge of an account may be of which little is left.</summary>
    public static readonly long Poll = TimeSpan.FromSeconds(2).Ticks;

    /// <summary>The most processes that an account is divided among. More are seen as that many.</summary>
    private const int MostHolders = 64;

    private long lease;
    private long usable;
    private long spent;
    private double pace;
    private long measuredAt;
    private long highest;
    private long peak;
    private long typical;
    private int noticed;

    public BudgetAccount(Lessee lessee, string id, long limit, PeriodSpan period, long now)
    {
        (Lessee, Id, Period, LastUsed, measuredAt) = (lessee, id, period, now, now);
        Record = [];
        SetLimit(limit);
    }

    public Lessee Lessee { get; }

    public string Id { get; }

    public PeriodSpan Period { get; }

    /// <summary>The limit as it was given last.</summary>
    public long Limit { get; private set; }

    /// <summary>Id and limit, as they are in each record of the journal.</summary>
    public byte[] Record { get; private set; }

    /// <summary>What the process holds.</summary>
    public long Lease => lease;

    /// <summary>What running requests may use.</summary>
    public long Reserved { get; private set; }

    /// <summary>What was used, and the store does not know yet.</summary>
    public long Unsent { get; private set; }

    /// <summary>What of <see cref="Unsent"/> is in the batch that is sent.</summary>
    public long Sending { get; private set; }

    /// <summary>The requests that run, and the entries that the store does not know yet.</summary>
    public long Uses { get; private set; }

    /// <summary>The entries of the batch that is sent.</summary>
    public int SendingEntries { get; private set; }

    /// <summary>What can be reserved. Less than zero, if requests have used more than they had reserved, or run without a lease.</summary>
    public long Available => usable - Reserved - Unsent;

    /// <summary>What should be available.</summary>
    public long Target { get; private set; }

    /// <summary>Whether so little is left that the process holds less than it would like to.</summary>
    public bool IsTight { get; private set; }

    /// <summary>What requests wait for.</summary>
    public long Waiting { get; set; }

    /// <summary>Whether requests wait for more than is available.</summary>
    public bool IsLacking => Waiting > 0 && Available < Waiting;

    /// <summary>When it makes sense to ask again for what was not there.</summary>
    public long AskAgainAt { get; private set; } = long.MinValue;

    /// <summary>Whether a part is given back that is too small for those who wait here, but not for those who wait elsewhere.</summary>
    public bool GivesBack { get; private set; }

    /// <summary>What the store said last; null before it was asked.</summary>
    public AccountState? State { get; private set; }

    /// <summary>When it said that.</summary>
    public long StateAt { get; private set; }

    /// <summary>When a request was last counted.</summary>
    public long LastUsed { get; private set; }

    /// <summary>Whether it was chosen for the batch that is composed, with what and how many entries.</summary>
    public (bool IsChosen, long Settled, int Entries) Choice { get; set; }

    /// <summary>Whether another object stands for the account now.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>Whether nothing of it is in this process.</summary>
    public bool IsEmpty => lease == 0 && Uses == 0 && Waiting == 0;

    /// <summary>What may still be used at best: if all requests that run, here and elsewhere, used nothing.</summary>
    public long AtBest => State is { } state ? Limit - state.Settled - state.Excess - Unsent : Limit;

    /// <summary>What may still be used while all of them run. It is not known if the limit has changed since the store was asked.</summary>
    public long AtOnce => State is { } state && state.Limit == Limit ? Left!.Value : AtBest;

    /// <summary>What nobody uses or holds, as far as it is known; null before the store was asked.</summary>
    public long? Left => State is { } state ? Math.Max(0, Math.Min(Limit, state.Left + Math.Max(0, Available))) : null;

    /// <summary>What is spent, as far as it is known.</summary>
    public long Spent => State is { } state ? state.Settled + state.Excess + Unsent : Unsent;

    /// <summary>What is spent or reserved, as far as it is known: what is not <see cref="Left"/>.</summary>
    public long Used => Left is { } left ? Limit - left : 0;

    /// <summary>The budget that it was last used for.</summary>
    public BudgetScope? Budget { get; set; }

    /// <summary>Whether a kind of notice was given.</summary>
    public bool IsNoticed(BudgetNoticeKind kind) => (noticed & (1 << (int)kind)) != 0;

    /// <summary>What an operator is told about it.</summary>
    public BudgetNotice Notice(BudgetNoticeKind kind, BudgetScope budget, DateTimeOffset now)
    {
        noticed |= 1 << (int)kind;
        return new(kind, budget, Period, Spent, Math.Max(0, Used - Spent), now);
    }

    public void SetLimit(long limit)
    {
        if (limit == Limit && Record.Length > 0)
            return;
        Limit = limit;
        var bytes = new byte[sizeof(ushort) + Encoding.UTF8.GetByteCount(Id) + sizeof(long)];
        var record = new RecordWriter(bytes);
        record.Add(Id);
        record.Add(limit);
        Record = bytes;
    }

    public void Reserve(long amount, long now)
    {
        Uses++;
        Reserved += amount;
        highest = Math.Max(highest, Reserved);
        typical = typical == 0 ? amount : typical + ((amount - typical) / 8);
        LastUsed = now;
    }

    /// <summary>Ends a reservation.</summary>
    public void Settle(long amount, long cost, bool hasEntry, long now)
    {
        if (!hasEntry)
            Uses--;
        Reserved -= amount;
        Unsent += cost;
        spent += cost;
        LastUsed = now;
    }

    /// <summary>Counts what was used and not reserved.</summary>
    public void Add(long cost, long now)
    {
        Uses++;
        Unsent += cost;
        spent += cost;
        LastUsed = now;
    }

    /// <summary>Counts what another process has used, whose journal was taken over.</summary>
    public void Recover(long cost, int entries) => (Unsent, Uses) = (Unsent + cost, Uses + entries);

    /// <summary>Whether the store should be asked for more, or be given back something.</summary>
    public bool NeedsExchange(long now, DateTimeOffset utcNow)
    {
        if (lease == 0 && Waiting == 0)
            return false;
        Aim(now, utcNow);
        var free = Available;
        return GivesBack || free < Target / 2
            || (Target == 0 || IsTight ? free > Target : free > (2 * Target) + typical)
            || (IsMissed(free) && now - StateAt >= Poll);
    }

    /// <summary>Chooses it for a batch.</summary>
    /// <param name="sending">What of the account the batch settles.</param>
    /// <param name="entries">With how many entries.</param>
    /// <param name="isDraining">Whether the process gives everything back.</param>
    /// <param name="now">The time.</param>
    /// <param name="utcNow">The time of day.</param>
    public AccountExchange Send(long sending, int entries, bool isDraining, long now, DateTimeOffset utcNow)
    {
        Measure(now);
        Aim(now, utcNow);
        var asked = isDraining || GivesBack || now < AskAgainAt ? 0 : Waiting;
        var wanted = Math.Clamp(Sum(Reserved + Unsent - sending, Sum(asked, isDraining ? 0 : Target)), 0, LedgerLimits.MostAmount);
        (Sending, SendingEntries) = (sending, entries);
        // It may become smaller while the batch is on its way.
        usable = Math.Min(lease, Sum(wanted, sending));
        return new(Id, Limit, sending, wanted);
    }

    /// <summary>Remembers a batch that another process has sent.</summary>
    public void Resend(long sending, int entries) => (Sending, SendingEntries) = (sending, entries);

    /// <summary>The store has applied the batch.</summary>
    public void Apply(GrantedLease granted, long now, DateTimeOffset utcNow)
    {
        Unsent -= Sending;
        Uses -= SendingEntries;
        (Sending, SendingEntries) = (0, 0);
        lease = usable = granted.Lease;
        (State, StateAt) = (granted.State, now);
        GivesBack = false;
        Aim(now, utcNow);
    }

    /// <summary>Decides to ask again later, and to leave to others until then what is of no use here.</summary>
    public void Postpone(long until)
    {
        AskAgainAt = until;
        GivesBack = Available > 0 && State!.Leased > lease;
    }

    /// <summary>The process has no leases any more.</summary>
    public void Expire() => lease = usable = 0;

    /// <summary>When it should be exchanged next without a reason from outside.</summary>
    /// <param name="soon">When the process may send again for something that is not urgent.</param>
    /// <param name="now">The time.</param>
    public long NextDue(long soon, long now)
    {
        if (GivesBack)
            return now;
        if (lease == 0)
            return long.MaxValue;
        var free = Available;
        if (free < Target / Low || (IsTight && free > Target))
            return soon;
        if (free <= 0)
            return long.MaxValue;
        return IsMissed(free) ? Math.Min(StateAt + Poll, Math.Max(LastUsed + TightIdleAfter, soon)) : LastUsed + IdleAfter;
    }

    /// <summary>Whether others may miss what is available here.</summary>
    private bool IsMissed(long free) => free > 0 && (IsTight || (State is { } state && free > state.Left / Unimportant));

    /// <summary>Decides what should be available.</summary>
    private void Aim(long now, DateTimeOffset utcNow)
    {
        if (GivesBack || utcNow >= Period.End || now - LastUsed >= IdleAfter)
        {
            (Target, IsTight) = (0, false);
            return;
        }

        var used = Math.Max(peak, highest);
        var wanted = Sum(Pace(Ahead), Sum(Math.Max(0, used + (used / 4) - Reserved), Math.Min(typical, LedgerLimits.MostAmount / Together) * Together));
        // Requests come faster than before, or are the first ones.
        if (Waiting > 0)
            wanted = Math.Max(wanted, Sum(Reserved, Waiting));
        if (State is not { } state)
        {
            (Target, IsTight) = (wanted, false);
            return;
        }

        var holders = Math.Clamp((state.Leased + lease - 1) / Math.Max(lease, 1), 1, MostHolders);
        var free = Math.Max(0, lease - Reserved - Unsent);
        // Nobody holds more than a fraction of what nobody uses, so that those who come next find something.
        var share = (state.Left + free) / (2 * holders);
        var isIdle = now - LastUsed >= TightIdleAfter;
        IsTight = wanted > share || (isIdle && free > state.Left / Unimportant);
        if (!IsTight)
            Target = wanted;
        else
            // Less than a request needs would only be in the way of others.
            Target = isIdle || share < typical ? 0 : Math.Min(share, Sum(Pace(ShortlyAhead), typical));
    }

    /// <summary>What is spent in a time, at the pace that was measured.</summary>
    private long Pace(long time) => (long)Math.Min(pace * time, LedgerLimits.MostAmount / 4);

    private void Measure(long now)
    {
        var elapsed = now - measuredAt;
        if (elapsed < Measured)
            return;
        var current = (double)spent / elapsed;
        pace = current > pace ? current : ((pace * 3) + current) / 4;
        peak = Math.Max(highest, peak - (peak / 4));
        (spent, highest, measuredAt) = (0, Reserved, now);
    }

    private static long Sum(long one, long other) => one > LedgerLimits.MostAmount - other ? LedgerLimits.MostAmount : one + other;
}
