using System.Security.Cryptography;
using System.Text;
using Dragoman.Access.Directory;
using Dragoman.Stores;

namespace Dragoman.Access.Limits;

/// <summary>The limits of one scope in this process, and its part of the exchange with the other processes.</summary>
/// <param name="kind">What the scope is.</param>
/// <param name="id">Its id.</param>
/// <param name="exchange">The way to the other processes; null for this process alone.</param>
internal sealed class ScopeLimits(ScopeKind kind, string id, ScopeExchange? exchange)
{
    /// <summary>A clock that is set back by less than this is one thread that is late, not another time.</summary>
    private const long MostLateSegments = 5 * Moment.InSecond;

    private readonly Lock gate = new();
    private readonly MinuteLimit requests = new(exchange is not null);
    private readonly MinuteLimit tokens = new(exchange is not null);
    private readonly ConcurrencyLimit concurrent = new(exchange is not null);
    private LimitValues values = LimitValues.None;
    private Moment latest;
    private int open;
    private Task asking = Task.CompletedTask;
    private bool isExchanging;
    private bool isPlanned;
    private bool isUnknown;
    private long serial;
    private int processes = 1;
    private long plannedUntil;
    private long plannedRunningUntil;

    /// <summary>What the scope is.</summary>
    public ScopeKind Kind => kind;

    /// <summary>Its id.</summary>
    public string Id => id;

    /// <summary>The id of its document. An id may be longer than a store allows.</summary>
    public string DocumentId { get; } = DocumentIdOf(kind, id);

    /// <summary>Whether this process may have written its document.</summary>
    public bool HasDocument
    {
        get
        {
            lock (gate)
                return serial > 0;
        }
    }

    /// <summary>Whether the scope was idle and forgotten; then there is a newer object for it.</summary>
    public bool IsForgotten { get; private set; }

    /// <summary>The pass of the waiting room in which a request of this kind could not be served.</summary>
    public long RefusedRequestsIn { get; set; }

    /// <summary>The same for tokens.</summary>
    public long RefusedTokensIn { get; set; }

    /// <summary>When the next exchange is scheduled; <see cref="long.MaxValue"/> if none is. The schedule has the lock.</summary>
    public long ScheduledFor { get; set; } = long.MaxValue;

    private int Alone => exchange is { IsAway: true } ? processes : 0;

    /// <summary>Takes one request, and one of those that run; or nothing.</summary>
    /// <param name="limits">The scope's limits as the caller knows them.</param>
    /// <param name="now">The time.</param>
    /// <param name="waited">Whether the request comes from the waiting room. Others do not overtake those who wait.</param>
    /// <param name="refused">The limit that does not allow it.</param>
    public Taken TryTakeRequest(LimitValues limits, Moment now, bool waited, out LimitKind refused)
    {
        lock (gate)
        {
            now = Adopt(limits, now);
            refused = LimitKind.Requests;
            if (IsForgotten)
                return Taken.Forgotten;
            var alone = Alone;
            if (limits.RequestsPerMinute is not null && (!requests.CanTake(1, now, alone) || (requests.Waiting > 0 && !waited)))
                return Taken.Nothing;
            refused = LimitKind.Concurrent;
            if (limits.ConcurrentRequests is not null && (!concurrent.CanTake(now, alone) || (concurrent.Waiting > 0 && !waited)))
                return Taken.Nothing;
            var taken = Taken.Opened;
            if (limits.RequestsPerMinute is not null)
            {
                requests.Take(1, now, alone);
                taken |= Taken.Request;
                if (requests.IsLow(now))
                    taken |= Taken.Low;
            }

            if (limits.ConcurrentRequests is not null)
            {
                concurrent.Take();
                taken |= Taken.Running;
            }

            open++;
            return alone > 0 ? taken | Taken.Low : taken;
        }
    }

    /// <summary>Takes tokens.</summary>
    /// <param name="amount">How many.</param>
    /// <param name="now">The time.</param>
    /// <param name="waited">As for <see cref="TryTakeRequest"/>.</param>
    /// <param name="isLow">Whether the lease will soon be used up.</param>
    /// <returns>How many were taken; null if they are not left.</returns>
    public long? TryTakeTokens(long amount, Moment now, bool waited, out bool isLow)
    {
        lock (gate)
        {
            now = Advance(now);
            isLow = false;
            if (values.TokensPerMinute is null)
                return 0;
            var alone = Alone;
            if (!tokens.CanTake(amount, now, alone) || (tokens.Waiting > 0 && !waited))
                return null;
            var taken = tokens.Take(amount, now, alone);
            isLow = alone > 0 || tokens.IsLow(now);
            return taken;
        }
    }

