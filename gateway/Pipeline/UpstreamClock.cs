using Dragoman.Catalog;
using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>
/// Cancels an upstream call that takes too long: until its first event, between two reads, in all
/// (specs/dialects.md 3.0). Tells afterwards which of them it was, or that the client left.
/// </summary>
internal sealed class UpstreamClock : IDisposable
{
    private readonly Timeouts timeouts;
    private readonly TimeProvider clock;
    private readonly long startedAt;
    private readonly CancellationTokenSource timer;
    private readonly CancellationTokenSource either;
    private readonly CancellationToken client;
    private readonly CancellationToken ending;
    private string waitingFor = "first event";

    public UpstreamClock(Timeouts timeouts, TimeProvider clock, CancellationToken client, CancellationToken ending = default)
    {
        this.timeouts = timeouts;
        this.clock = clock;
        this.client = client;
        this.ending = ending;
        startedAt = clock.GetTimestamp();
        timer = new CancellationTokenSource(Shorter(timeouts.FirstEvent), clock);
        either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, client, ending);
    }

    public CancellationToken Token => either.Token;

    public bool TimedOut => (timer.IsCancellationRequested || ending.IsCancellationRequested) && !client.IsCancellationRequested;

    public GatewayError Error => ending.IsCancellationRequested ? Drain.Restarting : new(ErrorKind.Timeout, $"The provider took too long ({waitingFor}).") { Code = "upstream_timeout" };

    /// <summary>Runs one part of the call.</summary>
    /// <exception cref="GatewayException">It took too long.</exception>
    public async Task<T> WithinAsync<T>(Func<Task<T>> part)
    {
        try
        {
            return await part().ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (TimedOut)
        {
            throw new GatewayException(Error, error);
        }
    }

    /// <summary>The answer has begun: from now on each read has its own time.</summary>
    public void AwaitNextRead()
    {
        waitingFor = "silence in the middle of the answer";
        timer.CancelAfter(Shorter(timeouts.Idle));
    }

    /// <summary>The answer is whole but for token counts, which are not waited for long.</summary>
    public void AwaitUsage(TimeSpan grace) => timer.CancelAfter(Shorter(grace));

    public void Dispose()
    {
        either.Dispose();
        timer.Dispose();
    }

    private TimeSpan Shorter(TimeSpan wanted)
    {
        var left = timeouts.Total - clock.GetElapsedTime(startedAt);
        return left <= TimeSpan.Zero ? TimeSpan.Zero : wanted < left ? wanted : left;
    }
}
