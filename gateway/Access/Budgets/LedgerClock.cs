namespace Dragoman.Access.Budgets;

/// <summary>The two clocks of a ledger.</summary>
internal sealed class LedgerClock(TimeProvider time)
{
    private readonly long start = time.GetTimestamp();

    /// <summary>The source of both, and of timers.</summary>
    public TimeProvider Time => time;

    /// <summary>Ticks of 100 ns since the start. They measure how long something took, because nobody sets this clock.</summary>
    public long Now => time.GetElapsedTime(start).Ticks;

    /// <summary>The time of day, for other processes and for periods.</summary>
    public DateTimeOffset UtcNow => time.GetUtcNow();
}
