using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Pipeline;

/// <summary>
/// Cancels an upstream call that exceeds a time limit: until its first event, between two reads, or in total
/// (specs/dialects.md 3.0). Reports afterwards which limit it was, and during the call when nothing was sent for a while.
/// </summary>
/// <remarks>
/// A read only stores its time. A single timer checks the stored times when it fires, and is set again for the remaining
/// time, so that a token does not set a timer.
/// </remarks>
internal sealed class UpstreamClock : IDisposable
{
    private readonly Timeouts timeouts;
    private readonly TimeProvider clock;
    private readonly long startedAt;
    private readonly CancellationTokenSource cancellation;
    private readonly CancellationToken client;
    private readonly CancellationTokenRegistration leaving;
    private readonly Lock setting = new();
    private readonly ITimer timer;
    private readonly CancellationTokenRegistration ending;
    private long setFor;
    private long since;
    private volatile Wait waitingFor = Wait.FirstEvent;
    private Wait beforeClient;
    private volatile GatewayError? reason;
    private TimeSpan keepAlive = Timeout.InfiniteTimeSpan;
    private Action? onSilence;
    private long silentSince;
    private TimeSpan clientLimit = Timeout.InfiniteTimeSpan;
    private Action? onStalledClient;
    private long? leftAt;
    private bool isDisposed;

