namespace Dragoman.Pipeline.Memory;

/// <summary>
/// Sees to it that what a client has begun to send also comes to an end: in each interval enough of it has to arrive.
/// An average over the whole time would let a client send most of it at once and hold the memory for as long as it likes.
/// </summary>
internal sealed class ArrivalWatch : IDisposable
{
    /// <summary>What an interval is; a body that is whole within one is looked at only while others wait.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>What it is while others wait for the memory, who do not wait for long.</summary>
    public static readonly TimeSpan IntervalWhenShort = TimeSpan.FromSeconds(2.5);

    /// <summary>Bytes a second, a slow line's.</summary>
    private const int LeastRate = 32 * 1024;

    /// <summary>Bytes a second while others wait for the memory.</summary>
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

    /// <param name="share">What it arrives to.</param>
    /// <param name="clock">Measures the intervals.</param>
    /// <param name="tooSlow">Called once, by a timer, when too little came.</param>
    public ArrivalWatch(MemoryShare share, TimeProvider clock, Action tooSlow)
    {
        this.share = share;
        this.clock = clock;
        this.tooSlow = tooSlow;
        timer = clock.CreateTimer(static watch => ((ArrivalWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether it was called.</summary>
    public bool IsTooSlow { get; private set; }

    /// <summary>The first of it is there.</summary>
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

    /// <summary>More of it has arrived.</summary>
    public void Add(int bytes) => Volatile.Write(ref arrived, arrived + bytes);

    /// <summary>All of it is there.</summary>
    public void End() => timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Afterwards nothing is called any more, nor is it being called.</summary>
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
        // Somebody waited at both ends of the interval.
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
