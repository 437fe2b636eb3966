namespace Dragoman.Bench.Measures;

/// <summary>Gives every contender its turn in every round, each round beginning with another one.</summary>
internal static class Rounds
{
    /// <summary>Rounds that warm up what a measure uses.</summary>
    public const int ToWarmUp = 2;

    private const int PeerAttempts = 3;

    /// <returns>Each contender's results, a round's after the other's.</returns>
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

    /// <summary>A wrong answer ends the run, except that another gateway may repeat its turn.</summary>
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

/// <param name="Each">By way, a round's result after the other's.</param>
internal sealed record Results<TResult>(IReadOnlyList<(Way Way, IReadOnlyList<TResult> Rounds)> Each)
{
    /// <summary>What the upstream itself gave in the same rounds; nothing for the upstream itself.</summary>
    public IReadOnlyList<TResult>? DirectFor(Way way) =>
        way.Kind == WayKind.Direct ? null : Each.First(other => other.Way.Kind == WayKind.Direct && other.Way.Wire == way.Wire).Rounds;
}
