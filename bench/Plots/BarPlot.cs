namespace Dragoman.Bench.Plots;

/// <summary>Bars from zero, each with its number, for quantities that are compared by length.</summary>
internal sealed class BarPlot(string title, string valueLabel, IReadOnlyList<string> valueNames, IReadOnlyList<PlotRow> rows)
    : RowPlot(title, valueLabel, valueNames, rows)
{
    private const double BarHeight = 14;

    protected override double RowHeight => (ValueNames.Count * BarHeight) + 10;

    protected override ScaleKind Kind => ScaleKind.Linear;

    protected override void DrawRow(SvgCanvas canvas, PlotRow row, double middle, Scale scale, Func<double, double> x)
    {
        var top = middle - (row.Values.Count * BarHeight / 2);
        for (var index = 0; index < row.Values.Count; index++, top += BarHeight)
        {
            if (row.Values[index] is not { } value || !scale.HasPlace(value))
                continue;
            double from = Math.Min(x(0), x(value)), to = Math.Max(x(0), x(value));
            canvas.Rectangle($"f{index % SvgCanvas.Colours}", from, top + 1, to - from, BarHeight - 2);
            canvas.Text("quiet", to + 5, top + BarHeight - 3, Scale.RoundedTextOf(value));
        }
    }

    protected override string TextOf(PlotRow row) => row.Values.OfType<double>().Select(Scale.RoundedTextOf).MaxBy(text => text.Length) ?? "";
}
