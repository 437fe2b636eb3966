namespace Dragoman.Bench.Measures;

/// <summary>How much is measured. Before each measure's first round, two more go uncounted.</summary>
/// <param name="Rounds">How often every contender gets its turn in every measure.</param>
/// <param name="WholeAnswers">Requests a turn, one in flight.</param>
/// <param name="SingleStreams">Streams at once while tokens arrive singly.</param>
/// <param name="TypedStreams">Streams a turn, one started every <see cref="TypedStreamEvery"/>.</param>
/// <param name="FloodStreams">Streams a turn, <see cref="FloodStreamsAtOnce"/> at once.</param>
/// <param name="Starts">How often each executable is started.</param>
internal sealed record Plan(int Rounds, int WholeAnswers, int SingleStreams, int TypedStreams, int FloodStreams, int Starts)
{
    public const int FloodStreamsAtOnce = 2;

    public static TimeSpan TypedStreamEvery { get; } = TimeSpan.FromMilliseconds(25);

    public static Plan Full { get; } = new(Rounds: 5, WholeAnswers: 1000, SingleStreams: 16, TypedStreams: 100, FloodStreams: 8, Starts: 9);

    /// <summary>To see that everything works; its figures mean little.</summary>
    public static Plan Quick { get; } = new(Rounds: 1, WholeAnswers: 100, SingleStreams: 4, TypedStreams: 10, FloodStreams: 2, Starts: 1);
}
