using System.Globalization;
using System.Threading.RateLimiting;
using Dragoman.Configuration;
using Dragoman.Locales;

namespace Dragoman.Access.Limits;

/// <summary>
/// Where requests wait for a limit instead of being refused. Those of a team are served in the order in which they came, and the
/// teams in turn. A request that waits for a limit of its own does not hold up others of its team.
/// </summary>
internal sealed class WaitingRoom : IDisposable
{
    /// <summary>How often another process may have given back what is waited for.</summary>
    private static readonly TimeSpan LookAround = TimeSpan.FromMilliseconds(250);

    private readonly WaitingRoomSettings settings;
    private readonly TimeProvider clock;
    private readonly bool isShared;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private readonly LinkedList<LinkedList<Waiter>> turns = [];
    private readonly Dictionary<string, LinkedList<Waiter>> teams = [];
    private int count;
    private int calls;
    private long pass;

    public WaitingRoom(WaitingRoomSettings settings, TimeProvider clock, bool isShared)
    {
        (this.settings, this.clock, this.isShared) = (settings, clock, isShared);
        timer = clock.CreateTimer(static room => ((WaitingRoom)room!).Serve(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The requests that wait.</summary>
    public int Count => Volatile.Read(ref count);

    private Moment Now => new(clock.GetUtcNow().UtcTicks);

    /// <summary>Waits until the request is served or its time is over.</summary>
    /// <returns>An <see cref="Admission"/> or a <see cref="Refusal"/>.</returns>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async ValueTask<RateLimitLease> WaitAsync(Waiter waiter, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!TryEnter(waiter))
            return waiter.Refusal;
        await using (cancellation.UnsafeRegister((state, token) => Leave((Waiter)state!, token), waiter).ConfigureAwait(false))
        {
            // What it waits for may have come back before it entered.
            Serve();
            return await waiter.Outcome.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Serves those who can be served now. Calls at the same time become one more pass, so that nobody waits here.</summary>
    public void Serve()
    {
        if (Interlocked.Increment(ref calls) != 1)
            return;
        int seen;
        do
        {
            seen = Volatile.Read(ref calls);
            lock (gate)
                ServeOnce();
        }
        while (Interlocked.CompareExchange(ref calls, 0, seen) != seen);
    }

    private string LongestText => settings.Longest.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>Refuses everybody who waits.</summary>
    public void Dispose()
    {
        timer.Dispose();
        lock (gate)
        {
            while (turns.First?.Value.First?.Value is { } waiter)
            {
                Remove(waiter);
                waiter.Outcome.TrySetResult(waiter.Refusal.Because(LimitText.Stopping));
            }
        }
    }

    private bool TryEnter(Waiter waiter)
    {
        lock (gate)
        {
            var team = teams.GetValueOrDefault(waiter.Team);
            if (Now.Until(waiter.Refusal.ReadyAt) > settings.Longest)
                waiter.Refusal.Because(LimitText.LongestWait(LongestText));
            else if (count >= settings.Most)
                waiter.Refusal.Because(LimitText.RoomFull(settings.Most));
            else if (team?.Count >= settings.MostPerTeam)
                waiter.Refusal.Because(LimitText.RoomFullForTeam(settings.MostPerTeam));
            else
                return Enter(waiter, team);
            return false;
        }
    }

    private bool Enter(Waiter waiter, LinkedList<Waiter>? team)
    {
        if (team is null)
        {
            teams[waiter.Team] = team = new();
            turns.AddLast(team);
        }

        team.AddLast(waiter);
        count++;
        waiter.IsInside = true;
        waiter.Deadline = Now.Plus(settings.Longest);
        waiter.Begin();
        return true;
    }

    private void Leave(Waiter waiter, CancellationToken token)
    {
        lock (gate)
        {
            if (!waiter.IsInside)
                return;
            Remove(waiter);
        }

        waiter.Outcome.TrySetCanceled(token);
        // Those behind it may need less.
        Serve();
    }

    private void Remove(Waiter waiter)
    {
        var team = teams[waiter.Team];
        team.Remove(waiter);
        count--;
        waiter.IsInside = false;
        waiter.End();
        if (team.Count > 0)
            return;
        teams.Remove(waiter.Team);
        turns.Remove(team);
    }

    private void ServeOnce()
    {
        pass++;
        bool served;
        do
        {
            served = false;
            var turn = turns.First;
            for (var left = turns.Count; left > 0 && turn is not null; left--)
            {
                var next = turn.Next;
                if (ServeOneOf(turn.Value))
                {
                    served = true;
                    if (turn.List is not null)
                    {
                        turns.Remove(turn);
                        turns.AddLast(turn);
                    }
                }

                turn = next;
            }
        }
        while (served);
        RefuseLate();
    }

    private bool ServeOneOf(LinkedList<Waiter> team)
    {
        for (var node = team.First; node is not null; node = node.Next)
        {
            if (node.Value.IsRefusedIn(pass) || node.Value.Try(pass) is not { } lease)
                continue;
            Remove(node.Value);
            node.Value.Outcome.TrySetResult(lease);
            return true;
        }

        return false;
    }

    /// <summary>Refuses those whose time is over, and sets the timer for the others.</summary>
    private void RefuseLate()
    {
        var now = Now;
        var wake = long.MaxValue;
        for (var (turn, next) = (turns.First, turns.First?.Next); turn is not null; (turn, next) = (next, next?.Next))
        {
            for (var node = turn.Value.First; node is not null;)
            {
                var waiter = node.Value;
                node = node.Next;
                if (waiter.Deadline.Ticks <= now.Ticks)
                {
                    Remove(waiter);
                    waiter.Outcome.TrySetResult(waiter.Refusal.Because(LimitText.HasWaited(LongestText)));
                    continue;
                }

                var ready = waiter.Refusal.ReadyAt.Ticks > now.Ticks ? waiter.Refusal.ReadyAt.Ticks
                    : isShared ? now.Plus(LookAround).Ticks
                    : long.MaxValue;
                wake = Math.Min(wake, Math.Min(waiter.Deadline.Ticks, ready));
            }
        }

        timer.Change(wake == long.MaxValue ? Timeout.InfiniteTimeSpan : now.Until(new(wake)), Timeout.InfiniteTimeSpan);
    }
}
