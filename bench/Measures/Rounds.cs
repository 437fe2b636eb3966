namespace Dragoman.Bench.Measures;

/// <summary>Gives every contender its turn in every round, each round beginning with another one.</summary>
internal static class Rounds
{
    // The first turns warm everything up; compiled code settles after the second.
    private const int UncountedRounds = 2;

    /// <returns>Each contender's results, a round's after the other's.</returns>
    public static async Task<Dictionary<string, List<TResult>>> RunAsync<TResult>(
        IReadOnlyList<Contender> contenders, int rounds, Func<Contender, Task<TResult>> measure, CancellationToken cancellation)
    {
        var results = contenders.ToDictionary(contender => contender.Name, _ => new List<TResult>());
        for (var round = -UncountedRounds; round < rounds; round++)
        {
            for (var turn = 0; turn < contenders.Count; turn++)
            {
                cancellation.ThrowIfCancellationRequested();
                var contender = contenders[(turn + round + UncountedRounds) % contenders.Count];
                var result = await measure(contender);
                if (round >= 0)
                    results[contender.Name].Add(result);
            }
        }

        return results;
    }
}
