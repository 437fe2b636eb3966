using Dragoman.Bench.Streams;

namespace Dragoman.Bench.Measures;

/// <summary>How much is measured.</summary>
/// <param name="Rounds">How often every contender gets its turn in every measure, the uncounted first ones excluded.</param>
/// <param name="WarmUpAnswers">Whole answers that every contender gives before the first is measured: compiled code settles in the second ten thousand.</param>
/// <param name="WholeAnswers">Requests a turn with one in flight; twice as many with more.</param>
/// <param name="PacedRounds">Rounds at each of <see cref="PacedRates"/>.</param>
/// <param name="PacedLength">A turn at a fixed rate.</param>
/// <param name="SingleStreams">Streams at once while tokens arrive singly.</param>
/// <param name="TypedStreams">Streams a turn, one started every <see cref="TypedStreamEvery"/>.</param>
/// <param name="FloodStreams">Streams a turn, <see cref="FloodStreamsAtOnce"/> at once.</param>
/// <param name="Starts">How often each executable is started.</param>
/// <param name="StreamsSearch">How the largest number of streams is sought.</param>
internal sealed record Plan(int Rounds, int WarmUpAnswers, int WholeAnswers, int PacedRounds, TimeSpan PacedLength, int SingleStreams, int TypedStreams, int FloodStreams, int Starts, LargestSearch StreamsSearch)
{
    public const int FloodStreamsAtOnce = 2;

    public static TimeSpan TypedStreamEvery { get; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Whole answers in flight.</summary>
    public static IReadOnlyList<int> InFlight { get; } = [1, 16, 64];

    /// <summary>Whole answers asked for a second.</summary>
    public static IReadOnlyList<int> PacedRates { get; } = [250, 1000, 2500, 5000];

    public static Plan Full { get; } = new(
        Rounds: 5, WarmUpAnswers: 20_000, WholeAnswers: 1000, PacedRounds: 3, PacedLength: TimeSpan.FromSeconds(1), SingleStreams: 16, TypedStreams: 80, FloodStreams: 8, Starts: 9, StreamsSearch: LargestSearch.Coarse);

    /// <summary>To see that everything works; its figures mean little.</summary>
    public static Plan Quick { get; } = new(
        Rounds: 1, WarmUpAnswers: 100, WholeAnswers: 100, PacedRounds: 1, PacedLength: TimeSpan.FromSeconds(0.3), SingleStreams: 4, TypedStreams: 10, FloodStreams: 2, Starts: 1, StreamsSearch: new LargestSearch(100, 1, 1, 1) { Highest = 100 });
}
