using Dragoman.Configuration;
using Microsoft.Extensions.Logging;

namespace Dragoman.Access.Tokens;

/// <summary>
/// The keys of one issuer, and the rules for reading them again. However many tokens wait for keys, one call is made. Keys stay
/// in use while the issuer is away, because refusing every caller for an outage elsewhere would be worse.
/// </summary>
internal sealed partial class IssuerKeys : IDisposable
{
    /// <summary>How long keys are used before a token waits for newer ones.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>The age from which keys are read again in the background, so that no token has to wait.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromHours(11);

    /// <summary>The time between two calls that are made because of unknown <c>kid</c> values: anybody can make these up.</summary>
    public static readonly TimeSpan BetweenUnknown = TimeSpan.FromMinutes(1);

    /// <summary>The wait after a failed call, which doubles with each failure after it.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait after a failed call.</summary>
    public static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    private readonly IssuerSettings settings;
    private readonly IssuerDocument documents;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationToken stopped;
    private readonly long created;

    private Known? known;
    private Task? running;
    private int failures;
    private long failedAt;
    private long? askedForUnknown;

    public IssuerKeys(IssuerSettings settings, IssuerDocument documents, TimeProvider clock, ILogger log)
    {
        this.settings = settings;
        this.documents = documents;
        this.clock = clock;
        this.log = log;
        stopped = stopping.Token;
        created = clock.GetTimestamp();
    }

    /// <summary>
    /// The issuer's keys. They are read first if there are none, if they are too old, or if they do not contain the
    /// <c>kid</c>; as often as the rules allow.
    /// </summary>
    /// <returns>Null when the issuer is away: there are no keys at all, or the <c>kid</c> is not among the old ones.</returns>
    public async ValueTask<SigningKeys?> FindAsync(string? keyId, CancellationToken cancellation)
    {
        var seen = Volatile.Read(ref known);
        var age = seen is null ? TimeSpan.MaxValue : clock.GetElapsedTime(seen.ReadAt);
        var renewal = age >= Fresh ? Start(seen, isForUnknown: false) : null;
        if (renewal is not null && age >= Lifetime)
            await renewal.WaitAsync(cancellation).ConfigureAwait(false);
        else if (seen is not null && !seen.Keys.Know(keyId) && Start(seen, isForUnknown: true) is { } search)
            await search.WaitAsync(cancellation).ConfigureAwait(false);
        lock (gate)
            return known is not null && (known.Keys.Know(keyId) || failures == 0) ? known.Keys : null;
    }

    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    /// <summary>The running call, or a new one; null when none is needed or allowed now.</summary>
    /// <param name="seen">The keys that do not suffice. If there are others already, no call is needed.</param>
    /// <param name="isForUnknown">Whether only an unknown <c>kid</c> asks for the call.</param>
    private Task? Start(Known? seen, bool isForUnknown)
    {
        lock (gate)
        {
            if (known != seen || running is not null)
                return running;
            if (failures > 0 && clock.GetElapsedTime(failedAt) < WaitAfter(failures))
                return null;
            if (isForUnknown)
            {
                if (askedForUnknown is { } earlier && clock.GetElapsedTime(earlier) < BetweenUnknown)
                    return null;
                askedForUnknown = clock.GetTimestamp();
            }

            // The call must not run on the thread that serves sockets, nor end with the client that happened to be first.
            return running = Task.Run(ReadAsync, stopped);
        }
    }

    private static TimeSpan WaitAfter(int failures) =>
        failures > 6 ? LongestRetry : TimeSpan.FromTicks(Math.Min(LongestRetry.Ticks, FirstRetry.Ticks << (failures - 1)));

    private async Task ReadAsync()
    {
        try
        {
            var keys = await documents.ReadKeysAsync(settings, stopped).ConfigureAwait(false);
            int after;
            lock (gate)
            {
                known = new Known(keys, clock.GetTimestamp());
                after = failures;
                failures = 0;
            }

            LogRead(log, settings.Issuer, keys.Count, keys.Unusable, after);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Whatever an issuer sends: it must not fail every request with it, nor be asked again without a pause.
            var reason = error is IssuerException ? error.Message : $"what it sent cannot be read ({error.GetType().Name})";
            long? readAt;
            int count;
            lock (gate)
            {
                failedAt = clock.GetTimestamp();
                count = ++failures;
                readAt = known?.ReadAt;
            }

            if (readAt is { } at)
                LogKept(log, settings.Issuer, reason, clock.GetElapsedTime(at), WaitAfter(count));
            else
                LogAway(log, settings.Issuer, reason, clock.GetElapsedTime(created), WaitAfter(count));
        }
        finally
        {
            lock (gate)
                running = null;
        }
    }

    [LoggerMessage(LogLevel.Information, "issuer {Issuer}: read {Count} keys; {Unusable} more cannot be used; {Failures} calls had failed before")]
    private static partial void LogRead(ILogger log, string issuer, int count, int unusable, int failures);

    [LoggerMessage(LogLevel.Warning, "issuer {Issuer}: its keys cannot be read: {Reason}; those read {Age} ago stay in use; next try after {Wait}")]
    private static partial void LogKept(ILogger log, string issuer, string reason, TimeSpan age, TimeSpan wait);

    [LoggerMessage(LogLevel.Error, "issuer {Issuer}: its keys cannot be read: {Reason}; its tokens are refused, {Age} after the start; next try after {Wait}")]
    private static partial void LogAway(ILogger log, string issuer, string reason, TimeSpan age, TimeSpan wait);

    /// <param name="Keys">What was read.</param>
    /// <param name="ReadAt">When, as a timestamp of the clock, which does not jump.</param>
    private sealed record Known(SigningKeys Keys, long ReadAt);
}
