using System.Collections.Concurrent;

namespace Dragoman.Cli.Tests;

/// <summary>A clock that does not wait: a timer fires at once, and the time is then what it waited for.</summary>
internal sealed class InstantClock : TimeProvider
{
    private readonly Lock gate = new();
    private DateTimeOffset now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The pauses that were waited for.</summary>
    public ConcurrentQueue<TimeSpan> Pauses { get; } = new();

    public void Advance(TimeSpan time)
    {
        lock (gate)
            now += time;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Pauses.Enqueue(dueTime);
        Advance(dueTime);
        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return new Fired();
    }

    private sealed class Fired : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
