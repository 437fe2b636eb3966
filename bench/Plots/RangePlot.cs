namespace Dragoman.Bench.Plots;

/// <summary>
/// Dots on a logarithmic axis, joined per row: the median and the percentiles of one quantity. For values that are so far
/// apart that bars would show only the largest.
/// </summary>
internal sealed class RangePlot(string title, string valueLabel, IReadOnlyList<string> valueNames, IReadOnlyList<PlotRow> rows)
    : RowPlot(title, valueLabel, valueNames, rows)
{
    private const string Separator = " · ";

    protected override double RowHeight => 26;

    protected override ScaleKind Kind => ScaleKind.Logarithmic;

    protected override void DrawRow(SvgCanvas canvas, PlotRow row, double middle, Scale scale, Func<double, double> x)
    {
        var places = row.Values.OfType<double>().Where(scale.HasPlace).Select(x).ToArray();
        if (places.Length == 0)
            return;
        canvas.Line("axis", places.Min(), middle, places.Max(), middle);
        // The first dot is on top when several have the same value.
        for (var index = row.Values.Count - 1; index >= 0; index--)
        {
            if (row.Values[index] is { } value && scale.HasPlace(value))
                canvas.Dot($"f{index % SvgCanvas.Colours}", x(value), middle, 5);
        }

        canvas.Text("quiet", places.Max() + 10, middle + 4, TextOf(row));
    }

    protected override string TextOf(PlotRow row) => string.Join(Separator, row.Values.Select(value => value is { } known ? Scale.RoundedTextOf(known) : "–"));
}
