namespace Dragoman.Gateway.Tests.Access.Budgets;

/// <summary>The clock of one process: the common one, until the process is killed. Its time of day may be wrong.</summary>
internal sealed class ProcessClock(ManualTimeProvider clock) : TimeProvider
{
    public bool IsDead { get; set; }

    /// <summary>How wrong the time of day is.</summary>
    public TimeSpan Error { get; set; }

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + Error;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(
        timerState =>
        {
            if (!IsDead)
                callback(timerState);
        },
        state,
        dueTime,
        period);
}
