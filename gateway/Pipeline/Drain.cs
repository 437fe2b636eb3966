using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Pipeline;

/// <summary>
/// Stops a process without losing requests: it accepts no new request, lets the running ones continue, and ends those that
/// take too long with an error of their dialect.
/// </summary>
public sealed class Drain : IDisposable
{
    /// <summary>The time after which another process, or this one after its restart, accepts requests.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource beginning = new();
    private readonly CancellationTokenSource ending = new();
    private readonly TimeProvider clock;
    private int running;
    private volatile bool hasBegun;

    /// <param name="clock">Measures the waits.</param>
    public Drain(TimeProvider clock)
    {
        this.clock = clock;
        // Requests may still use these tokens after their sources have been disposed.
        Begun = beginning.Token;
        Ending = ending.Token;
    }

    /// <summary>The error of a request that arrived too late, or that took too long for the process to wait.</summary>
    public static GatewayError Restarting { get; } =
        new(ErrorKind.Overloaded, GatewayText.Restarting) { Code = "gateway_restarting", RetryAfter = Pause };

    public bool HasBegun => hasBegun;

    /// <summary>The number of accepted requests that have not ended.</summary>
    public int Running => Volatile.Read(ref running);

    /// <summary>Is canceled when the process accepts no more requests, for code that waits for requests on its own connection.</summary>
    public CancellationToken Begun { get; }

    /// <summary>Is canceled when the requests that still run must end with <see cref="Restarting"/>.</summary>
    public CancellationToken Ending { get; }

    /// <summary>Accepts a request, unless the process is about to stop.</summary>
    /// <returns>Whether it was accepted; if so, <see cref="Leave"/> has to follow.</returns>
    public bool TryEnter()
    {
        // The request is counted before the flag is read, so that a drain that begins meanwhile either sees the count or stops the request.
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

    /// <summary>Stops accepting requests.</summary>
    public void Begin()
    {
        hasBegun = true;
        Interlocked.MemoryBarrier();
        beginning.Cancel();
        if (Running == 0)
            idle.TrySetResult();
    }

    /// <summary>Waits until no request runs.</summary>
    /// <param name="longest">The longest wait.</param>
    /// <param name="hurry">Cancels the wait.</param>
    /// <returns>Whether no request runs.</returns>
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

    /// <summary>Ends the requests that still run.</summary>
    public Task EndAsync() => ending.CancelAsync();

    public void Dispose()
    {
        beginning.Dispose();
        ending.Dispose();
    }
}
