namespace Dragoman.Access.Limits;

/// <summary>
/// One limit of requests that run at the same time. With other processes each holds a share of it, which the scope's document knows
/// and which ends if its process does not renew it. Not thread-safe; the scope has the lock.
/// </summary>
internal sealed class ConcurrencyLimit(bool isShared)
{
    /// <summary>How long a share lives that is not renewed, in segments.</summary>
    public const int LifetimeSegments = 30 * Moment.InSecond;

    /// <summary>Of its part of the limit, a process may keep this fraction unused, so that not each request has to ask for a share.</summary>
    private const int SlackParts = 16;

    private const int Parts = 4;

    /// <summary>What somebody has asked for is kept so long, even if an exchange for something else comes first.</summary>
    private const int KeptSegments = Moment.InSecond;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);

    private long share;
    private long shareEnd;
    private long usable;
    private long most;
    private long asked;
    private long answered;
    private long plannedShare;
    private long plannedUsable;
    private long slack;
    private long lastAsked;
    private bool isTight;
    private Moment nextQuestion;

    /// <summary>The limit that counts now.</summary>
    public long Limit { get; set; }

    /// <summary>Requests that run in this process.</summary>
    public long Running { get; private set; }

    /// <summary>Requests in the waiting room.</summary>
    public long Waiting { get; set; }

    /// <summary>Requests that this process would run if it had the share.</summary>
    public long Unserved { get; private set; }

    /// <summary>When to exchange with the other processes without being asked: the segments from now, or null for never.</summary>
    public int? Due => !isShared || (share == 0 && Running == 0) ? null : share > Running + slack ? Moment.InSecond / 2 : isTight ? Moment.InSecond : 10 * Moment.InSecond;

    /// <param name="now">The time.</param>
    /// <param name="alone">The number of processes that share the limit without a store to ask, or 0.</param>
    public bool CanTake(Moment now, int alone)
    {
        if (!isShared)
            return Running < Limit;
        if (alone > 0)
            return Running < (alone > 1 ? Math.Min(Limit, Math.Max(1, Limit / alone)) : Limit);
        return now.Segment <= shareEnd && Running < Math.Min(usable, Limit);
    }

    /// <summary>Begins a request after <see cref="CanTake"/>.</summary>
    public void Take()
    {
        Running++;
        most = Math.Max(most, Running);
    }

    /// <summary>Ends a request.</summary>
    public void GiveBack() => Running--;

    /// <summary>Wants to run one more request.</summary>
    /// <returns>Whether it makes sense to ask the others now.</returns>
    public bool Ask(Moment now)
    {
        if (now.Ticks < nextQuestion.Ticks)
            return false;
        asked++;
        return Limit > 0;
    }

    /// <summary>Asks at once, whatever was known before.</summary>
    public void Reconsider() => nextQuestion = default;

    /// <summary>Decides which share this process holds from now on.</summary>
    /// <param name="others">The shares of other processes.</param>
    /// <param name="othersWant">Requests that other processes would run if they had the share.</param>
    /// <param name="processes">How many processes share the limit.</param>
    /// <param name="now">The time.</param>
    /// <param name="isClosing">Whether this process stops.</param>
    public long Plan(long others, long othersWant, int processes, Moment now, bool isClosing)
    {
        if (now.Segment > shareEnd)
            share = usable = 0;
        var free = Math.Max(0, Limit - others);
        var need = Running + asked;
        slack = Limit / (SlackParts * processes);
        var want = asked > 0 ? need + (Math.Max(0, free - need) / (Parts * processes))
            : now.Segment - lastAsked < KeptSegments ? Math.Max(need, share)
            : most > 0 ? Math.Max(most, Math.Min(share, Running + slack))
            : 0;
        plannedUsable = isClosing ? 0 : Math.Min(free, want);
        // Those who have more than their part let the others have what ends.
        if (othersWant > 0 && processes > 1)
            plannedUsable = Math.Min(plannedUsable, Math.Max(1, Limit / processes));
        // Requests that run are held even beyond a lowered limit.
        plannedShare = isClosing ? 0 : Math.Max(plannedUsable, Running);

        // What is given back must not be used while the write is under way.
        usable = Math.Min(usable, plannedUsable);
        Unserved = asked > 0 ? Math.Max(0, Math.Min(need, Limit) - plannedUsable) : 0;
        isTight = processes > 1 && free - plannedShare < Math.Max(1, Limit / 4);
        nextQuestion = need <= plannedUsable ? default : now.Plus(ShortestPause * (1 + Random.Shared.NextDouble()));
        if (asked > 0)
            lastAsked = now.Segment;
        (answered, asked, most) = (asked, 0, Running);
        return plannedShare;
    }

    /// <summary>The document has the plan.</summary>
    public void Apply(long end) => (share, usable, shareEnd, answered) = (plannedShare, plannedUsable, end, 0);

    /// <summary>The document does not have the plan.</summary>
    public void Discard()
    {
        asked += answered;
        answered = 0;
    }
}
