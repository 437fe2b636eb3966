namespace Dragoman.Access.Limits;

/// <summary>
/// One limit of requests or tokens within any 60 seconds. Alone, a process counts what was used. With others it spends a lease:
/// permits that the scope's document says are its own until a certain segment. Not thread-safe; the scope has the lock.
/// </summary>
/// <remarks>
/// The document counts a lease as used until it ended more than a minute ago, or until its process reports what it has used of it,
/// segment by segment. A process gets no more than what is then left. So whatever processes do or do not report, together they never
/// use more than the limit within 60 seconds.
/// </remarks>
internal sealed class MinuteLimit(bool isShared)
{
    /// <summary>How long a lease lives, and for how long ahead it is sized, as long as a quarter of the limit is left.</summary>
    private const int CalmSegments = 30 * Moment.InSecond;

    /// <summary>The same when less is left: what one process does not need must soon be another's.</summary>
    private const int TightSegments = 4 * Moment.InSecond;

    /// <summary>A new share of what is left is a quarter of the process's part.</summary>
    private const int Parts = 4;

    /// <summary>What somebody has asked for is kept so long, even if an exchange for something else comes first.</summary>
    private const int KeptSegments = Moment.InSecond;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>What all processes have used, as far as this one knows.</summary>
    private readonly SegmentHistory used = new();

    /// <summary>What this process has used.</summary>
    private readonly SegmentHistory own = new();

    /// <summary>What this process has used and not yet reported.</summary>
    private readonly SegmentHistory unreported = new();

    /// <summary>What a write that has not ended reports.</summary>
    private readonly SegmentHistory reporting = new();

    private long lease;
    private long leaseEnd;
    private long refillBelow;
    private long asked;
    private long answered;
    private long spent;
    private double pace;
    private Moment planned;
    private Moment nextQuestion;
    private long plannedLease;
    private long lastAsked;
    private bool isTight;

    /// <summary>The limit that counts now.</summary>
    public long Limit { get; set; }

    /// <summary>Permits that requests in the waiting room want.</summary>
    public long Waiting { get; set; }

    /// <summary>What is left, as far as this process knows.</summary>
    public long Remaining => Math.Max(0, Limit - used.Total);

    /// <summary>Whether something that another process must know is only known here.</summary>
    public bool HasUnreported => unreported.Length > 0 || reporting.Length > 0;

    /// <summary>Whether the document says something about this process that may soon be wrong.</summary>
    public bool IsActive => lease > 0 || HasUnreported;

    /// <summary>When to exchange with the other processes without being asked: the segments from now, or null for never.</summary>
    public int? Due => lease > 0 && isTight ? Moment.InSecond : IsActive ? 20 * Moment.InSecond : null;

    /// <summary>Whether the lease will soon be used up, and there is something to be had.</summary>
    public bool IsLow(Moment now) => isShared && lease < refillBelow && now.Ticks >= nextQuestion.Ticks;

    /// <summary>Whether permits can be taken now.</summary>
    /// <param name="permits">How many. More than the limit are the whole limit, because they could never be taken otherwise.</param>
    /// <param name="now">The time.</param>
    /// <param name="alone">The number of processes that share the limit without a store to ask, or 0.</param>
    public bool CanTake(long permits, Moment now, int alone)
    {
        var most = MostOf(alone);
        if (permits > 0 && most == 0)
            return false;
        permits = Math.Min(permits, most);
        used.Expire(now.Segment);
        if (!isShared)
            return used.Total + permits <= most;
        own.Expire(now.Segment);
        if (now.Segment > leaseEnd)
            lease = 0;
        return (permits <= lease && used.Total + permits <= Limit) || (alone > 0 && own.Total + permits <= most);
    }

    /// <summary>Takes permits after <see cref="CanTake"/>.</summary>
    /// <returns>The permits that were taken.</returns>
    public long Take(long permits, Moment now, int alone)
    {
        permits = Math.Min(permits, MostOf(alone));
        Charge(permits, now);
        return permits;
    }

    /// <summary>Charges what was used without being asked for before, even beyond the limit.</summary>
    public void Charge(long permits, Moment now)
    {
        used.Add(now.Segment, permits);
        if (!isShared)
            return;
        own.Add(now.Segment, permits);
        unreported.Add(now.Segment, permits);
        spent += permits;
        lease -= Math.Min(lease, permits);
    }

    /// <summary>Gives back permits that were taken in a segment and not used.</summary>
    public void GiveBack(long permits, long segment, Moment now, int alone)
    {
        if (now.Segment - segment > Moment.InMinute)
            return;
        used.Remove(segment, permits);
        if (!isShared)
            return;
        own.Remove(segment, permits);
        spent = Math.Max(0, spent - permits);
        var mine = unreported.Remove(segment, permits);
        // Without a store more may have been used than the lease had.
        if (alone == 0 && now.Segment <= leaseEnd)
            lease += mine;
        if (permits == mine)
            return;
        // The others must know it first; then it is there again, whatever they said before.
        unreported.Add(segment, mine - permits);
        Reconsider();
    }

    /// <summary>Wants permits that this process does not have.</summary>
    /// <param name="permits">How many.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether it makes sense to ask the others now.</returns>
    public bool Ask(long permits, Moment now)
    {
        if (now.Ticks < nextQuestion.Ticks)
            return false;
        // A sum of requests that wait at the same time must not overflow.
        asked = Math.Min(Math.Max(Limit, 1), asked + Math.Min(permits, Limit));
        return Limit > 0;
    }

