namespace Dragoman.Bench.Load;

/// <summary>
/// Requests that arrive at a constant rate, whether or not earlier ones were answered: open-loop load. A request's time is
/// measured from when it was due, not from when it was sent, so that a server that falls behind, or a generator that it
/// delays, cannot hide the wait (coordinated omission).
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="sleep">Blocks for a duration of that clock.</param>
internal sealed class Arrivals(TimeProvider time, Action<TimeSpan> sleep)
{
    /// <param name="count">The number of requests.</param>
    /// <param name="every">The time between two requests.</param>
    /// <param name="ask">Sends one request and completes with its answer.</param>
    /// <param name="cancellation">Stops further requests.</param>
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

/// <param name="Times">The time from when each request was due to its answer's end.</param>
/// <param name="Took">The time from when the first request was due until all were answered.</param>
internal sealed record ArrivalTimes(TimeSpan[] Times, TimeSpan Took);
