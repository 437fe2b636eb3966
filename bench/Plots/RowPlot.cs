namespace Dragoman.Bench.Plots;

/// <summary>A row's name and its values in the order of the legend. Null values are not drawn.</summary>
internal sealed record PlotRow(string Name, IReadOnlyList<double?> Values);

/// <summary>Rows with names at the left and a common axis for values. The label names the unit.</summary>
internal abstract class RowPlot(string title, string valueLabel, IReadOnlyList<string> valueNames, IReadOnlyList<PlotRow> rows) : Plot
{
    private const double Margin = 16;
    private const double TitleHeight = 26;
    private const double Below = 48;

    public override double Width => 640;

    public override double Height => AreaTop + (rows.Count * RowHeight) + Below;

    protected IReadOnlyList<string> ValueNames => valueNames;

    protected abstract double RowHeight { get; }

    protected abstract ScaleKind Kind { get; }

    private Legend Names => new(valueNames.Count > 1 ? valueNames : [], Width - (2 * Margin));

    private double AreaTop => Margin + TitleHeight + Names.Height + 6;

    public override void Draw(SvgCanvas canvas)
    {
        var scale = new Scale(Kind, rows.SelectMany(row => row.Values).OfType<double>());
        var left = Margin + 8 + rows.Max(row => SvgCanvas.WidthOf(row.Name));
        // The numbers after the longest row need space.
        var right = Width - Margin - (rows.Max(row => SvgCanvas.WidthOf(TextOf(row), 12)) + 10);
        var bottom = AreaTop + (rows.Count * RowHeight);
        canvas.Text("title", Margin, Margin + 14, title);
        Names.Draw(canvas, Margin, Margin + TitleHeight);
        var end = double.NegativeInfinity;
        foreach (var mark in scale.Marks)
        {
            canvas.Line("grid", X(mark), AreaTop, X(mark), bottom);
            var text = Scale.TextOf(mark);
            var half = SvgCanvas.WidthOf(text, 12) / 2;
            if (X(mark) - half < end + 4)
                continue;
            canvas.Text("quiet", X(mark), bottom + 16, text, Anchor.Middle);
            end = X(mark) + half;
        }

        canvas.Text("quiet", right, bottom + 36, valueLabel, Anchor.End);
        for (var index = 0; index < rows.Count; index++)
        {
            var middle = AreaTop + ((index + 0.5) * RowHeight);
            canvas.Text("", left - 8, middle + 4, rows[index].Name, Anchor.End);
            DrawRow(canvas, rows[index], middle, scale, X);
        }

        canvas.Line("axis", left, AreaTop, left, bottom);

        double X(double value) => left + ((right - left) * scale.PlaceOf(value));
    }

    protected abstract void DrawRow(SvgCanvas canvas, PlotRow row, double middle, Scale scale, Func<double, double> x);

    /// <summary>The text after a row's values.</summary>
    protected abstract string TextOf(PlotRow row);
}
