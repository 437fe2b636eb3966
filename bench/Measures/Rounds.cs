namespace Dragoman.Bench.Measures;

/// <summary>Gives every contender a turn in every round. Each round begins with another contender.</summary>
internal static class Rounds
{
    /// <summary>The number of warm-up rounds of a measure.</summary>
    public const int ToWarmUp = 2;

    private const int PeerAttempts = 3;

    /// <returns>Each contender's results, in the order of the rounds.</returns>
    public static async Task<Results<TResult>> RunAsync<TResult>(
        IReadOnlyList<Contender> contenders, int rounds, int uncounted, Func<Contender, Task<TResult>> measure, CancellationToken cancellation)
    {
        var results = contenders.Select(_ => new List<TResult>()).ToArray();
        for (var round = 0; round < uncounted + rounds; round++)
        {
            for (var turn = 0; turn < contenders.Count; turn++)
            {
                cancellation.ThrowIfCancellationRequested();
                var index = (turn + round) % contenders.Count;
                var result = await TakeTurnAsync(contenders[index], measure);
                if (round >= uncounted)
                    results[index].Add(result);
            }
        }

        return new([.. contenders.Zip(results, (contender, each) => (contender.Way, (IReadOnlyList<TResult>)each))]);
    }

    /// <summary>Takes a turn. A wrong answer ends the run, but another gateway may repeat its turn.</summary>
    private static async Task<TResult> TakeTurnAsync<TResult>(Contender contender, Func<Contender, Task<TResult>> measure)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await measure(contender);
            }
            catch (Exception error) when (error is Load.WrongAnswerException or HttpRequestException or IOException)
            {
                if (contender.Way.Kind != WayKind.Peer || attempt == PeerAttempts)
                    throw new InvalidOperationException($"\"{contender.Name}\": {error.Message}", error);
                Console.Error.WriteLine($"  {contender.Name} repeats its turn: {error.Message}");
            }
        }
    }
}

/// <param name="Each">The results by way, in the order of the rounds.</param>
internal sealed record Results<TResult>(IReadOnlyList<(Way Way, IReadOnlyList<TResult> Rounds)> Each)
{
    /// <summary>The upstream's own results in the same rounds. Null for the upstream itself.</summary>
    public IReadOnlyList<TResult>? DirectFor(Way way) =>
        way.Kind == WayKind.Direct ? null : Each.First(other => other.Way.Kind == WayKind.Direct && other.Way.Wire == way.Wire).Rounds;
}
