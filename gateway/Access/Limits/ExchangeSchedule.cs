namespace Dragoman.Access.Limits;

/// <summary>When each scope exchanges with the other processes without being asked.</summary>
internal sealed class ExchangeSchedule : IDisposable
{
    /// <summary>Exchanges at the same time, besides those for which requests wait.</summary>
    private const int MostAtOnce = 16;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    private readonly ScopeExchange exchange;
    private readonly TimeProvider clock;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private readonly PriorityQueue<ScopeLimits, long> queue = new();
    private bool isArmed;
    private int running;

    public ExchangeSchedule(ScopeExchange exchange, TimeProvider clock)
    {
        (this.exchange, this.clock) = (exchange, clock);
        timer = clock.CreateTimer(static schedule => ((ExchangeSchedule)schedule!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The exchanges that it has begun and that have not ended.</summary>
    internal int Running
    {
        get
        {
            lock (gate)
                return running;
        }
    }

    /// <summary>Schedules a scope, unless its turn comes sooner anyway.</summary>
    public void Add(ScopeLimits scope, Moment due)
    {
        // Read without the lock: if another thread changes it, that thread schedules an exchange.
        if (scope.ScheduledFor <= due.Ticks)
            return;
        lock (gate)
        {
            if (scope.ScheduledFor <= due.Ticks)
                return;
            scope.ScheduledFor = due.Ticks;
            queue.Enqueue(scope, due.Ticks);
            Arm();
        }
    }

    public void Dispose() => timer.Dispose();

    private void Arm()
    {
        if (isArmed || queue.Count == 0)
            return;
        isArmed = true;
        timer.Change(Tick, Timeout.InfiniteTimeSpan);
    }

    private void OnTick()
    {
        lock (gate)
            isArmed = false;
        RunDue();
    }

    private void RunDue()
    {
        var now = clock.GetUtcNow().UtcTicks;
        lock (gate)
        {
            // A store that is away is not asked for everything at once.
            var most = exchange.IsAway ? 1 : MostAtOnce;
            while (running < most && queue.TryPeek(out var scope, out var due) && due <= now)
            {
                queue.Dequeue();
                // An entry that was moved to an earlier time is still there at its old one.
                if (scope.ScheduledFor != due)
                    continue;
                scope.ScheduledFor = long.MaxValue;
                if (scope.IsForgotten)
                    continue;
                running++;
                _ = RunAsync(scope);
            }

            Arm();
        }
    }

    private async Task RunAsync(ScopeLimits scope)
    {
        await scope.Exchange().ConfigureAwait(false);
        lock (gate)
            running--;
        if (!exchange.IsAway)
            RunDue();
    }
}
