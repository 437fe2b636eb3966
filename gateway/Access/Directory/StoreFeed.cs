using Dragoman.Stores;
using Microsoft.Extensions.Logging;

namespace Dragoman.Access.Directory;

/// <summary>
/// Follows the changes of the store, so that what the process remembers of it is never older than <see cref="Oldest"/> while
/// the store answers. It asks only while the process is used: an idle process costs nothing.
/// </summary>
internal sealed partial class StoreFeed : IAsyncDisposable
{
    /// <summary>How often the store is asked while the process is used.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The greatest age of what a request may rely on.</summary>
    public static readonly TimeSpan Oldest = TimeSpan.FromSeconds(3);

    /// <summary>How long a request waits for a store that is slow.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    /// <summary>How long after the last request the store is no longer asked.</summary>
    private static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(30);

    /// <summary>After more pages than this it is cheaper to forget everything.</summary>
    private const int MostPages = 8;

    private const long Unknown = -1;

    private readonly IDocumentStore store;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Action<DocumentChange> apply;
    private readonly Action forget;
    private readonly Lock gate = new();
    private readonly CancellationTokenSource end = new();
    private readonly ITimer timer;
    private Task poll = Task.CompletedTask;
    private long version = Unknown;
    private long confirmedAt;
    private long usedAt;
    private bool isTicking;
    private volatile bool isConfirmed;
    private volatile bool isAway;

    /// <param name="store">The store.</param>
    /// <param name="clock">The source of all time values.</param>
    /// <param name="logger">Is told when the store goes away and comes back.</param>
    /// <param name="apply">Receives each change, one at a time.</param>
    /// <param name="forget">Is called when too much has changed to be read.</param>
    public StoreFeed(IDocumentStore store, TimeProvider clock, ILogger logger, Action<DocumentChange> apply, Action forget)
    {
        (this.store, this.clock, this.logger, this.apply, this.forget) = (store, clock, logger, apply, forget);
        timer = clock.CreateTimer(static feed => ((StoreFeed)feed!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The version of the store up to which all changes were applied.</summary>
    public long Version => Volatile.Read(ref version);

    /// <summary>The time since the store last confirmed what the process knows; a maximum when it never did.</summary>
    public TimeSpan Age => isConfirmed ? clock.GetElapsedTime(Volatile.Read(ref confirmedAt)) : TimeSpan.MaxValue;

    /// <summary>Returns whether what the process knows is recent enough, without waiting.</summary>
    public bool IsFresh()
    {
        var now = clock.GetTimestamp();
        Volatile.Write(ref usedAt, now);
        return isConfirmed && isTicking && clock.GetElapsedTime(Volatile.Read(ref confirmedAt), now) <= Oldest;
    }

    /// <summary>Asks the store, unless it was asked recently. Everybody waits for the same answer.</summary>
    /// <returns>Whether what the process knows is recent enough now; false while the store is away.</returns>
    public async ValueTask<bool> RefreshAsync(CancellationToken cancellation)
    {
        if (IsFresh())
            return true;
        Task waited;
        lock (gate)
        {
            Start();
            // Nobody waits for a store that did not answer the last time. The timer asks it again.
            if (isAway)
                return false;
            waited = Poll();
        }

        try
        {
            await waited.WaitAsync(LongestWait, clock, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }

        return !isAway;
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync().ConfigureAwait(false);
        await timer.DisposeAsync().ConfigureAwait(false);
        Task last;
        lock (gate)
            last = poll;
        await last.ConfigureAwait(false);
        end.Dispose();
    }

    private void Start()
    {
        if (isTicking || end.IsCancellationRequested)
            return;
        isTicking = true;
        timer.Change(Interval, Timeout.InfiniteTimeSpan);
    }

    private void Tick()
    {
        lock (gate)
        {
            if (end.IsCancellationRequested)
                return;
            if (clock.GetElapsedTime(Volatile.Read(ref usedAt)) > IdleAfter)
            {
                isTicking = false;
                return;
            }

            timer.Change(Interval, Timeout.InfiniteTimeSpan);
            Poll();
        }
    }

    private Task Poll()
    {
        if (poll.IsCompleted)
            poll = PollAsync();
        return poll;
    }

    private async Task PollAsync()
    {
        var asked = clock.GetTimestamp();
        try
        {
            // The store's call may do its work before it first waits, and the gate is held.
            await Task.Yield();
            await ReadAsync().ConfigureAwait(false);
            Volatile.Write(ref confirmedAt, asked);
            isConfirmed = true;
            if (isAway)
                LogBack(logger);
            isAway = false;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The process ends.
        }
        catch (Exception error)
        {
            if (!isAway)
                LogAway(logger, error.Message);
            isAway = true;
        }
    }

    private async Task ReadAsync()
    {
        if (version == Unknown)
        {
            Volatile.Write(ref version, await CurrentVersionAsync().ConfigureAwait(false));
            return;
        }

        for (var pages = 1; ; pages++)
        {
            var page = await store.ChangesAsync(version, StoreLimits.MostPerPage, end.Token).ConfigureAwait(false);
            if (page.HasMore && pages == MostPages)
            {
                var current = await CurrentVersionAsync().ConfigureAwait(false);
                forget();
                Volatile.Write(ref version, current);
                return;
            }

            foreach (var change in page.Changes)
                apply(change);
            Volatile.Write(ref version, page.Version);
            if (!page.HasMore)
                return;
        }
    }

    /// <summary>Nothing has changed after the last possible version, so that the answer has only the version of the store.</summary>
    private async Task<long> CurrentVersionAsync() =>
        (await store.ChangesAsync(long.MaxValue, StoreLimits.MostDocuments, end.Token).ConfigureAwait(false)).Version;

    [LoggerMessage(20, LogLevel.Error, "the store does not answer, so changes of keys and teams are not seen: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(21, LogLevel.Warning, "the store answers again")]
    private static partial void LogBack(ILogger logger);
}
