using System.Text;

namespace Dragoman.Startup;

/// <summary>The page that <c>--help</c> shows.</summary>
/// <param name="Program">The executable's name.</param>
/// <param name="Summary">What the executable is, in a few words.</param>
/// <param name="Options">The options; rejected ones are not shown.</param>
/// <param name="Reader">The part of Dragoman whose variables are listed.</param>
public sealed record ManualPage(string Program, string Summary, IReadOnlyList<CommandOption> Options, VariableReaders Reader)
{
    private const int Width = 100;
    private const int Indent = 2;

    /// <summary>Paragraphs below the variables.</summary>
    public IReadOnlyList<string> VariableNotes { get; init; } = [];

    /// <summary>The names of files and their descriptions.</summary>
    public IReadOnlyList<(string Name, string Text)> Files { get; init; } = [];

    public string Render()
    {
        var page = new StringBuilder();
        var options = Options.Where(option => option.Refusal is null).OrderBy(option => option.Name, StringComparer.Ordinal).ToList();
        Section(page, "NAME");
        page.Append(' ', Indent).Append(Program).Append(" - ").Append(Summary).Append('\n');
        Section(page, "SYNOPSIS");
        page.Append(' ', Indent).Append(Program);
        foreach (var option in options)
            page.Append(" [").Append(option.Usage).Append(']');
        page.Append('\n');
        Section(page, "OPTIONS");
        page.Append(' ', Indent).Append("A value follows its option or an equals sign. Options override variables, which override the file.\n\n");
        List(page, options.Select(option => (option.Usage, option.Text)));
        Section(page, "VARIABLES");
        List(page, KnownVariable.All.Where(variable => (variable.Readers & Reader) != 0).Select(variable => (variable.Name, variable.Text)));
        foreach (var note in VariableNotes)
        {
            page.Append('\n');
            Wrap(page, note, Indent);
        }

        if (Files.Count > 0)
        {
            Section(page, "FILES");
            List(page, Files);
        }

        Section(page, "EXIT CODES");
        List(page,
        [
            ("0", "It received a stop signal (SIGTERM, SIGINT, SIGQUIT), or has printed the help or the version."),
            ("1", "The port cannot be opened, standard output is closed, or something failed unexpectedly."),
            ("2", "An argument, a variable or the configuration has a mistake; each is reported in one line on standard error."),
        ]);
        return page.ToString();
    }

    private static void Section(StringBuilder page, string title)
    {
        if (page.Length > 0)
            page.Append('\n');
        page.Append(title).Append('\n');
    }

    private static void List(StringBuilder page, IEnumerable<(string Name, string Text)> entries)
    {
        var list = entries.ToList();
        var column = Indent + list.Max(entry => entry.Name.Length) + 2;
        foreach (var (name, text) in list)
        {
            page.Append(' ', Indent).Append(name.PadRight(column - Indent));
            Wrap(page, text, column, column);
        }
    }

    /// <param name="page">Receives the text.</param>
    /// <param name="text">Words with single spaces between them.</param>
    /// <param name="column">The column where the lines begin.</param>
    /// <param name="written">How many columns of the first line are already written.</param>
    private static void Wrap(StringBuilder page, string text, int column, int written = 0)
    {
        page.Append(' ', column - written);
        var at = column;
        foreach (var word in text.Split(' '))
        {
            if (at > column && at + 1 + word.Length > Width)
            {
                page.Append('\n').Append(' ', column);
                at = column;
            }
            else if (at > column)
            {
                page.Append(' ');
                at++;
            }

            page.Append(word);
            at += word.Length;
        }

        page.Append('\n');
    }
}
