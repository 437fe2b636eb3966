using System.Globalization;
using Dragoman.Bench.Reports;

namespace Dragoman.Bench.Figures;

/// <summary>The figures that two runs share, as ratios of the later to the earlier run.</summary>
internal static class Comparison
{
    /// <summary>Marks a change that is larger than the spread of the rounds.</summary>
    private const string Clear = "clear";

    public static string Table(FiguresOfRun before, FiguresOfRun after)
    {
        var text = new MarkdownText();
        text.Paragraph($"A: {before.Label}. B: {after.Label}. *{Clear}*: no round of one run lies within the other's.");
        foreach (var measure in after.Figures.Select(figure => figure.Measure).Distinct())
        {
            var pairs = after.Figures.Where(figure => figure.Measure == measure)
                .Select(figure => (Before: before.Figures.FirstOrDefault(other => other.IsOf(figure.Measure, figure.Subject, figure.Name)), After: figure))
                .Where(pair => pair.Before is not null)
                .ToList();
            if (pairs.Count == 0)
                continue;
            text.Section(measure);
            text.Headings("of", "figure", "unit", "A", "B", "B / A", "");
            foreach (var (old, figure) in pairs)
                text.Row(figure.Subject, figure.Name, figure.Unit, Number(old!.Value), Number(figure.Value), Ratio(old.Value, figure.Value), IsClear(old, figure) ? Clear : "");
        }

        return text.ToString();
    }

    /// <summary>Whether the rounds of the two runs do not overlap. False with fewer than three rounds in a run.</summary>
    public static bool IsClear(Figure before, Figure after) =>
        before.Rounds.Count >= 3 && after.Rounds.Count >= 3
        && (before.Rounds.Max() < after.Rounds.Min() || after.Rounds.Max() < before.Rounds.Min());

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Ratio(double before, double after) =>
        before > 0 && after >= 0 ? (after / before).ToString("0.00", CultureInfo.InvariantCulture) : "";
}
