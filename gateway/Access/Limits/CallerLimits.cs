using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Dragoman.Access.Directory;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Stores;
using Microsoft.Extensions.Logging;

namespace Dragoman.Access.Limits;

/// <summary>
/// Keeps the limits of all scopes of a caller: requests and tokens within 60 seconds, and concurrent requests, over all processes
/// that share a store. docs/rate-limits.md describes the rules and their bounds.
/// </summary>
/// <remarks>
/// It is a limiter of the framework, partitioned by caller; the leases are <see cref="Admission"/>. The framework's own limiters
/// count in one process, have one fixed limit, and take no permits back, so that none of them can stand for a scope.
/// </remarks>
public sealed class CallerLimits : PartitionedRateLimiter<Caller>
{
    /// <summary>How long a scope is remembered that nobody uses. What was used a minute ago no longer counts.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    /// <summary>How often a request asks the other processes at most. Those who asked at the same time may have been quicker.</summary>
    private const int MostQuestions = 8;

    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(1);

    /// <summary>How long to wait for the store when the process stops.</summary>
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(2);

    private readonly TimeProvider clock;
    private readonly ScopeExchange? exchange;
    private readonly ExchangeSchedule? schedule;
    private readonly ScopeRemoval? removal;
    private readonly WaitingRoom? room;
    private readonly ConcurrentDictionary<ScopeName, ScopeLimits> scopes = new();
    private readonly ITimer sweeper;

