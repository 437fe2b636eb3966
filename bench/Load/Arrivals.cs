namespace Dragoman.Bench.Load;

/// <summary>
/// Requests that arrive at a constant rate, whether or not earlier ones have been answered: open-loop load. A time runs
/// from when a request was due, not from when it was sent, so that a server that falls behind, or a generator that it
/// holds up, cannot hide the wait (the omission that is called coordinated).
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="sleep">Blocks for so long, by that clock.</param>
internal sealed class Arrivals(TimeProvider time, Action<TimeSpan> sleep)
{
    /// <param name="count">How many arrive.</param>
    /// <param name="every">The time between one and the next.</param>
    /// <param name="ask">Sends one and ends with its answer.</param>
    /// <param name="cancellation">Lets no more arrive.</param>
    public async Task<ArrivalTimes> RunAsync(int count, TimeSpan every, Func<Task> ask, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var running = new Task<TimeSpan>[count];
        for (var request = 0; request < count; request++)
        {
            cancellation.ThrowIfCancellationRequested();
            var due = request * every;
            var ahead = due - time.GetElapsedTime(began);
            if (ahead > TimeSpan.Zero)
                sleep(ahead);
            running[request] = AnswerAsync(due);
        }

        return new ArrivalTimes(await Task.WhenAll(running), time.GetElapsedTime(began));

        async Task<TimeSpan> AnswerAsync(TimeSpan due)
        {
            await ask();
            return time.GetElapsedTime(began) - due;
        }
    }
}

/// <param name="Times">From when each was due to its answer's end.</param>
/// <param name="Took">From when the first was due until all were answered.</param>
internal sealed record ArrivalTimes(TimeSpan[] Times, TimeSpan Took);
