namespace Dragoman.Bench.Plots;

/// <summary>The points of one line, from left to right.</summary>
internal sealed record Series(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Lines over a common x, such as memory over time or latency over load. The labels name the units.</summary>
internal sealed class LinePlot(string title, string xLabel, string yLabel, IReadOnlyList<Series> series) : Plot
{
    private const double Margin = 16;
    private const double TitleHeight = 26;
    private const double LabelHeight = 22;
    private const double AreaHeight = 240;
    private const double Below = 52;

    public ScaleKind XScale { get; init; }

    public ScaleKind YScale { get; init; }

    /// <summary>Whether each point is marked. For lines with few points.</summary>
    public bool ShowsPoints { get; init; }

    public override double Width => 640;

    public override double Height => AreaTop + AreaHeight + Below;

    private Legend Names => new([.. series.Select(each => each.Name)], Width - (2 * Margin));

    private double AreaTop => Margin + TitleHeight + Names.Height + LabelHeight + 6;

    public override void Draw(SvgCanvas canvas)
    {
        var xs = new Scale(XScale, series.SelectMany(each => each.Points).Select(point => point.X));
        var ys = new Scale(YScale, series.SelectMany(each => each.Points).Select(point => point.Y));
        var left = Margin + 8 + ys.Marks.Max(mark => SvgCanvas.WidthOf(Scale.TextOf(mark), 12));
        var areaWidth = Width - left - Margin - 20;
        canvas.Text("title", Margin, Margin + 14, title);
        Names.Draw(canvas, Margin, Margin + TitleHeight);
        canvas.Text("quiet", Margin, AreaTop - 14, yLabel);
        foreach (var mark in ys.Marks)
        {
            canvas.Line("grid", left, Y(mark), left + areaWidth, Y(mark));
            canvas.Text("quiet", left - 6, Y(mark) + 4, Scale.TextOf(mark), Anchor.End);
        }

        var end = double.NegativeInfinity;
        foreach (var mark in xs.Marks)
        {
            canvas.Line("axis", X(mark), AreaTop + AreaHeight, X(mark), AreaTop + AreaHeight + 4);
            var text = Scale.TextOf(mark);
            var half = SvgCanvas.WidthOf(text, 12) / 2;
            if (X(mark) - half < end + 4)
                continue;
            canvas.Text("quiet", X(mark), AreaTop + AreaHeight + 18, text, Anchor.Middle);
            end = X(mark) + half;
        }

        canvas.Line("axis", left, AreaTop + AreaHeight, left + areaWidth, AreaTop + AreaHeight);
        canvas.Text("quiet", left + areaWidth, AreaTop + AreaHeight + 38, xLabel, Anchor.End);
        for (var index = 0; index < series.Count; index++)
        {
            var colour = index % SvgCanvas.Colours;
            var points = series[index].Points.Where(point => xs.HasPlace(point.X) && ys.HasPlace(point.Y)).Select(point => (X(point.X), Y(point.Y))).ToArray();
            canvas.Curve($"line l{colour}", points);
            foreach (var (x, y) in ShowsPoints ? points : [])
                canvas.Dot($"f{colour}", x, y, 3.5);
        }

        double X(double value) => left + (areaWidth * xs.PlaceOf(value));
        double Y(double value) => AreaTop + (AreaHeight * (1 - ys.PlaceOf(value)));
    }
}
