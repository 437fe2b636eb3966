namespace Dragoman.Bench.Measures;

/// <summary>Gives every contender its turn in every round, each round beginning with another one.</summary>
internal static class Rounds
{
    /// <summary>Rounds that warm everything up; compiled code settles after the second.</summary>
    public const int ToWarmUp = 2;

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
                try
                {
                    var result = await measure(contenders[index]);
                    if (round >= uncounted)
                        results[index].Add(result);
                }
                catch (Exception error) when (error is Load.WrongAnswerException or HttpRequestException or IOException)
                {
                    throw new InvalidOperationException($"\"{contenders[index].Name}\": {error.Message}", error);
                }
            }
        }

        return new([.. contenders.Zip(results, (contender, each) => (contender.Way, (IReadOnlyList<TResult>)each))]);
    }
}

/// <param name="Each">By way, a round's result after the other's.</param>
internal sealed record Results<TResult>(IReadOnlyList<(Way Way, IReadOnlyList<TResult> Rounds)> Each)
{
    /// <summary>What the upstream itself gave in the same rounds; nothing for the upstream itself.</summary>
    public IReadOnlyList<TResult>? DirectFor(Way way) =>
        way.Kind == WayKind.Direct ? null : Each.First(other => other.Way.Kind == WayKind.Direct && other.Way.Wire == way.Wire).Rounds;
}
