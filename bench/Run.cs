using Dragoman.Bench.Figures;
using Dragoman.Bench.Measures;

namespace Dragoman.Bench;

/// <summary>The results of one run and its conditions.</summary>
/// <param name="Machine">The hardware and versions.</param>
/// <param name="StartedAt">The start in UTC.</param>
/// <param name="Took">The duration without builds.</param>
/// <param name="Plan">How much was measured.</param>
/// <param name="CoresTakenByOthers">The mean number of cores that other processes kept busy during the load.</param>
/// <param name="Ways">The ways that took part, in the order of the tables.</param>
/// <param name="Figures">The numbers.</param>
internal sealed record Run(
    Machine Machine,
    DateTimeOffset StartedAt,
    TimeSpan Took,
    Plan Plan,
    double CoresTakenByOthers,
    IReadOnlyList<Way> Ways,
    FigureSet Figures);
