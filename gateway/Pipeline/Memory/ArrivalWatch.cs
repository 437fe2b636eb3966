namespace Dragoman.Pipeline.Memory;

/// <summary>
/// Requires a minimum number of bytes in each interval, so that a body whose upload has begun is also completed.
/// With an average over the whole time, a client could send most of the body at once and then hold the memory for a long time.
/// </summary>
internal sealed class ArrivalWatch : IDisposable
{
    /// <summary>The length of an interval. A body that arrives completely within one is checked only while other requests wait.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>The length of an interval while other requests wait for memory; it is shorter because they do not wait for long.</summary>
    public static readonly TimeSpan IntervalWhenShort = TimeSpan.FromSeconds(2.5);

    /// <summary>The minimum rate in bytes per second, as on a slow line.</summary>
    private const int LeastRate = 32 * 1024;

    /// <summary>The minimum rate in bytes per second while other requests wait for memory.</summary>
    private const int LeastRateWhenShort = 256 * 1024;

    private readonly MemoryShare share;
    private readonly TimeProvider clock;
    private readonly Action tooSlow;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private long arrived;
    private long arrivedAtLook;
    private long arrivedAtInterval;
    private long intervalBegan;
    private bool wasShort;
    private bool isOver;

    /// <param name="share">The part of the budget that the body takes memory from.</param>
    /// <param name="clock">Measures the intervals.</param>
    /// <param name="tooSlow">Called once, by a timer, when too little has arrived.</param>
    public ArrivalWatch(MemoryShare share, TimeProvider clock, Action tooSlow)
    {
        this.share = share;
        this.clock = clock;
        this.tooSlow = tooSlow;
        timer = clock.CreateTimer(static watch => ((ArrivalWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the body arrived too slowly.</summary>
    public bool IsTooSlow { get; private set; }

    /// <summary>Starts the first interval.</summary>
    public void Begin()
    {
        lock (gate)
        {
            arrivedAtLook = arrivedAtInterval = Volatile.Read(ref arrived);
            intervalBegan = clock.GetTimestamp();
            wasShort = false;
            timer.Change(IntervalWhenShort, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Counts bytes that have arrived.</summary>
    public void Add(int bytes) => Volatile.Write(ref arrived, arrived + bytes);

    /// <summary>Stops the watch, because the body is complete.</summary>
    public void End() => timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Stops the watch. When this returns, the callback is not running and will not be called again.</summary>
    public void Dispose()
    {
        timer.Dispose();
        lock (gate)
            isOver = true;
    }

    private void Look()
    {
        lock (gate)
        {
            if (isOver)
                return;
            if (HasSlowed())
            {
                IsTooSlow = true;
                tooSlow();
                return;
            }

            timer.Change(IntervalWhenShort, Timeout.InfiniteTimeSpan);
        }
    }

    private bool HasSlowed()
    {
        var now = Volatile.Read(ref arrived);
        var isShort = share.IsShort;
        // A request waited for memory at both ends of the interval.
        if (isShort && wasShort && now - arrivedAtLook < LeastRateWhenShort * IntervalWhenShort.TotalSeconds)
            return true;
        (wasShort, arrivedAtLook) = (isShort, now);
        if (clock.GetElapsedTime(intervalBegan) < Interval)
            return false;
        if (now - arrivedAtInterval < LeastRate * Interval.TotalSeconds)
            return true;
        (intervalBegan, arrivedAtInterval) = (clock.GetTimestamp(), now);
        return false;
    }
}