    /// <param name="store">What the processes share; null to keep the limits in this process alone.</param>
    /// <param name="waiting">The waiting room.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Is told when the store is away and when it is back.</param>
    public CallerLimits(IDocumentStore? store, WaitingRoomSettings waiting, TimeProvider clock, ILogger logger)
    {
        this.clock = clock;
        if (store is not null)
        {
            exchange = new(store, clock, logger) { Ended = OnExchanged };
            schedule = new(exchange, clock);
            removal = new(store, clock);
        }

        if (waiting.Most > 0)
            room = new(waiting, clock, isShared: store is not null);
        sweeper = clock.CreateTimer(static limits => ((CallerLimits)limits!).Forget(), this, Sweep, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The scopes that are remembered.</summary>
    internal int ScopeCount => scopes.Count;

    /// <summary>The requests in the waiting room.</summary>
    internal int WaitingCount => room?.Count ?? 0;

    /// <summary>The exchanges with other processes, and the removal of what is over, that have begun and do not wait for the clock.</summary>
    internal int BusyCount => (exchange is null ? 0 : exchange.Running - exchange.Pausing) + (removal is { IsRunning: true } ? 1 : 0);

    internal Moment Now => new(clock.GetUtcNow().UtcTicks);

    /// <summary>
    /// Counts a request in all scopes of its caller, or in none. If one of them does not allow it, it waits in the waiting room, if
    /// there is one.
    /// </summary>
    /// <param name="caller">Whose request it is.</param>
    /// <param name="cancellation">The client has left.</param>
    /// <exception cref="GatewayException">A limit does not allow the request: <see cref="ErrorKind.RateLimited"/>, with the limit, what is left and when to try again.</exception>
    public ValueTask<Admission> AdmitAsync(Caller caller, CancellationToken cancellation) =>
        TryAdmit(caller, waited: false) is var lease && lease is Admission admission ? new(admission) : AdmitLaterAsync(caller, (Refusal)lease, cancellation);

    /// <inheritdoc/>
    public override RateLimiterStatistics? GetStatistics(Caller resource) => StateOf(LimitKind.Requests, resource, Now) is { } state
        ? new() { CurrentAvailablePermits = state.Remaining, CurrentQueuedCount = WaitingCount }
        : null;

    internal ValueTask ReserveAsync(Admission admission, long amount, CancellationToken cancellation) =>
        TryReserve(admission, amount, waited: false) is Refusal refusal ? ReserveLaterAsync(admission, amount, refusal, cancellation) : default;

    /// <summary>What is left of the tightest limits; null if there are none.</summary>
    internal RateLimits? StateOf(Admission admission) => StateOf(admission.Caller, Now);

    /// <summary>Takes a request of a caller, or tokens for one that has begun, in all scopes or in none.</summary>
    /// <returns>An <see cref="Admission"/> or a <see cref="Refusal"/>.</returns>
    internal RateLimitLease Try(Caller caller, Admission? admission, long amount, bool waited) =>
        admission is null ? TryAdmit(caller, waited) : TryReserve(admission, amount, waited);

    /// <summary>Asks the other processes for what <see cref="Try"/> did not get.</summary>
    /// <returns>Ends when they have answered; null if it makes no sense to ask.</returns>
    internal Task? Ask(Caller caller, Admission? admission, long amount)
    {
        if (exchange is null)
            return null;
        var now = Now;
        List<Task>? asking = null;
        var scopes = admission?.Scopes ?? ScopesOf(caller);
        for (var index = 0; index < scopes.Length; index++)
        {
            var scope = scopes[index];
            if ((admission is null ? scope.AskForRequest(caller.Scopes[index].Values, now) : scope.AskForTokens(amount, now)) is { } task)
                (asking ??= []).Add(task);
        }

        return asking is null ? null : Task.WhenAll(asking);
    }

    /// <summary>Schedules an exchange.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="segments">In how many segments; null for none.</param>
    /// <param name="now">The time.</param>
    internal void Schedule(ScopeLimits scope, int? segments, Moment now)
    {
        if (segments is { } count)
            schedule?.Add(scope, now.Plus(TimeSpan.FromSeconds(count / (double)Moment.InSecond)));
    }

    /// <summary>Something was given back.</summary>
    internal void Wake()
    {
        if (room is { Count: > 0 })
            room.Serve();
    }

    protected override RateLimitLease AttemptAcquireCore(Caller resource, int permitCount)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(permitCount, 1);
        return Try(resource, null, 0, waited: false);
    }

    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(Caller resource, int permitCount, CancellationToken cancellationToken) =>
        AttemptAcquireCore(resource, permitCount) is var lease && lease is Refusal refusal
            ? await AcquireLaterAsync(resource, null, 0, refusal, cancellationToken).ConfigureAwait(false)
            : lease;

    protected override void Dispose(bool disposing)
    {
        sweeper.Dispose();
        schedule?.Dispose();
        removal?.Dispose();
        room?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Stops, and lets the other processes have what this one has leased.</summary>
    protected override async ValueTask DisposeAsyncCore()
    {
        Dispose(disposing: true);
        if (exchange is { IsAway: false })
            await GiveBackAsync(exchange, removal!).ConfigureAwait(false);
        await base.DisposeAsyncCore().ConfigureAwait(false);
    }

    private async Task GiveBackAsync(ScopeExchange exchange, ScopeRemoval removal)
    {
        exchange.Close();
        exchange.Ended = null;
        using var ending = new CancellationTokenSource(LongestClose, clock);
        try
        {
            await Parallel.ForEachAsync(scopes.Values, ending.Token, async (scope, cancellation) =>
            {
                // An exchange deletes the document itself if it is over.
                if (scope.HasDocument && scope.DueAfter(Now) is null)
                    removal.Add(scope.DocumentId);
                // The first may have begun before the end, and not have given back everything.
                for (var tries = 0; tries < 2 && scope.DueAfter(Now) is not null; tries++)
                    await scope.Exchange().WaitAsync(cancellation).ConfigureAwait(false);
            }).ConfigureAwait(false);
            await removal.RemoveForgottenAsync(ending.Token).WaitAsync(ending.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // What was not given back ends with its time, and another process finds the documents that remain.
        }
    }

    private async ValueTask<Admission> AdmitLaterAsync(Caller caller, Refusal refusal, CancellationToken cancellation)
    {
        var lease = await AcquireLaterAsync(caller, null, 0, refusal, cancellation).ConfigureAwait(false);
        return lease as Admission ?? throw Exception((Refusal)lease, caller);
    }

    private async ValueTask ReserveLaterAsync(Admission admission, long amount, Refusal refusal, CancellationToken cancellation)
    {
        if (await AcquireLaterAsync(admission.Caller, admission, amount, refusal, cancellation).ConfigureAwait(false) is Refusal last)
            throw Exception(last, admission.Caller);
    }

    private RateLimitLease TryAdmit(Caller caller, bool waited)
    {
        if (caller.Scopes.Count == 0)
            return Admission.Unlimited;
        var now = Now;
        var admission = new Admission(this, caller, ScopesOf(caller), now.Segment);
        for (var index = 0; index < caller.Scopes.Count; index++)
        {
            Taken taken;
            LimitKind refused;
            while ((taken = admission.Scopes[index].TryTakeRequest(caller.Scopes[index].Values, now, waited, out refused)) == Taken.Forgotten)
                admission.Rebind(ScopesOf(caller));
            var scope = admission.Scopes[index];
            if (taken == Taken.Nothing)
            {
                admission.GiveBack(now);
                return scope.Refuse(refused, 1, now, waited);
            }

            admission.Add(taken);
            if ((taken & Taken.Low) != 0)
                scope.Refill(now);
        }

        return admission;
    }

    private RateLimitLease TryReserve(Admission admission, long amount, bool waited)
    {
        var now = Now;
        for (var index = 0; index < admission.Count; index++)
        {
            var scope = admission.Scopes[index];
            if (scope.TryTakeTokens(amount, now, waited, out var isLow) is not { } taken)
            {
                admission.GiveBackTokens(index, now);
                return scope.Refuse(LimitKind.Tokens, amount, now, waited);
            }

            admission.SetTokens(index, taken, now.Segment);
            if (isLow)
                scope.Refill(now);
        }

        return admission;
    }

    private async ValueTask<RateLimitLease> AcquireLaterAsync(Caller caller, Admission? admission, long amount, Refusal refusal, CancellationToken cancellation)
    {
        var deadline = Now.Plus(ScopeExchange.Longest);
        for (var questions = 0; questions < MostQuestions && Now.Ticks < deadline.Ticks && Ask(caller, admission, amount) is { } asking; questions++)
        {
            await asking.WaitAsync(cancellation).ConfigureAwait(false);
            var lease = Try(caller, admission, amount, waited: false);
            if (lease is not Refusal again)
                return lease;
            refusal = again;
        }

        return room is null ? refusal : await room.WaitAsync(new(this, caller, admission, amount, refusal), cancellation).ConfigureAwait(false);
    }

    private GatewayException Exception(Refusal refusal, Caller caller) => new(new(ErrorKind.RateLimited, refusal.Text)
    {
        Code = refusal.Limit == LimitKind.Tokens ? RateLimit.TokensCode : null,
        RetryAfter = refusal.RetryAfter,
        RateLimits = StateOf(caller, Now),
    });

    private RateLimits? StateOf(Caller caller, Moment now)
    {
        var requests = StateOf(LimitKind.Requests, caller, now);
        var tokens = StateOf(LimitKind.Tokens, caller, now);
        return requests is null && tokens is null ? null : new(Of(requests), Of(tokens));

        static RateLimit? Of(LimitState? state) => state is { } known ? new(known.Limit, known.Remaining, known.Reset) : null;
    }

    private LimitState? StateOf(LimitKind limit, Caller caller, Moment now)
    {
        LimitState? tightest = null;
        var scopes = ScopesOf(caller);
        for (var index = 0; index < scopes.Length; index++)
        {
            if (scopes[index].StateOf(limit, now) is { } state && state.IsTighterThan(tightest))
                tightest = state;
        }

        return tightest;
    }

    private ScopeLimits[] ScopesOf(Caller caller)
    {
        if (caller.BoundScopes is { } bound && bound.Owner == this && !Array.Exists(bound.Scopes, static scope => scope.IsForgotten))
            return bound.Scopes;
        var scopes = caller.Scopes.Select(ScopeOf).ToArray();
        caller.BoundScopes = new(this, scopes);
        return scopes;
    }

    private ScopeLimits ScopeOf(LimitedScope scope) =>
        scopes.TryGetValue(new(scope.Kind, scope.Id), out var known)
            ? known
            : scopes.GetOrAdd(new(scope.Kind, scope.Id), static (name, exchange) => new(name.Kind, name.Id, exchange), exchange);

    private void OnExchanged(ScopeLimits scope)
    {
        if (scope.DueAfter(Now) is { } due)
            schedule!.Add(scope, due);
        Wake();
    }

    private void Forget()
    {
        var before = Now.Plus(-Remembered);
        foreach (var (name, scope) in scopes)
        {
            if (!scope.TryForget(before))
                continue;
            scopes.TryRemove(new(name, scope));
            if (scope.HasDocument)
                removal!.Add(scope.DocumentId);
        }

        _ = removal?.RunAsync();
        sweeper.Change(Sweep, Timeout.InfiniteTimeSpan);
    }

    private readonly record struct ScopeName(ScopeKind Kind, string Id);
}
