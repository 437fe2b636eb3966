using System.Text;

namespace Dragoman.Documents;

/// <summary>Writes text so that Markdown shows it as it is.</summary>
internal static class MarkdownTable
{
    /// <summary>The lines of a table, with a line break after each.</summary>
    /// <param name="titles">The titles of its columns.</param>
    /// <param name="rows">Its cells, as Markdown.</param>
    public static string Of(IReadOnlyList<string> titles, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new StringBuilder();
        Append(titles);
        Append([.. titles.Select(static _ => "---")]);
        foreach (var row in rows)
            Append(row);
        return table.ToString();

        void Append(IReadOnlyList<string> cells) => table.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
    }

    /// <summary>A sentence in a cell or a paragraph. What looks like the beginning of emphasis, of a tag or of a cell is none.</summary>
    public static string Text(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal).Replace("<", "\\<", StringComparison.Ordinal);

    /// <summary>A word in code letters.</summary>
    public static string Code(string text) => $"`{text.Replace("|", "\\|", StringComparison.Ordinal)}`";
}
