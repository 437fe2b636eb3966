using Dragoman.Bench.Processes;

namespace Dragoman.Bench.Streams;

/// <summary>A way from the client to the paced upstream.</summary>
/// <param name="Name">The name in tables.</param>
/// <param name="Dialect">The client's dialect.</param>
/// <param name="Address">The entrance's address.</param>
/// <param name="Model">The model's name in requests.</param>
/// <param name="Upstream">The upstream's process.</param>
/// <param name="Hops">The processes before the upstream.</param>
internal sealed record StreamWay(string Name, PacedDialect Dialect, Uri Address, string Model, RunningProcess Upstream, RunningProcess[] Hops)
{
    /// <summary>The header lines that it needs besides the usual ones.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>The most streams to try.</summary>
    public int MostStreams { get; init; } = LargestCount.Cap;
}