    /// <summary>Gives back what <see cref="TryTakeRequest"/> took.</summary>
    /// <param name="taken">What is given back.</param>
    /// <param name="segment">When it was taken.</param>
    /// <param name="now">The time.</param>
    /// <returns>When the other processes should know it, in segments from now; null if that does not matter.</returns>
    public int? GiveBack(Taken taken, long segment, Moment now)
    {
        lock (gate)
        {
            now = Advance(now);
            if ((taken & Taken.Request) != 0)
                requests.GiveBack(1, segment, now, Alone);
            if ((taken & Taken.Running) != 0)
                concurrent.GiveBack();
            if ((taken & Taken.Opened) != 0)
                open--;
            return exchange is null ? null : Due();
        }
    }

    /// <summary>Gives back tokens that were not used, or charges those that were used besides.</summary>
    /// <param name="taken">What was taken before.</param>
    /// <param name="segment">When it was taken.</param>
    /// <param name="used">What was used.</param>
    /// <param name="now">The time.</param>
    /// <returns>As for <see cref="GiveBack"/>.</returns>
    public int? SettleTokens(long taken, long segment, long used, Moment now)
    {
        lock (gate)
        {
            now = Advance(now);
            if (used < taken)
                tokens.GiveBack(taken - used, segment, now, Alone);
            else if (used > taken && values.TokensPerMinute is not null)
                tokens.Charge(used - taken, now);
            return exchange is null || used == taken ? null : Due();
        }
    }

    /// <summary>Counts what waits for a limit, in the waiting room.</summary>
    public void Wait(LimitKind limit, long amount)
    {
        lock (gate)
        {
            switch (limit)
            {
                case LimitKind.Requests:
                    requests.Waiting += amount;
                    break;
                case LimitKind.Tokens:
                    tokens.Waiting += amount;
                    break;
                default:
                    concurrent.Waiting += amount;
                    break;
            }
        }
    }

    /// <summary>Describes why something was not taken.</summary>
    /// <param name="limit">The limit that does not allow it.</param>
    /// <param name="amount">What was wanted of it.</param>
    /// <param name="now">The time.</param>
    /// <param name="waited">Whether nobody who waits is before it.</param>
    public Refusal Refuse(LimitKind limit, long amount, Moment now, bool waited)
    {
        lock (gate)
        {
            now = Advance(now);
            var alone = Alone;
            return limit switch
            {
                LimitKind.Requests => new(this, limit, requests.Limit, requests.Remaining, requests.ReadyAt(amount, waited ? 0 : requests.Waiting, now, alone), requests.FullAt(now), now),
                LimitKind.Tokens => new(this, limit, tokens.Limit, tokens.Remaining, tokens.ReadyAt(amount, waited ? 0 : tokens.Waiting, now, alone), tokens.FullAt(now), now),
                _ => new(this, limit, concurrent.Limit, Math.Max(0, concurrent.Limit - concurrent.Running), now, now, now),
            };
        }
    }

    /// <summary>What is left of a limit a minute, as far as this process knows; null if the scope does not have it.</summary>
    /// <param name="limit">Requests or tokens.</param>
    /// <param name="now">The time.</param>
    public LimitState? StateOf(LimitKind limit, Moment now)
    {
        lock (gate)
        {
            now = Advance(now);
            var minute = limit == LimitKind.Requests ? requests : tokens;
            if ((limit == LimitKind.Requests ? values.RequestsPerMinute : values.TokensPerMinute) is not { } most)
                return null;
            minute.Expire(now);
            return new(most, minute.Remaining, now.Until(minute.FullAt(now)));
        }
    }

    /// <summary>Asks the other processes for what a request lacks. Those who ask at the same time share one exchange.</summary>
    /// <param name="limits">The scope's limits as the caller knows them.</param>
    /// <param name="now">The time.</param>
    /// <returns>The exchange; null if nothing lacks, there is nobody to ask, or it makes no sense yet.</returns>
    public Task? AskForRequest(LimitValues limits, Moment now)
    {
        if (exchange is null || exchange.IsAway)
            return null;
        lock (gate)
        {
            if (isExchanging && isPlanned)
                return asking;
            now = Adopt(limits, now);
            var lacksRequest = values.RequestsPerMinute is not null && !requests.CanTake(1, now, 0);
            var lacksShare = values.ConcurrentRequests is not null && !concurrent.CanTake(now, 0);
            // It needs both, and will want tokens next. It should not have to wait for each of them.
            var asksRequest = values.RequestsPerMinute is not null && (lacksRequest || lacksShare) && requests.Ask(1, now);
            var asksShare = values.ConcurrentRequests is not null && (lacksRequest || lacksShare) && concurrent.Ask(now);
            if (!(lacksRequest && asksRequest) && !(lacksShare && asksShare))
                return null;
            if (values.TokensPerMinute is not null && !tokens.CanTake(1, now, 0))
                tokens.Ask(1, now);
            return Exchange(exchange);
        }
    }

