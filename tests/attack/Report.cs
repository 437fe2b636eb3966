using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dragoman.Attack;

/// <summary>The report of a run.</summary>
internal static class Report
{
    private const int LongestEvidence = 400;

    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Line(Verdict verdict) =>
        $"{Word(verdict.Outcome),-7} {verdict.Attack.Row,-3} {verdict.Attack.Name} ({verdict.Seconds:0.0} s): {Shown(verdict.Evidence)}";

    public static string List(IEnumerable<Attack> attacks)
    {
        var text = new StringBuilder();
        foreach (var attack in attacks)
            text.AppendLine($"{attack.Row,-3} {attack.Name,-36} {attack.Category,-14} {attack.Expectation}");
        return text.ToString();
    }

    /// <summary>A Markdown table by row.</summary>
    public static string Table(IReadOnlyList<Verdict> verdicts)
    {
        var text = new StringBuilder("\n| row | attack | category | expectation | verdict | evidence | s |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var verdict in verdicts)
        {
            var attack = verdict.Attack;
            text.AppendLine($"| {attack.Row} | {attack.Name} | {attack.Category} | {attack.Expectation} | {Word(verdict.Outcome)} | {Shown(verdict.Evidence).Replace("|", "\\|", StringComparison.Ordinal)} | {verdict.Seconds:0.0} |");
        }

        return text.AppendLine().ToString();
    }

    public static string Json(IReadOnlyList<Verdict> verdicts)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, Readable))
        {
            json.WriteStartArray();
            foreach (var verdict in verdicts)
            {
                json.WriteStartObject();
                json.WriteString("row", verdict.Attack.Row);
                json.WriteString("name", verdict.Attack.Name);
                json.WriteString("category", verdict.Attack.Category);
                json.WriteString("expectation", verdict.Attack.Expectation);
                json.WriteString("verdict", Word(verdict.Outcome));
                json.WriteString("evidence", Printable(verdict.Evidence));
                json.WriteNumber("seconds", Math.Round(verdict.Seconds, 1));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(output.ToArray()) + "\n";
    }

    public static string ClosingLine(IReadOnlyList<Verdict> verdicts)
    {
        var skipped = Count(Outcome.NotRun);
        return $"{Count(Outcome.Held)} passed, {Count(Outcome.Fell)} failed{(skipped > 0 ? $", {skipped} skipped" : "")}";

        int Count(Outcome outcome) => verdicts.Count(verdict => verdict.Outcome == outcome);
    }

    private static string Word(Outcome outcome) => outcome switch
    {
        Outcome.Held => "held",
        Outcome.Fell => "FELL",
        _ => "not run",
    };

    private static string Shown(string evidence)
    {
        var text = Printable(evidence);
        return text.Length <= LongestEvidence ? text : text[..LongestEvidence] + "…";
    }

    /// <summary>Evidence quotes received bytes, which must not reach the terminal unescaped.</summary>
    private static string Printable(string text) => string.Concat(text.Select(unit => unit is >= ' ' and <= '~' or '…' ? unit.ToString() : $"\\u{(int)unit:x4}"));
}
