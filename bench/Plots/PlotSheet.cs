namespace Dragoman.Bench.Plots;

/// <summary>Several plots on one drawing, in columns. Each plot goes to the shortest column.</summary>
internal sealed class PlotSheet : Plot
{
    private const double HeadHeight = 54;
    private const double Gap = 8;

    private readonly string title;
    private readonly string remark;
    private readonly List<(Plot Plot, double X, double Y)> placed = [];

    public PlotSheet(string title, string remark, IReadOnlyList<Plot> plots, int columns = 2)
    {
        this.title = title;
        this.remark = remark;
        columns = Math.Max(1, Math.Min(columns, plots.Count));
        var columnWidth = plots.Select(plot => plot.Width).DefaultIfEmpty(SvgCanvas.WidthOf(title)).Max() + Gap;
        var bottoms = Enumerable.Repeat(HeadHeight, columns).ToArray();
        foreach (var plot in plots)
        {
            var column = Array.IndexOf(bottoms, bottoms.Min());
            placed.Add((plot, column * columnWidth, bottoms[column]));
            bottoms[column] += plot.Height + Gap;
        }

        (Width, Height) = (columns * columnWidth, bottoms.Max());
    }

    public override double Width { get; }

    public override double Height { get; }

    public override void Draw(SvgCanvas canvas)
    {
        canvas.Text("title", 16, 26, title);
        canvas.Text("quiet", 16, 46, remark);
        foreach (var (plot, x, y) in placed)
            canvas.Move(x, y, () => plot.Draw(canvas));
    }
}
