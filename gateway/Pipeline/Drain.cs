using Dragoman.Conversation;

namespace Dragoman.Pipeline;

/// <summary>
/// How a process stops without losing what it has begun: no request is taken any more, those that run go on, and when
/// their time is up they end with an error of their dialect.
/// </summary>
public sealed class Drain : IDisposable
{
    /// <summary>Another process, or this one after its restart, is there within about a second.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource beginning = new();
    private readonly CancellationTokenSource ending = new();
    private readonly TimeProvider clock;
    private int running;
    private volatile bool hasBegun;

    /// <param name="clock">Measures what is waited for.</param>
    public Drain(TimeProvider clock)
    {
        this.clock = clock;
        // Requests may still ask for it when the process has let go of everything else.
        Begun = beginning.Token;
        Ending = ending.Token;
    }

    /// <summary>The error of a request that came too late, or that the process could not wait for.</summary>
    public static GatewayError Restarting { get; } =
        new(ErrorKind.Overloaded, "The gateway is restarting; try again in a moment.") { Code = "gateway_restarting", RetryAfter = Pause };

    public bool HasBegun => hasBegun;

    /// <summary>Requests that were taken and have not been left.</summary>
    public int Running => Volatile.Read(ref running);

    /// <summary>Is canceled when the process accepts no more requests, for code that waits for requests on its own connection.</summary>
    public CancellationToken Begun { get; }

    /// <summary>Is canceled when the requests that still run must end with <see cref="Restarting"/>.</summary>
    public CancellationToken Ending { get; }

    /// <summary>Takes a request, unless the process is about to stop.</summary>
    /// <returns>Whether it was taken; if so, <see cref="Leave"/> has to follow.</returns>
    public bool TryEnter()
    {
        // Counted before it is asked, so that a drain that begins meanwhile sees one of the two.
        Interlocked.Increment(ref running);
        if (!hasBegun)
            return true;
        Leave();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref running) == 0 && hasBegun)
            idle.TrySetResult();
    }

    /// <summary>From now on no request is taken.</summary>
    public void Begin()
    {
        hasBegun = true;
        Interlocked.MemoryBarrier();
        beginning.Cancel();
        if (Running == 0)
            idle.TrySetResult();
    }

    /// <summary>Waits until nothing runs any more.</summary>
    /// <param name="longest">How long.</param>
    /// <param name="hurry">Ends the wait before its time.</param>
    /// <returns>Whether nothing runs.</returns>
    public async Task<bool> WaitAsync(TimeSpan longest, CancellationToken hurry)
    {
        try
        {
            await idle.Task.WaitAsync(longest, clock, hurry).ConfigureAwait(false);
            return true;
        }
        catch (Exception waited) when (waited is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Ends what still runs.</summary>
    public Task EndAsync() => ending.CancelAsync();

    public void Dispose()
    {
        beginning.Dispose();
        ending.Dispose();
    }
}
