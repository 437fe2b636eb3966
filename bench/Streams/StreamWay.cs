using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Streams;

/// <summary>A way from the client to the paced upstream.</summary>
/// <param name="Name">As the tables show it.</param>
/// <param name="Dialect">Of the client.</param>
/// <param name="Address">Of its entrance.</param>
/// <param name="Model">To ask for.</param>
/// <param name="Upstream">What answers in the end.</param>
/// <param name="Hops">What is between.</param>
internal sealed record StreamWay(string Name, PacedDialect Dialect, Uri Address, string Model, RunningProcess Upstream, RunningProcess[] Hops)
{
    /// <summary>Header lines that it needs besides the usual ones.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>More are not tried.</summary>
    public int MostStreams { get; init; } = LargestCount.Cap;
}
