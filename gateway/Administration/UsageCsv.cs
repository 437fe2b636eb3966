using System.Globalization;
using System.Text;
using Dragoman.Stores.Ledger;

namespace Dragoman.Administration;

/// <summary>Usage as comma-separated values (RFC 4180) with a row of titles.</summary>
internal static class UsageCsv
{
    public static string Of(UsageQuery query, IReadOnlyList<UsageGroup> groups)
    {
        var text = new StringBuilder();
        IEnumerable<string> titles = [.. query.Span == UsageSpan.All ? [] : (string[])["start"], .. query.By.Select(UsageMember.NameOf), .. UsageMember.All.Select(member => member.Name)];
        Append(text, titles);
        foreach (var group in groups)
        {
            Append(
                text,
                [
                    .. group.Start is { } start ? [Timestamp.TextOf(start)] : (string[])[],
                    .. group.Values.Select(TextCell),
                    .. UsageMember.All.Select(member => member.Shown(group.Sums).ToString(CultureInfo.InvariantCulture)),
                ]);
        }

        return text.ToString();
    }

    /// <summary>A spreadsheet takes a text that begins like a formula for one, unless a quotation mark precedes it. Users choose texts, such as the names of models.</summary>
    private static string TextCell(string? value) => value is { Length: > 0 } && value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? $"'{value}" : value ?? "";

    private static void Append(StringBuilder text, IEnumerable<string> cells) =>
        text.AppendJoin(',', cells.Select(cell => cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell)).Append("\r\n");
}
