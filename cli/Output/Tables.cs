using System.Text.Json;
using Dragoman.Startup;
using Spectre.Console;

namespace Dragoman.Cli.Output;

/// <summary>Shows what people read: tables on a terminal; elsewhere columns without lines, for tools such as <c>grep</c> and <c>awk</c>.</summary>
internal static class Tables
{
    private const string Gap = "  ";

    /// <summary>A list with a row for each entry.</summary>
    public static void WriteList(Terminal terminal, IReadOnlyList<Column> columns, IEnumerable<JsonElement> entries)
    {
        var rows = entries.Select(entry => columns.Select(column => Printable.Line(column.ValueOf(entry))).ToArray());
        Write(terminal, [.. columns.Select(static column => column.Title)], hasTitles: true, [.. rows]);
    }

    /// <summary>A list of rows that are made already.</summary>
    public static void WriteRows(Terminal terminal, IReadOnlyList<string> titles, IEnumerable<string[]> rows) =>
        Write(terminal, [.. titles], hasTitles: true, [.. rows.Select(static row => row.Select(Printable.Line).ToArray())]);

    /// <summary>One thing with a row for each of its members.</summary>
    public static void WriteDetails(Terminal terminal, IEnumerable<(string Name, string Value)> members) =>
        Write(terminal, ["name", "value"], hasTitles: false, [.. members.Select(static member => new[] { Printable.Line(member.Name), Printable.Line(member.Value) })]);

    private static void Write(Terminal terminal, string[] titles, bool hasTitles, List<string[]> rows)
    {
        if (terminal.OutputIsTerminal)
        {
            terminal.Write(TableOf(titles, hasTitles, rows));
            return;
        }

        if (hasTitles)
            rows.Insert(0, titles);
        var widths = titles.Select((_, column) => rows.Count == 0 ? 0 : rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            terminal.WriteLine(string.Join(Gap, row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    private static Table TableOf(string[] titles, bool hasTitles, List<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = hasTitles };
        // Ids are in the first column, and a broken one could not be copied.
        for (var column = 0; column < titles.Length; column++)
            table.AddColumn(new TableColumn(new Text(titles[column])) { NoWrap = column == 0 });
        foreach (var row in rows)
            table.AddRow(row.Select(static cell => new Text(cell)));
        return table;
    }
}
