using System.Globalization;
using Dragoman.Bench.Measures;

namespace Dragoman.Bench.Reports;

/// <param name="Heading">The heading above the numbers.</param>
/// <param name="Figure">The name of the measure's figure.</param>
/// <param name="HasRatio">Whether the ratio to bare nginx follows.</param>
internal sealed record Column(string Heading, string Figure, bool HasRatio = false);

/// <summary>A measure's figures, with one row per way.</summary>
internal sealed class FigureTable(Run run, MarkdownText text)
{
    /// <summary>The column with each hop's share, if there are several hops.</summary>
    public static readonly Column SplitOfCpu = new("of that", "");

    public static string Number(double value) => value.ToString(
        Math.Abs(value) switch { >= 100 => "0", >= 10 => "0.0", >= 1 => "0.00", _ => "0.000" },
        CultureInfo.InvariantCulture);

    public static string Ratio(double value, double other) => value > 0 && other > 0 ? (value / other).ToString("0.00", CultureInfo.InvariantCulture) : "";

    public void Write(string measure, IReadOnlyList<Column> columns)
    {
        text.Headings(["way", .. columns.SelectMany(column => column.HasRatio ? new[] { column.Heading, "×" } : [column.Heading])]);
        foreach (var way in run.Ways.Where(way => run.Figures.SubjectsOf(measure).Contains(way.Name)))
            text.Row([way.Name, .. columns.SelectMany(column => Cells(measure, way, column))]);
    }

    public string Cell(string measure, Way way, string figure) => run.Figures.Find(measure, way.Name, figure) is { } value ? Number(value) : "";

    private IEnumerable<string> Cells(string measure, Way way, Column column)
    {
        if (column == SplitOfCpu)
            return [Split(measure, way)];
        var cell = Cell(measure, way, column.Figure);
        return column.HasRatio ? [cell, RatioToBare(measure, way, column.Figure)] : [cell];
    }

    private string RatioToBare(string measure, Way way, string figure) =>
        run.Ways.FirstOrDefault(other => other.Kind == WayKind.BareNginx && other.Wire == way.Wire) is { } bare
        && run.Figures.Find(measure, bare.Name, figure) is { } reference
        && run.Figures.Find(measure, way.Name, figure) is { } value
            ? Ratio(value, reference)
            : "";

    private string Split(string measure, Way way)
    {
        var hops = run.Figures.Of(measure, way.Name).Where(figure => figure.Name.StartsWith(CpuUse.HopPrefix, StringComparison.Ordinal)).ToList();
        return hops.Count < 2 ? "" : string.Join(" + ", hops.Select(hop => $"{NameOf(hop.Name[CpuUse.HopPrefix.Length..])} {Number(hop.Value)}"));

        static string NameOf(string process) => process.StartsWith("nginx", StringComparison.Ordinal) ? "nginx" : process;
    }
}
