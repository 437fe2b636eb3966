using Dragoman.Bench.Plots;

namespace Dragoman.Bench.Reports;

/// <summary>Plots of a run's figures, with one row or line per way.</summary>
internal sealed class FigurePlots(Run run)
{
    private static readonly string[] Shares = ["p50", "p99", "p99.9"];

    // More lines than these would overlap.
    private static readonly string[] Drawn = ["direct", "nginx", "sidecar", "nginx-sidecar", "nginx-functions", "sidecar-anthropic", "portkey"];

    public static Plot Bars(string title, string unit, IReadOnlyList<string> names, IEnumerable<PlotRow> rows) => new BarPlot(title, unit, names, [.. rows]);

    public Plot Bars(string title, string unit, string measure, params string[] figures) => new BarPlot(title, unit, figures, Rows(measure, figures));

    /// <param name="title">The title above the plot.</param>
    /// <param name="unit">The unit of the values.</param>
    /// <param name="measure">The measure of the figures.</param>
    /// <param name="prefix">The part of the figures' names before the percentile.</param>
    public Plot Percentiles(string title, string unit, string measure, string prefix) =>
        new RangePlot(title, $"{unit}, logarithmic", Shares, Rows(measure, [.. Shares.Select(share => $"{prefix} {share}")]));

    public Plot OverRates(string title, string xLabel, string yLabel, IReadOnlyList<int> rates, Func<int, string> measureOf, string figure)
    {
        var lines = from way in run.Ways
                    where Drawn.Contains(way.Id)
                    select new Series(way.Name,
                    [
                        .. from rate in rates
                           let value = run.Figures.Find(measureOf(rate), way.Name, figure)
                           where value is not null
                           select ((double)rate, value.Value),
                    ]);
        return new LinePlot(title, xLabel, yLabel, [.. lines]) { YScale = ScaleKind.Logarithmic, ShowsPoints = true };
    }

    private List<PlotRow> Rows(string measure, string[] figures) =>
    [
        .. from way in run.Ways
           let values = figures.Select(figure => run.Figures.Find(measure, way.Name, figure)).ToArray()
           where values.Any(value => value is not null)
           select new PlotRow(way.Name, values),
    ];
}
