using Microsoft.Extensions.Logging;

namespace Dragoman.Secrets;

/// <summary>
/// A secret that is replaced now and then. Its value is read again in the background when it gets old; one read serves all who
/// wait. The last value stays in use when a read fails, whatever the reason is: who wants a key to be refused revokes it at the
/// provider.
/// </summary>
internal sealed partial class RotatingSecret : LiveSecret
{
    /// <summary>How long a value is tried again after it was replaced: the vault may know the new one before the provider does.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromMinutes(10);

    /// <summary>How long a read keeps those waiting who have a value that is too old: a vault that hangs must not stop them.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    /// <summary>How often the same failure is logged.</summary>
    private static readonly TimeSpan LogPause = TimeSpan.FromMinutes(10);

    private readonly SecretReference reference;
    private readonly ISecretReader reader;
    private readonly SecretPace pace;
    private readonly TimeProvider clock;
    private readonly Func<ILogger> logger;
    private readonly CancellationToken stop;
    private readonly Lock gate = new();
    private volatile Known? known;
    private long refreshAt;
    private long tooOldAt;
    private long readingSince;
    private DateTimeOffset forcedAgainAt;
    private DateTimeOffset? readAt;
    private SecretException? failure;
    private int failures;
    private (string Text, DateTimeOffset At)? logged;
    private Task? reading;

    /// <param name="reference">The secret.</param>
    /// <param name="reader">Reads it.</param>
    /// <param name="pace">How often it is read.</param>
    /// <param name="clock">The source of all time values.</param>
    /// <param name="logger">Gives the logger, which exists later than the first secrets.</param>
    /// <param name="stop">Ends all reads.</param>
    public RotatingSecret(SecretReference reference, ISecretReader reader, SecretPace pace, TimeProvider clock, Func<ILogger> logger, CancellationToken stop)
    {
        (this.reference, this.reader, this.pace, this.clock, this.logger, this.stop) = (reference, reader, pace, clock, logger, stop);
        if (reference.Value is not { } value)
            return;
        known = new Known(value, value, null, default);
        readAt = clock.GetUtcNow();
        (refreshAt, tooOldAt) = (TimestampAfter(pace.Refresh), TimestampAfter(pace.Lifetime));
    }

    public SecretReference Reference => reference;

    /// <summary>How old the value is; null when there is none.</summary>
    public TimeSpan? Age
    {
        get
        {
            lock (gate)
                return clock.GetUtcNow() - readAt;
        }
    }

    /// <summary>
    /// Whether the age says something: a secret that is never read again, and one that nobody has used for a while, get old although
    /// nothing is wrong.
    /// </summary>
    public bool IsInUse
    {
        get
        {
            lock (gate)
                return reference.MayChange && (reading is not null || clock.GetTimestamp() < TimestampAfter(pace.LongestRetry, refreshAt));
        }
    }

    public override ValueTask<string> GetAsync(CancellationToken cancellation)
    {
        if (known is not { } values)
            return WaitAsync(cancellation);
        var now = clock.GetTimestamp();
        if (now < Volatile.Read(ref refreshAt))
            return new(values.Preferred);
        var isTooOld = now >= Volatile.Read(ref tooOldAt);
        var read = Refresh();
        return isTooOld ? NewestAsync(read, cancellation) : new(values.Preferred);
    }

    public override async ValueTask<string?> GetOtherAsync(string refused, CancellationToken cancellation)
    {
        // Another request may have found it out already.
        if (!reference.MayChange || known is not { } before)
            return null;
        if (before.Preferred != refused)
            return before.Preferred;
        await ReadAfterNowAsync(before.Current, cancellation).ConfigureAwait(false);
        var values = known!;
        return values.Preferred != refused ? values.Preferred
            : values.Current != refused ? values.Current
            : values.Previous is { } previous && previous != refused && clock.GetUtcNow() - values.ReplacedAt < Overlap ? previous
            : null;
    }

    public override void Prefer(string accepted)
    {
        lock (gate)
        {
            if (known is { } values && values.Preferred != accepted && (accepted == values.Current || accepted == values.Previous))
                known = values with { Preferred = accepted };
        }
    }

    public override string? PreviousWithin(TimeSpan within) =>
        known is { Previous: { } previous } values && clock.GetUtcNow() - values.ReplacedAt < within ? previous : null;

    public override void Hurry()
    {
        lock (gate)
        {
            if (TryBeginForced())
                _ = Begin();
        }
    }

    /// <summary>The next use reads the secret, even if a failure or a recent read would let it wait.</summary>
    public void MarkStale()
    {
        lock (gate)
        {
            forcedAgainAt = default;
            Volatile.Write(ref refreshAt, long.MinValue);
        }
    }

    /// <summary>Waits until no read runs.</summary>
    internal async Task IdleAsync()
    {
        Task? running;
        lock (gate)
            running = reading;
        if (running is not null)
            await running.ConfigureAwait(false);
    }

    private async ValueTask<string> WaitAsync(CancellationToken cancellation)
    {
        Task wait;
        lock (gate)
        {
            if (known is { } already)
                return already.Preferred;
            if (reading is null && failure is not null && clock.GetTimestamp() < refreshAt)
                throw Copy(failure);
            wait = Begin();
        }

        await wait.WaitAsync(cancellation).ConfigureAwait(false);
        if (known is { } values)
            return values.Preferred;
        lock (gate)
            throw Copy(failure!);
    }

