namespace Dragoman.Conversation;

/// <summary>
/// Bounds the gateway's own work for one request: reading it, fitting and writing it to a provider, judging the answer.
/// Waiting for the client or the provider does not count. Whoever loops over what was sent calls <see cref="Spend"/>,
/// which looks at the clock and at the client now and then, so that work stops when its time is up or nobody waits for it.
/// </summary>
/// <param name="clock">Measures the time.</param>
/// <param name="longest">All stretches of work together; infinite: no bound.</param>
/// <param name="left">Cancelled when nobody waits for the answer any more.</param>
public sealed class WorkLimit(TimeProvider clock, TimeSpan longest, CancellationToken left)
{
    /// <summary>The code of the refusal when the time is up.</summary>
    public const string ErrorCode = "request_too_complex";

    /// <summary>
    /// Units between two looks. A unit is one item of what was sent, at least some tens of nanoseconds, at most some
    /// microseconds of work: the looks cost nothing beside it, and come each millisecond at the latest.
    /// </summary>
    private const int UnitsBetweenLooks = 512;

    /// <summary>For what no request has asked for.</summary>
    public static readonly WorkLimit None = new(TimeProvider.System, Timeout.InfiniteTimeSpan, CancellationToken.None);

    private TimeSpan spent;
    private long since;
    private int untilLook = UnitsBetweenLooks;
    private bool isRunning;

    /// <summary>Whether there is anything to look at.</summary>
    private bool IsBounded => longest != Timeout.InfiniteTimeSpan || left.CanBeCanceled;

    /// <summary>A stretch of work begins, which ends when the result is disposed. Nothing may be awaited in it.</summary>
    public Stretch Begin()
    {
        if (isRunning || !IsBounded)
            return default;
        isRunning = true;
        since = clock.GetTimestamp();
        return new Stretch(this);
    }

    /// <summary>Some work is about to be done.</summary>
    /// <param name="units">Items of what was sent: members, parts, schemas, events.</param>
    /// <exception cref="GatewayException">The time is up.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for the answer any more.</exception>
    public void Spend(int units = 1)
    {
        untilLook -= units;
        if (untilLook > 0 || !isRunning)
            return;
        untilLook = UnitsBetweenLooks;
        left.ThrowIfCancellationRequested();
        if (longest != Timeout.InfiniteTimeSpan && spent + clock.GetElapsedTime(since) > longest)
            throw new GatewayException(new GatewayError(ErrorKind.TooLarge, $"the request takes the gateway more than {longest.TotalSeconds} seconds of work; send less of it, or a simpler schema") { Code = ErrorCode });
    }

    private void End()
    {
        isRunning = false;
        spent += clock.GetElapsedTime(since);
    }

    /// <summary>A stretch of work without waiting.</summary>
    public readonly ref struct Stretch
    {
        private readonly WorkLimit? limit;

        internal Stretch(WorkLimit limit) => this.limit = limit;

        public void Dispose() => limit?.End();
    }
}