    /// <summary>Wants to have more before the lease is used up.</summary>
    public void AskForRefill() => asked = Math.Max(asked, 1);

    /// <summary>Asks at once, whatever was known before.</summary>
    public void Reconsider() => nextQuestion = default;

    /// <summary>Forgets what was used more than a minute ago.</summary>
    public void Expire(Moment now) => used.Expire(now.Segment);

    /// <summary>When permits will be left, as far as this process knows.</summary>
    /// <param name="permits">How many.</param>
    /// <param name="before">How many others will have taken before.</param>
    /// <param name="now">The time.</param>
    /// <param name="alone">As for <see cref="CanTake"/>.</param>
    public Moment ReadyAt(long permits, long before, Moment now, int alone)
    {
        var most = MostOf(alone);
        // What the others will take comes back a minute after that, or later.
        if (before > 0 && permits + before > most)
            return Moment.AfterMinuteOf(now.Segment);
        var history = alone > 0 && isShared ? own : used;
        var missing = history.Total + Math.Min(permits + before, most) - most;
        if (most > 0 && missing <= 0)
            return isShared && alone == 0 ? Later(now, nextQuestion) : now;
        return most > 0 && history.ThatGivesBack(missing) is { } segment ? Moment.AfterMinuteOf(segment) : Moment.AfterMinuteOf(now.Segment);
    }

    /// <summary>When everything that was used counts no more.</summary>
    public Moment FullAt(Moment now) => used.Length == 0 ? now : Moment.AfterMinuteOf(used[used.Length - 1].Segment);

    /// <summary>Adds to the document what was used here, and decides how many permits this process leases from now on.</summary>
    /// <param name="document">What the document says was used.</param>
    /// <param name="others">The leases of other processes that still count.</param>
    /// <param name="processes">How many processes share the limit.</param>
    /// <param name="now">The time.</param>
    /// <param name="isClosing">Whether this process stops.</param>
    /// <returns>The lease; and its last segment.</returns>
    public (long Lease, long End) Plan(SegmentHistory document, long others, int processes, Moment now, bool isClosing)
    {
        document.Add(unreported);
        document.DropNegative();
        document.Expire(now.Segment);
        reporting.Add(unreported);
        unreported.Clear();
        MeasurePace(now);

        var free = Math.Max(0, Limit - document.Total - others);
        var part = asked > 0 ? free / (Parts * processes) : 0;
        var want = Math.Min(free, asked + Math.Max(part, (long)(pace * CalmSegments)));
        isTight = free - want < Limit / 4;
        if (isTight)
            want = Math.Min(free, asked + Math.Max(part, (long)Math.Ceiling(pace * TightSegments / 2)));
        if (now.Segment > leaseEnd)
            lease = 0;
        if (asked > 0)
            lastAsked = now.Segment;
        else if (now.Segment - lastAsked < KeptSegments)
            want = Math.Min(free, Math.Max(want, lease));
        else if (pace == 0)
            want = 0;
        if (isClosing)
            want = 0;

        // The refused ask again when something may have come back, and not all at the same time.
        nextQuestion = want < free || free == Limit
            ? default
            : now.Plus(ShortestPause * (1 + Random.Shared.NextDouble()));
        if (nextQuestion != default && document.Length > 0 && Moment.AfterMinuteOf(document[0].Segment) is var first && first.Ticks < nextQuestion.Ticks)
            nextQuestion = first.Plus(TimeSpan.FromMilliseconds(50 * Random.Shared.NextDouble()));
        (answered, asked) = (asked, 0);
        // What is given back must not be used while the write is under way.
        lease = Math.Min(lease, want);
        plannedLease = want - lease;
        refillBelow = want / Parts;
        used.Clear();
        used.Add(document);
        return (want, now.Segment + (isTight ? TightSegments : CalmSegments));
    }

    /// <summary>The document has the plan.</summary>
    public void Apply(long end)
    {
        reporting.Clear();
        lease += plannedLease;
        leaseEnd = end;
        (plannedLease, answered) = (0, 0);
    }

    /// <summary>The document does not have the plan. What it reported must be reported again.</summary>
    public void Discard()
    {
        unreported.Add(reporting);
        reporting.Clear();
        asked += answered;
        (plannedLease, answered) = (0, 0);
    }

    /// <summary>The document has the plan of an earlier write whose end was unknown. Its lease was never used.</summary>
    public void ConfirmReport()
    {
        reporting.Clear();
        asked += answered;
        (plannedLease, answered) = (0, 0);
    }

    private long MostOf(int alone) => alone > 1 ? Math.Min(Limit, Math.Max(1, Limit / alone)) : Limit;

    private static Moment Later(Moment one, Moment other) => one.Ticks > other.Ticks ? one : other;

    /// <summary>Permits per segment, lately.</summary>
    private void MeasurePace(Moment now)
    {
        var elapsed = Math.Max(0.5, (now.Ticks - planned.Ticks) / (double)(TimeSpan.TicksPerSecond / Moment.InSecond));
        if (elapsed < 1 && spent == 0)
            return;
        var latest = spent / elapsed;
        pace = spent == 0 ? 0 : (pace + latest) / 2;
        (planned, spent) = (now, 0);
    }
}
