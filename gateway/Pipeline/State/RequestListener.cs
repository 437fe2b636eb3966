using System.Threading.Channels;

namespace Dragoman.Pipeline.State;

/// <summary>Somebody who watches requests. If it is slower than the requests, the oldest are dropped and counted.</summary>
public sealed class RequestListener : IDisposable
{
    /// <summary>The most requests that wait to be read.</summary>
    public const int Capacity = 1000;

    private readonly string? team;
    private readonly Action<RequestListener> leave;
    private readonly Channel<SettledRequest> waiting;
    private long dropped;

    internal RequestListener(string? team, Action<RequestListener> leave)
    {
        this.team = team;
        this.leave = leave;
        var options = new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true };
        waiting = Channel.CreateBounded<SettledRequest>(options, _ => Interlocked.Increment(ref dropped));
    }

    /// <summary>The requests, in the order in which they were settled.</summary>
    public ChannelReader<SettledRequest> Requests => waiting.Reader;

    /// <summary>How many requests were dropped since the last call.</summary>
    public long TakeDropped() => Interlocked.Exchange(ref dropped, 0);

    public void Dispose() => leave(this);

    internal void Offer(SettledRequest request)
    {
        if (team is null || request.Caller.Team == team)
            waiting.Writer.TryWrite(request);
    }
}
