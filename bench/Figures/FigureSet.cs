namespace Dragoman.Bench.Figures;

/// <summary>The numbers of a run, in the order in which they were found.</summary>
internal sealed class FigureSet
{
    private readonly List<Figure> figures = [];

    public IReadOnlyList<Figure> All => figures;

    /// <summary>Adds a figure with one value per round. Their median is the figure's value.</summary>
    public void AddRounds(string measure, string subject, string name, string unit, IEnumerable<double> rounds)
    {
        double[] each = [.. rounds];
        figures.Add(new(measure, subject, name, unit, Statistics.Median(each), each));
    }

    /// <summary>Adds a figure with one value for all rounds together.</summary>
    public void Add(string measure, string subject, string name, string unit, double value) =>
        figures.Add(new(measure, subject, name, unit, value, []));

    public double? Find(string measure, string subject, string name) => FindFigure(measure, subject, name)?.Value;

    public Figure? FindFigure(string measure, string subject, string name) => figures.Find(figure => figure.IsOf(measure, subject, name));

    public IEnumerable<Figure> Of(string measure, string subject) =>
        figures.Where(figure => figure.Measure == measure && figure.Subject == subject);

    public IEnumerable<string> SubjectsOf(string measure) =>
        figures.Where(figure => figure.Measure == measure).Select(figure => figure.Subject).Distinct();
}
