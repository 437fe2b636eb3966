using System.Text;

namespace Dragoman.Bench.Reports;

/// <summary>Paragraphs, sections and tables.</summary>
internal sealed class MarkdownText
{
    private readonly StringBuilder text = new();

    public void Title(string title) => text.Append("# ").AppendLine(title);

    public void Section(string title) => text.AppendLine().Append("## ").AppendLine(title);

    public void Paragraph(string paragraph) => text.AppendLine().AppendLine(paragraph);

    /// <summary>A table's first row: names at the left, numbers at the right.</summary>
    public void Headings(params IEnumerable<string> headings)
    {
        string[] all = [.. headings];
        text.AppendLine();
        Row(all);
        text.Append("| --- |").AppendJoin("", Enumerable.Repeat(" ---: |", all.Length - 1)).AppendLine();
    }

    public void Row(params IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");

    public override string ToString() => text.ToString();
}
