using System.Globalization;
using System.Text;

namespace Dragoman.Micro.Results;

/// <summary>Two builds' figures of several rounds, side by side.</summary>
internal static class Comparison
{
    /// <summary>The least change that counts. Smaller ratios may be noise.</summary>
    private const double Noticeable = 0.03;

    /// <param name="folder">The folder with <c>before-N.json</c> and <c>after-N.json</c> for each round.</param>
    public static string Of(string folder)
    {
        var rounds = Directory.GetFiles(folder, "before-*.json").Order(StringComparer.Ordinal)
            .Select(before => (Before: ByName(before), After: ByName(before.Replace("before-", "after-", StringComparison.Ordinal)))).ToList();
        var text = new StringBuilder();
        text.AppendLine("| benchmark | before | after | ratio | lowest–highest | allocated before | after | |")
            .AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var name in rounds[0].Before.Keys.Where(name => rounds.TrueForAll(round => round.Before.ContainsKey(name) && round.After.ContainsKey(name))))
        {
            var before = rounds.ConvertAll(round => round.Before[name]);
            var after = rounds.ConvertAll(round => round.After[name]);
            // Two consecutive runs have the same load beside them.
            var ratios = before.Zip(after, (one, other) => other.Nanoseconds / one.Nanoseconds).Order().ToList();
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {name} | {Quantity.Time(before.Average(figure => figure.Nanoseconds))} | {Quantity.Time(after.Average(figure => figure.Nanoseconds))} | {Median(ratios):0.00} | {ratios[0]:0.00}–{ratios[^1]:0.00} | {Quantity.Size(before.Min(figure => figure.Bytes))} | {Quantity.Size(after.Min(figure => figure.Bytes))} | {Verdict(ratios)} |");
        }

        return text.ToString();
    }

    private static Dictionary<string, Figure> ByName(string path) => Figure.Read(path).ToDictionary(figure => figure.Name);

    private static double Median(List<double> sorted) => (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;

    /// <summary>A change counts only if every round shows it.</summary>
    private static string Verdict(List<double> sorted) => sorted switch
    {
        [.., < 1 - Noticeable] => "faster",
        [> 1 + Noticeable, ..] => "slower",
        _ => "",
    };
}