    /// <param name="timeouts">The limits.</param>
    /// <param name="clock">The time.</param>
    /// <param name="client">Canceled when the client leaves.</param>
    /// <param name="ending">Canceled when the process is ending and cannot wait for the call.</param>
    public UpstreamClock(Timeouts timeouts, TimeProvider clock, CancellationToken client, CancellationToken ending = default)
    {
        this.timeouts = timeouts;
        this.clock = clock;
        this.client = client;
        startedAt = since = clock.GetTimestamp();
        cancellation = new();
        timer = clock.CreateTimer(static state => ((UpstreamClock)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (setting)
            SetFor(EarliestEnd());
        leaving = client.UnsafeRegister(static state => ((UpstreamClock)state!).ClientLeaves(), this);
        this.ending = ending.UnsafeRegister(static state => ((UpstreamClock)state!).End(), this);
    }

    private enum Wait
    {
        FirstEvent,
        NextRead,
        Usage,
        Client,
    }

    public CancellationToken Token => cancellation.Token;

    /// <summary>Whether the answer is read although its client has left.</summary>
    public bool ReadsOn => timeouts.AfterClient > TimeSpan.Zero && client.IsCancellationRequested;

    public bool TimedOut => reason is not null && !client.IsCancellationRequested;

    /// <summary>Which limit was exceeded; valid only if <see cref="TimedOut"/> is true.</summary>
    public GatewayError Reason => reason!;

    /// <summary>Waits for one part of the call.</summary>
    /// <exception cref="GatewayException">The call took too long.</exception>
    public async Task WithinAsync(Task part)
    {
        try
        {
            await part.ConfigureAwait(false);
        }
        catch (OperationCanceledException cancelled) when (TimedOut)
        {
            throw new GatewayException(Reason, cancelled);
        }
    }

    /// <summary>Calls <paramref name="tell"/> on another thread each time that nothing was sent for <paramref name="length"/>.</summary>
    public void NotifyOnSilence(TimeSpan length, Action tell)
    {
        lock (setting)
        {
            keepAlive = length;
            onSilence = tell;
            silentSince = clock.GetTimestamp();
            SetEarlier();
        }
    }

    /// <summary>Restarts the measuring of silence, because something was just sent to the client.</summary>
    public void EndSilence() => Volatile.Write(ref silentSince, clock.GetTimestamp());

    /// <summary>Starts the idle timeout of the next read, once the answer has begun.</summary>
    public void AwaitNextRead() => Await(Wait.NextRead);

    /// <summary>Starts the short wait for the token counts, when the rest of the answer is complete.</summary>
    public void AwaitUsage() => Await(Wait.Usage);

    /// <summary>Starts the wait for the client to accept what was sent; this time does not count against the provider.</summary>
    /// <param name="limit">How long the client may accept nothing.</param>
    /// <param name="giveUp">Called when that time is over.</param>
    public void AwaitClient(TimeSpan limit, Action giveUp)
    {
        beforeClient = waitingFor;
        clientLimit = limit;
        onStalledClient = giveUp;
        Await(Wait.Client);
    }

    /// <summary>Restarts the wait for the client, because it has accepted some of the bytes.</summary>
    public void ClientTakes() => Volatile.Write(ref since, clock.GetTimestamp());

    /// <summary>Ends the wait for the client and restarts the wait before <see cref="AwaitClient"/>, because it has accepted all bytes.</summary>
    public void ClientTook() => Await(beforeClient);

    public void Dispose()
    {
        lock (setting)
            isDisposed = true;
        ending.Unregister();
        leaving.Unregister();
        timer.Dispose();
        cancellation.Dispose();
    }

    private void Await(Wait wait)
    {
        // The timer's thread reads these in the opposite order, and so never sees an old time with a new wait.
        Volatile.Write(ref since, clock.GetTimestamp());
        if (waitingFor == wait)
            return;
        waitingFor = wait;
        lock (setting)
            SetEarlier();
    }

    private void SetEarlier()
    {
        var end = EarliestEnd();
        if (end < setFor && !isDisposed)
            SetFor(end);
    }

    private void SetFor(long end)
    {
        setFor = end;
        var left = clock.GetElapsedTime(clock.GetTimestamp(), end);
        // A timer truncates its time to milliseconds, and would fire too early.
        timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(left.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    private long EarliestEnd()
    {
        var wait = waitingFor;
        var end = Math.Min(EndOf(startedAt, timeouts.Total), EndOf(Volatile.Read(ref since), LengthOf(wait)));
        if (leftAt is { } left)
            end = Math.Min(end, EndOf(left, timeouts.AfterClient));
        return onSilence is null ? end : Math.Min(end, EndOfSilence());
    }

    private long EndOfSilence() => EndOf(Volatile.Read(ref silentSince), keepAlive);

    private long EndOf(long start, TimeSpan length) => start + (long)(length.TotalSeconds * clock.TimestampFrequency);

    private TimeSpan LengthOf(Wait wait) => wait switch
    {
        Wait.FirstEvent => timeouts.FirstEvent,
        Wait.NextRead => timeouts.Idle,
        Wait.Client => clientLimit,
        _ => Timeouts.UsageGrace,
    };

    /// <summary>Runs when the timer fires: handles the limits that have passed.</summary>
    private void Look()
    {
        Action? tell = null;
        Action? giveUp = null;
        bool isLeft;
        lock (setting)
        {
            if (isDisposed)
                return;
            var now = clock.GetTimestamp();
            var wait = waitingFor;
            var isOver = now >= EndOf(Volatile.Read(ref since), LengthOf(wait));
            isLeft = leftAt is { } left && now >= EndOf(left, timeouts.AfterClient);
            if (now >= EndOf(startedAt, timeouts.Total))
                reason = TookTooLong(ProviderText.WholeAnswer, "upstream_total_timeout");
            else if (isOver && wait == Wait.Client)
                giveUp = onStalledClient;
            else if (isOver)
                reason = wait == Wait.FirstEvent ? TookTooLong(ProviderText.FirstEvent, "upstream_first_event_timeout") : TookTooLong(ProviderText.Silence, "upstream_idle_timeout");
            // A client that has left may be given up again, while its answer is still read.
            if (giveUp is not null)
                Volatile.Write(ref since, now);
            if (reason is null && !isLeft)
            {
                if (onSilence is not null && now >= EndOfSilence())
                {
                    Volatile.Write(ref silentSince, now);
                    tell = onSilence;
                }

                SetFor(EarliestEnd());
            }
        }

        if (reason is not null || isLeft)
            Cancel();
        else if (giveUp is not null)
            giveUp();
        else
            tell?.Invoke();
    }

    /// <summary>Cancels the call, or starts the time for which the answer is still read.</summary>
    private void ClientLeaves()
    {
        if (!ReadsOn)
        {
            Cancel();
            return;
        }

        lock (setting)
        {
            leftAt = clock.GetTimestamp();
            SetEarlier();
        }
    }

    /// <summary>Cancels the call, because the process is ending and cannot wait for it.</summary>
    private void End()
    {
        reason ??= Drain.Restarting;
        Cancel();
    }

    private void Cancel()
    {
        try
        {
            cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended at the same moment.
        }
    }

    private static GatewayError TookTooLong(Wording what, string code) => new(ErrorKind.Timeout, ProviderText.TookTooLong(what)) { Code = code };
}