    /// <summary>
    /// The value after a read. Without the wait, whoever comes first after a night without requests would be let in with a key that was
    /// replaced in the evening.
    /// </summary>
    private async ValueTask<string> NewestAsync(Task read, CancellationToken cancellation)
    {
        var left = LongestWait - clock.GetElapsedTime(Volatile.Read(ref readingSince));
        try
        {
            if (left > TimeSpan.Zero)
                await read.WaitAsync(left, clock, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The value that is known stays in use, as when the vault is away.
        }

        return known!.Preferred;
    }

    /// <summary>Reads the secret, unless it was read a moment ago. A read that has already begun may have seen the old value, so it may take a second one.</summary>
    private async Task ReadAfterNowAsync(string current, CancellationToken cancellation)
    {
        Task? earlier;
        lock (gate)
            earlier = reading;
        if (earlier is not null)
        {
            await earlier.WaitAsync(cancellation).ConfigureAwait(false);
            if (known!.Current != current)
                return;
        }

        Task wait;
        lock (gate)
        {
            if (reading is null && !TryBeginForced())
                return;
            wait = Begin();
        }

        await wait.WaitAsync(cancellation).ConfigureAwait(false);
    }

    private bool TryBeginForced()
    {
        var now = clock.GetUtcNow();
        if (now < forcedAgainAt)
            return false;
        forcedAgainAt = now + pace.BetweenForced;
        return true;
    }

    /// <summary>The read that is due; completed when another caller's has just ended.</summary>
    private Task Refresh()
    {
        lock (gate)
            return clock.GetTimestamp() >= refreshAt ? Begin() : Task.CompletedTask;
    }

    /// <summary>The read that runs, or a new one. Call it under the lock.</summary>
    private Task Begin()
    {
        if (reading is not null)
            return reading;
        Volatile.Write(ref readingSince, clock.GetTimestamp());
        return reading = Task.Run(ReadAsync, CancellationToken.None);
    }

    private async Task ReadAsync()
    {
        try
        {
            Adopt(await reader.ReadAsync(stop).ConfigureAwait(false));
        }
        catch (SecretException error)
        {
            Keep(error);
        }
        catch (Exception error)
        {
            // Whatever it is, nobody may wait for ever.
            Keep(new SecretException($"{reference} was not read: {error.GetType().Name}", SecretFault.Failed));
        }
        finally
        {
            // Not before the log has said what became of it.
            lock (gate)
                reading = null;
        }
    }

    private void Adopt(string value)
    {
        var isNew = false;
        lock (gate)
        {
            var values = known;
            if (values is null)
            {
                known = new Known(value, value, null, default);
            }
            else if (values.Current != value)
            {
                isNew = true;
                known = new Known(value, value, values.Preferred, clock.GetUtcNow());
                forcedAgainAt = default;
            }

            readAt = clock.GetUtcNow();
            (failure, failures, logged) = (null, 0, null);
            Volatile.Write(ref tooOldAt, TimestampAfter(pace.Lifetime));
            Volatile.Write(ref refreshAt, reference.MayChange ? TimestampAfter(pace.Refresh) : long.MaxValue);
        }

        if (isNew)
            LogReplaced(logger(), reference);
    }

    private void Keep(SecretException error)
    {
        TimeSpan? age;
        bool isDue;
        lock (gate)
        {
            var now = clock.GetUtcNow();
            var pause = pace.FirstRetry * Math.Pow(2, Math.Min(failures++, 16));
            pause = pause < pace.LongestRetry ? pause : pace.LongestRetry;
            if (error.RetryAfter is { } asked && asked > pause)
            {
                pause = asked;
                forcedAgainAt = now + asked;
            }

            failure = error;
            // Until the secret can be read, no wait would help.
            Volatile.Write(ref tooOldAt, long.MaxValue);
            Volatile.Write(ref refreshAt, TimestampAfter(pause));
            isDue = logged is not { } last || last.Text != error.Message || now - last.At >= LogPause;
            if (isDue)
                logged = (error.Message, now);
            age = now - readAt;
        }

        if (!isDue)
            return;
        if (age is { } old)
            LogKept(logger(), error.Message, TimeSpan.FromSeconds(Math.Floor(old.TotalSeconds)));
        else
            LogUnavailable(logger(), error.Message);
    }

    private long TimestampAfter(TimeSpan pause) => TimestampAfter(pause, clock.GetTimestamp());

    private long TimestampAfter(TimeSpan pause, long from) => from + (long)(pause.TotalSeconds * clock.TimestampFrequency);

    /// <summary>An exception that many callers throw at the same time would mix up their stack traces.</summary>
    private static SecretException Copy(SecretException error) => new(error.Message, error.Fault) { RetryAfter = error.RetryAfter };

    [LoggerMessage(40, LogLevel.Information, "{Reference} has a new value, which is used from now on.")]
    private static partial void LogReplaced(ILogger logger, SecretReference reference);

    [LoggerMessage(41, LogLevel.Error, "A secret is not available: {Reason}.")]
    private static partial void LogUnavailable(ILogger logger, string reason);

    [LoggerMessage(42, LogLevel.Warning, "A secret cannot be read again: {Reason}. Its value of {Age} ago stays in use.")]
    private static partial void LogKept(ILogger logger, string reason, TimeSpan age);

    /// <summary>The values of the secret that may be accepted.</summary>
    /// <param name="Current">The value that was read last.</param>
    /// <param name="Preferred">The value to use: the current or the previous one.</param>
    /// <param name="Previous">The value that was used before the current one; null when there was none.</param>
    /// <param name="ReplacedAt">When the current one replaced it.</param>
    private sealed record Known(string Current, string Preferred, string? Previous, DateTimeOffset ReplacedAt)
    {
        /// <summary>Leaves out the values.</summary>
        public override string ToString() => nameof(Known);
    }
}
