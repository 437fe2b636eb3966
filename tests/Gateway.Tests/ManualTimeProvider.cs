namespace Dragoman.Gateway.Tests;

/// <summary>A clock that only a test moves, including its timers.</summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private DateTimeOffset now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>The number of timers that wait to fire.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (gate)
                return timers.Count(timer => timer.Due is not null);
        }
    }

    /// <summary>The time until the next timer fires. Null when none is waiting.</summary>
    public TimeSpan? UntilNextTimer
    {
        get
        {
            lock (gate)
                return timers.Min(timer => timer.Due) - now;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        lock (gate)
            timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        List<ManualTimer> due;
        lock (gate)
        {
            now += time;
            due = timers.FindAll(timer => timer.Due <= now);
        }

        foreach (var timer in due)
            timer.Fire();
    }

    /// <summary>Lets time pass, about as fast as elsewhere, until work has ended that waits for this clock now and then.</summary>
    public Task PassUntilAsync(Task work) => PassUntilAsync(work, Step);

    /// <summary>As <see cref="PassUntilAsync(Task)"/>, but with longer steps for work that waits for longer.</summary>
    public async Task PassUntilAsync(Task work, TimeSpan step)
    {
        while (await Task.WhenAny(work, Task.Delay(Step)) != work)
            Advance(step);
        await work;
    }

    private sealed class ManualTimer(ManualTimeProvider clock, Action callback) : ITimer
    {
        /// <summary>When it fires. Read and changed under the clock's lock.</summary>
        public DateTimeOffset? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock.now + dueTime;
            return true;
        }

        /// <summary>Fires, unless it was changed or fired since it was found due.</summary>
        public void Fire()
        {
            lock (clock.gate)
            {
                if (!(Due <= clock.now))
                    return;
                Due = null;
            }

            callback();
        }

        public void Dispose()
        {
            lock (clock.gate)
                clock.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
