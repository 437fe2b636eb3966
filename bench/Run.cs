using Dragoman.Bench.Figures;
using Dragoman.Bench.Measures;

namespace Dragoman.Bench;

/// <summary>Everything that one run found, and under what conditions.</summary>
/// <param name="Machine">Hardware and versions.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="Took">Builds excluded.</param>
/// <param name="Plan">How much was measured.</param>
/// <param name="CoresTakenByOthers">Mean number of cores that something else kept busy while load ran.</param>
/// <param name="Ways">Who took part, in the order of the tables.</param>
/// <param name="Figures">The numbers.</param>
internal sealed record Run(
    Machine Machine,
    DateTimeOffset StartedAt,
    TimeSpan Took,
    Plan Plan,
    double CoresTakenByOthers,
    IReadOnlyList<Way> Ways,
    FigureSet Figures);
