namespace Dragoman.Bench.Plots;

/// <summary>Names beside their colors, in as many rows as the width requires.</summary>
internal sealed class Legend
{
    private const double RowHeight = 20;
    private const double Swatch = 12;
    private const double Gap = 18;

    private readonly List<(string Name, int Colour, double X, double Y)> entries = [];

    public Legend(IReadOnlyList<string> names, double width)
    {
        double x = 0, y = 0;
        for (var index = 0; index < names.Count; index++)
        {
            var needed = Swatch + 6 + SvgCanvas.WidthOf(names[index]);
            if (x > 0 && x + needed > width)
                (x, y) = (0, y + RowHeight);
            entries.Add((names[index], index % SvgCanvas.Colours, x, y));
            x += needed + Gap;
        }

        Height = names.Count == 0 ? 0 : y + RowHeight;
    }

    public double Height { get; }

    public void Draw(SvgCanvas canvas, double left, double top)
    {
        foreach (var (name, colour, x, y) in entries)
        {
            canvas.Rectangle($"f{colour}", left + x, top + y + 3, Swatch, Swatch);
            canvas.Text("", left + x + Swatch + 6, top + y + 14, name);
        }
    }
}
