using Dragoman.Locales;

namespace Dragoman.Conversation;

/// <summary>
/// Limits the gateway's own work for one request: reading the request, translating it for a provider and validating the answer.
/// Waiting for the client or the provider does not count. Code that loops over received data calls <see cref="Spend"/>. From time
/// to time this checks the clock and the client's connection, so that work stops when its time is up or the client has left.
/// </summary>
/// <param name="clock">The clock that measures the time.</param>
/// <param name="longest">The limit for all work together; infinite for no limit.</param>
/// <param name="left">Canceled when the client no longer waits for the answer.</param>
public sealed class WorkLimit(TimeProvider clock, TimeSpan longest, CancellationToken left)
{
    /// <summary>The error code when the time is up.</summary>
    public const string ErrorCode = "request_too_complex";

    /// <summary>
    /// The units between two checks. A unit is one item of the received data and takes between some tens of nanoseconds and some
    /// microseconds. So the checks cost almost nothing in comparison, and two of them are at most a few milliseconds apart.
    /// </summary>
    private const int UnitsBetweenLooks = 512;

    /// <summary>No limit, for work that does not belong to a request.</summary>
    public static readonly WorkLimit None = new(TimeProvider.System, Timeout.InfiniteTimeSpan, CancellationToken.None);

    private TimeSpan spent;
    private long since;
    private int untilLook = UnitsBetweenLooks;
    private bool isRunning;

    /// <summary>Whether there is a limit or a client that can leave.</summary>
    private bool IsBounded => longest != Timeout.InfiniteTimeSpan || left.CanBeCanceled;

    /// <summary>Begins a stretch of work, which ends when the result is disposed. Do not await anything in between.</summary>
    public Stretch Begin()
    {
        if (isRunning || !IsBounded)
            return default;
        isRunning = true;
        since = clock.GetTimestamp();
        return new Stretch(this);
    }

    /// <summary>Counts work before it is done.</summary>
    /// <param name="units">How many items of the received data are processed: members, parts, schemas, events.</param>
    /// <exception cref="GatewayException">The time is up.</exception>
    /// <exception cref="OperationCanceledException">The client no longer waits for the answer.</exception>
    public void Spend(int units = 1)
    {
        untilLook -= units;
        if (untilLook > 0 || !isRunning)
            return;
        untilLook = UnitsBetweenLooks;
        left.ThrowIfCancellationRequested();
        if (longest != Timeout.InfiniteTimeSpan && spent + clock.GetElapsedTime(since) > longest)
            throw new GatewayException(new GatewayError(ErrorKind.TooLarge, GatewayText.TooMuchWork(longest.TotalSeconds)) { Code = ErrorCode });
    }

    private void End()
    {
        isRunning = false;
        spent += clock.GetElapsedTime(since);
    }

    /// <summary>A stretch of work during which nothing is awaited.</summary>
    public readonly ref struct Stretch
    {
        private readonly WorkLimit? limit;

        internal Stretch(WorkLimit limit) => this.limit = limit;

        public void Dispose() => limit?.End();
    }
}