    /// <summary>The same for tokens.</summary>
    public Task? AskForTokens(long amount, Moment now)
    {
        if (exchange is null || exchange.IsAway)
            return null;
        lock (gate)
        {
            if (isExchanging && isPlanned)
                return asking;
            now = Advance(now);
            return values.TokensPerMinute is not null && !tokens.CanTake(amount, now, 0) && tokens.Ask(amount, now) ? Exchange(exchange) : null;
        }
    }

    /// <summary>Asks the other processes for more, before it is needed. If the store is away, it is asked now and then.</summary>
    public void Refill(Moment now)
    {
        if (exchange is null || (exchange.IsAway && !exchange.IsProbeDue(now)))
            return;
        lock (gate)
        {
            if (isExchanging)
                return;
            requests.AskForRefill();
            tokens.AskForRefill();
            Exchange(exchange);
        }
    }

    /// <summary>Exchanges with the other processes, because it is time to.</summary>
    public Task Exchange()
    {
        lock (gate)
            return exchange is null ? Task.CompletedTask : Exchange(exchange);
    }

    /// <summary>Writes this process's part into the document.</summary>
    /// <param name="document">The document as it was read.</param>
    /// <param name="process">The name of this process.</param>
    /// <param name="now">The time.</param>
    /// <param name="isClosing">Whether the process stops.</param>
    /// <returns>Whether the document must be written; otherwise it says all of it already.</returns>
    public bool Plan(ScopeDocument document, string process, Moment now, bool isClosing)
    {
        lock (gate)
        {
            now = Advance(now);
            var all = document.Processes;
            all.RemoveAll(each => !each.Counts(now.Segment));
            var mine = all.Find(each => each.Id == process);
            // Without a place in the document a process gets nothing.
            var isFull = mine is null && all.Count >= ScopeDocument.MostProcesses && all.RemoveAll(each => each.IsEmpty) == 0;
            isClosing |= isFull;
            if (isUnknown)
                Resolve(mine?.Serial == serial);
            long othersRequests = 0, othersTokens = 0, othersRunning = 0, othersWant = 0;
            foreach (var each in all)
            {
                if (each == mine)
                    continue;
                if (now.Segment - each.Until <= Moment.InMinute)
                    (othersRequests, othersTokens) = (othersRequests + each.Requests, othersTokens + each.Tokens);
                if (now.Segment <= each.RunningUntil)
                    othersRunning += each.Running;
                if (now.Segment <= each.WantedUntil)
                    othersWant += each.Wanted;
            }

            processes = all.Count + (mine is null ? 1 : 0);
            var reports = requests.HasUnreported || tokens.HasUnreported;
            var usedRequests = document.HistoryOf(document.Requests);
            var usedTokens = document.HistoryOf(document.Tokens);
            var requestLease = requests.Plan(usedRequests, othersRequests, processes, now, isClosing);
            var tokenLease = tokens.Plan(usedTokens, othersTokens, processes, now, isClosing);
            var share = concurrent.Plan(othersRunning, othersWant, processes, now, isClosing);
            isPlanned = true;

            var isNew = mine is null;
            mine ??= new() { Id = process };
            var leases = requestLease.Lease > 0 || tokenLease.Lease > 0;
            if ((!reports || isFull)
                && (mine.Requests, mine.Tokens, mine.Running, mine.Wanted) == (requestLease.Lease, tokenLease.Lease, share, concurrent.Unserved)
                && (!leases || mine.Until - now.Segment >= 2 * Moment.InSecond)
                && (share == 0 || mine.RunningUntil - now.Segment >= ConcurrencyLimit.LifetimeSegments / 2)
                && (concurrent.Unserved == 0 || mine.WantedUntil - now.Segment >= Moment.InSecond))
            {
                Apply(mine.Until, mine.RunningUntil);
                return false;
            }

            if (isNew)
                all.Add(mine);
            mine.Serial = ++serial;
            (mine.Requests, mine.Tokens, mine.Running, mine.Wanted) = (requestLease.Lease, tokenLease.Lease, share, concurrent.Unserved);
            mine.Until = leases ? Math.Max(requestLease.Lease > 0 ? requestLease.End : 0, tokenLease.Lease > 0 ? tokenLease.End : 0) : now.Segment;
            mine.RunningUntil = share > 0 ? now.Segment + ConcurrencyLimit.LifetimeSegments : now.Segment;
            mine.WantedUntil = now.Segment + (3 * Moment.InSecond);
            document.Start = now.Segment - Moment.InMinute;
            document.Requests = document.PairsOf(usedRequests);
            document.Tokens = document.PairsOf(usedTokens);
            (plannedUntil, plannedRunningUntil) = (mine.Until, mine.RunningUntil);
            return true;
        }
    }

