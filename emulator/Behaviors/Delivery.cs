using Dragoman.Emulator.Api;

namespace Dragoman.Emulator.Behaviors;

/// <summary>
/// Times the tokens of one answer and reports when a fault is due. The schedule is absolute: token n is due at the time
/// to first token plus (n − 1) / tokens per second, no matter how long writing takes.
/// </summary>
internal sealed class Delivery(EmulatedBehavior behavior, TimeProvider time)
{
    private readonly long began = time.GetTimestamp();

    public EmulatedBehavior Behavior => behavior;

    /// <summary>The number of tokens delivered so far.</summary>
    public long Given { get; private set; }

    public Task WaitForFirstTokenAsync(CancellationToken cancellation) =>
        behavior.TimeToFirstToken > TimeSpan.Zero
            ? Task.Delay(behavior.TimeToFirstToken, time, cancellation)
            : Task.CompletedTask;

    /// <summary>The fault that is due before the next <paramref name="tokens"/> tokens, or at the end of the answer.</summary>
    public Fault FaultBefore(int tokens, bool atEnd = false)
    {
        if (Passes(behavior.ErrorAfter))
            return Fault.Error;
        if (Passes(behavior.CutAfter))
            return Fault.Cut;
        return Passes(behavior.StallAfter) ? Fault.Stall : Fault.None;

        bool Passes(int? limit) => limit is { } after && (atEnd || Given + tokens > after);
    }

    /// <summary>Counts <paramref name="tokens"/> and waits until the last of them is due.</summary>
    public ValueTask GiveAsync(int tokens, CancellationToken cancellation)
    {
        Given += tokens;
        if (behavior.TokensPerSecond is not { } rate)
            return ValueTask.CompletedTask;
        var due = behavior.TimeToFirstToken + TimeSpan.FromSeconds(Math.Max(0, Given - 1) / rate);
        var wait = due - time.GetElapsedTime(began);
        return wait > TimeSpan.Zero ? new ValueTask(Task.Delay(wait, time, cancellation)) : ValueTask.CompletedTask;
    }

    /// <summary>Delivers an answer without tokens, such as vectors. False when a fault replaced it.</summary>
    /// <exception cref="RefusalException">The behavior asks for an error.</exception>
    public static async Task<bool> ReachesEndAsync(ApiCall call, EmulatedBehavior behavior, TimeProvider time)
    {
        behavior.ThrowIfRefused();
        var delivery = new Delivery(behavior, time);
        await delivery.WaitForFirstTokenAsync(call.Cancellation);
        switch (delivery.FaultBefore(0, atEnd: true))
        {
            case Fault.Error:
                throw new RefusalException(Refusal.Unavailable);
            case Fault.Cut:
                call.Captured?.Cut();
                Cut(call.Context);
                return false;
            case Fault.Stall:
                await StallAsync(call.Cancellation);
                return false;
            default:
                return true;
        }
    }

    /// <summary>Waits until the client disconnects.</summary>
    /// <exception cref="OperationCanceledException">Always, once the client has disconnected.</exception>
    public static Task StallAsync(CancellationToken cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, cancellation);

    /// <summary>
    /// Closes the connection in the middle of an answer. What was flushed is sent before, so that the client gets what was counted:
    /// to abort the connection would discard what the server's thread has not sent yet.
    /// </summary>
    /// <exception cref="ConnectionCutException">The answer has begun. The server then closes the connection without its end.</exception>
    public static void Cut(HttpContext context)
    {
        if (context.Response.HasStarted)
            throw new ConnectionCutException();
        context.Abort();
    }
}
