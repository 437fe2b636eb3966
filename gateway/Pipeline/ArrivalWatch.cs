namespace Dragoman.Pipeline;

/// <summary>
/// Sees to it that what a client has begun to send also comes to an end: in each interval enough of it has to arrive.
/// An average over the whole time would let a client send most of it at once and hold the memory for as long as it likes.
/// </summary>
internal sealed class ArrivalWatch : IDisposable
{
    /// <summary>What an interval is; a body that is whole within one is never looked at.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Bytes a second, a slow line's.</summary>
    private const int LeastRate = 32 * 1024;

    /// <summary>Bytes a second while others wait for the memory.</summary>
    private const int LeastRateWhenShort = 256 * 1024;

    private readonly MemoryShare share;
    private readonly Action tooSlow;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private bool isOver;
    private long arrived;
    private long looked;

    /// <param name="share">What it arrives to.</param>
    /// <param name="clock">Measures the intervals.</param>
    /// <param name="tooSlow">Called once, by a timer, when too little came.</param>
    public ArrivalWatch(MemoryShare share, TimeProvider clock, Action tooSlow)
    {
        this.share = share;
        this.tooSlow = tooSlow;
        timer = clock.CreateTimer(static watch => ((ArrivalWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether it was called.</summary>
    public bool IsTooSlow { get; private set; }

    /// <summary>The first of it is there.</summary>
    public void Begin()
    {
        Volatile.Write(ref looked, Volatile.Read(ref arrived));
        timer.Change(Interval, Timeout.InfiniteTimeSpan);
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
            if (!isOver)
                LookOnce();
        }
    }

    private void LookOnce()
    {
        var now = Volatile.Read(ref arrived);
        if (now - looked < (share.IsShort ? LeastRateWhenShort : LeastRate) * (long)Interval.TotalSeconds)
        {
            IsTooSlow = true;
            tooSlow();
            return;
        }

        looked = now;
        timer.Change(Interval, Timeout.InfiniteTimeSpan);
    }
}
