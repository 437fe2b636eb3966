namespace Dragoman.Bench.Figures;

/// <summary>One number of a run.</summary>
/// <param name="Measure">The measure, such as <c>whole-16</c>.</param>
/// <param name="Subject">The way, process or executable that was measured.</param>
/// <param name="Name">The name among the measure's numbers, such as <c>p99</c>.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Value">The median of the rounds, or the value of all rounds together.</param>
/// <param name="Rounds">One value per round. Empty when only all rounds together have a value.</param>
internal sealed record Figure(string Measure, string Subject, string Name, string Unit, double Value, IReadOnlyList<double> Rounds)
{
    public bool IsOf(string measure, string subject, string name) => Measure == measure && Subject == subject && Name == name;
}