    /// <summary>The document was written as planned.</summary>
    public void Apply()
    {
        lock (gate)
            Apply(plannedUntil, plannedRunningUntil);
    }

    /// <summary>
    /// The write was refused: another process was first, or the store tried it again after its answer was lost. The document must
    /// be read and planned again, and tells which of the two it was.
    /// </summary>
    public void Refuse()
    {
        lock (gate)
        {
            isUnknown = true;
            concurrent.Discard();
            isPlanned = false;
        }
    }

    /// <summary>The store did not answer. If it was writing, nobody knows whether it has written.</summary>
    public void Lose(bool wasWriting)
    {
        lock (gate)
            isUnknown |= wasWriting;
    }

    /// <summary>An exchange has ended, and another one may begin.</summary>
    public void EndExchange()
    {
        lock (gate)
            isExchanging = false;
    }

    /// <summary>When to exchange without being asked; null for never.</summary>
    public Moment? DueAfter(Moment now)
    {
        lock (gate)
            return Due() is { } segments ? now.Plus(TimeSpan.FromSeconds(segments / (double)Moment.InSecond)) : null;
    }

    /// <summary>Forgets a scope that nobody uses.</summary>
    /// <param name="before">When it must have been used last.</param>
    public bool TryForget(Moment before)
    {
        lock (gate)
        {
            if (open > 0 || latest.Ticks > before.Ticks || isExchanging)
                return false;
            return IsForgotten = true;
        }
    }

    private static string DocumentIdOf(ScopeKind kind, string id)
    {
        var name = $"{kind.ToString().ToLowerInvariant()}/{id}";
        return Encoding.UTF8.GetByteCount(name) <= StoreLimits.LongestId ? name : $"{kind.ToString().ToLowerInvariant()}//{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))}";
    }

    private Task Exchange(ScopeExchange others)
    {
        if (isExchanging)
            return asking;
        (isExchanging, isPlanned) = (true, false);
        return asking = others.RunAsync(this);
    }

    /// <summary>The segments until the next exchange.</summary>
    private int? Due()
    {
        // Without a store what is used now must be reported as soon as there is one again.
        if (exchange is { IsAway: true })
            return requests.IsActive || tokens.IsActive || concurrent.Running > 0 ? Moment.InSecond : null;
        int? due = requests.Due;
        if (tokens.Due is { } second && !(due <= second))
            due = second;
        if (concurrent.Due is { } third && !(due <= third))
            due = third;
        return due;
    }

    private void Apply(long until, long runningUntil)
    {
        requests.Apply(until);
        tokens.Apply(until);
        concurrent.Apply(runningUntil);
    }

    private void Resolve(bool wasWritten)
    {
        isUnknown = false;
        if (wasWritten)
        {
            requests.ConfirmReport();
            tokens.ConfirmReport();
        }
        else
        {
            requests.Discard();
            tokens.Discard();
        }
    }

    private Moment Adopt(LimitValues limits, Moment now)
    {
        if (!ReferenceEquals(limits, values))
        {
            var isChange = limits != values && values != LimitValues.None;
            values = limits;
            requests.Limit = limits.RequestsPerMinute ?? 0;
            tokens.Limit = limits.TokensPerMinute ?? 0;
            concurrent.Limit = limits.ConcurrentRequests ?? 0;
            if (isChange)
            {
                requests.Reconsider();
                tokens.Reconsider();
                concurrent.Reconsider();
            }
        }

        return Advance(now);
    }

    /// <summary>Threads read the clock before they get the lock, so the time of one may be a little before that of the last.</summary>
    private Moment Advance(Moment now)
    {
        if (now.Ticks < latest.Ticks && latest.Segment - now.Segment < MostLateSegments)
            return latest;
        return latest = now;
    }
}
