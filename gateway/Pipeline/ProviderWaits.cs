namespace Dragoman.Pipeline;

/// <summary>How long a request has waited for providers until its answer began. Waits that overlap count once.</summary>
/// <param name="clock">The source of all time values.</param>
internal sealed class ProviderWaits(TimeProvider clock)
{
    private readonly Lock gate = new();
    private TimeSpan ended;
    private long since;
    private int running;

    /// <summary>The time that was waited until now.</summary>
    public TimeSpan Total
    {
        get
        {
            lock (gate)
                return running == 0 ? ended : ended + clock.GetElapsedTime(since);
        }
    }

    /// <summary>Counts until the result is disposed.</summary>
    public Wait Begin()
    {
        lock (gate)
        {
            if (running++ == 0)
                since = clock.GetTimestamp();
        }

        return new(this);
    }

    private void End()
    {
        lock (gate)
        {
            if (--running == 0)
                ended += clock.GetElapsedTime(since);
        }
    }

    /// <summary>One wait.</summary>
    public readonly struct Wait(ProviderWaits waits) : IDisposable
    {
        public void Dispose() => waits.End();
    }
}
