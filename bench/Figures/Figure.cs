namespace Dragoman.Bench.Figures;

/// <summary>One number of a run.</summary>
/// <param name="Measure">What was measured, such as <c>whole-16</c>.</param>
/// <param name="Subject">Of which way, process or executable.</param>
/// <param name="Name">Which of the measure's numbers, such as <c>p99</c>.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="Value">The median of the rounds, or what all rounds together give.</param>
/// <param name="Rounds">One value a round; empty where only all rounds together give one.</param>
internal sealed record Figure(string Measure, string Subject, string Name, string Unit, double Value, IReadOnlyList<double> Rounds)
{
    public bool IsOf(string measure, string subject, string name) => Measure == measure && Subject == subject && Name == name;
}
