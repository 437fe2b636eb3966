using Dragoman.Bench.Streams;

namespace Dragoman.Bench.Measures;

/// <summary>How much is measured.</summary>
/// <param name="Rounds">The number of turns of every contender in every measure, without the warm-up turns.</param>
/// <param name="WarmUpAnswers">Whole answers of every contender before the first measured one. Compiled code settles in the second ten thousand.</param>
/// <param name="WholeAnswers">Requests per turn with one in flight. Twice as many with more in flight.</param>
/// <param name="PacedRounds">Rounds at each of <see cref="PacedRates"/>.</param>
/// <param name="PacedLength">The length of a turn at a fixed rate.</param>
/// <param name="SingleStreams">Concurrent streams while tokens arrive singly.</param>
/// <param name="TypedStreams">Streams per turn, one started every <see cref="TypedStreamEvery"/>.</param>
/// <param name="FloodStreams">Streams per turn, <see cref="FloodStreamsAtOnce"/> at once.</param>
/// <param name="Starts">The number of starts of each executable.</param>
/// <param name="StreamsSearch">The search for the largest number of streams.</param>
internal sealed record Plan(int Rounds, int WarmUpAnswers, int WholeAnswers, int PacedRounds, TimeSpan PacedLength, int SingleStreams, int TypedStreams, int FloodStreams, int Starts, LargestSearch StreamsSearch)
{
    public const int FloodStreamsAtOnce = 2;

    public static TimeSpan TypedStreamEvery { get; } = TimeSpan.FromMilliseconds(25);

    /// <summary>The numbers of whole answers in flight.</summary>
    public static IReadOnlyList<int> InFlight { get; } = [1, 16, 64];

    /// <summary>The rates of whole answers in requests per second.</summary>
    public static IReadOnlyList<int> PacedRates { get; } = [250, 1000, 2500, 5000];

    public static Plan Full { get; } = new(
        Rounds: 5, WarmUpAnswers: 20_000, WholeAnswers: 1000, PacedRounds: 3, PacedLength: TimeSpan.FromSeconds(1), SingleStreams: 16, TypedStreams: 80, FloodStreams: 8, Starts: 9, StreamsSearch: LargestSearch.Coarse);

    /// <summary>A quick check that everything works. Its figures mean little.</summary>
    public static Plan Quick { get; } = new(
        Rounds: 1, WarmUpAnswers: 100, WholeAnswers: 100, PacedRounds: 1, PacedLength: TimeSpan.FromSeconds(0.3), SingleStreams: 4, TypedStreams: 10, FloodStreams: 2, Starts: 1, StreamsSearch: new LargestSearch(100, 1, 1, 1) { Highest = 100 });
}
