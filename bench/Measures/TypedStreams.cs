using Dragoman.Bench.Load;

namespace Dragoman.Bench.Measures;

/// <summary>
/// Streams of 64 deltas at 20 ms, started at fixed times whether or not earlier ones are done.
/// </summary>
/// <param name="FirstTokens">Milliseconds from before sending to the first token, one a stream.</param>
/// <param name="Gaps">Milliseconds between one read and the next.</param>
internal sealed record TypedStreams(double[] FirstTokens, double[] Gaps)
{
    public static async Task<TypedStreams> MeasureAsync(Contender contender, int streams, CancellationToken cancellation)
    {
        var workload = Workload.Typed;
        var body = contender.Dialect.Ask(workload, "Type this for me.", stream: true);
        var client = contender.ClientFor(workload);
        var gaps = Enumerable.Range(0, streams).Select(_ => new List<double>(workload.Tokens + 8)).ToArray();
        var running = new Task<TimeSpan>[streams];
        using var pace = new PeriodicTimer(Plan.TypedStreamEvery);
        for (var stream = 0; stream < streams; stream++)
        {
            running[stream] = client.StreamAsync(body, workload, gaps[stream], cancellation);
            await pace.WaitForNextTickAsync(cancellation);
        }

        var firstTokens = await Task.WhenAll(running);
        return new TypedStreams([.. firstTokens.Select(time => time.TotalMilliseconds)], [.. gaps.SelectMany(each => each)]);
    }

    public static TypedStreams All(IEnumerable<TypedStreams> rounds) =>
        new([.. rounds.SelectMany(round => round.FirstTokens)], [.. rounds.SelectMany(round => round.Gaps)]);
}
