namespace Dragoman.Startup;

/// <summary>The page that <c>--help</c> of a serving executable shows.</summary>
/// <param name="Program">The executable's name.</param>
/// <param name="Summary">What the executable is, in a few words.</param>
/// <param name="Options">The options; rejected ones are not shown.</param>
/// <param name="Reader">The part of Dragoman whose variables are listed.</param>
public sealed record ManualPage(string Program, string Summary, IReadOnlyList<CommandOption> Options, VariableReaders Reader)
{
    /// <summary>Paragraphs below the variables.</summary>
    public IReadOnlyList<string> VariableNotes { get; init; } = [];

    /// <summary>The names of files and their descriptions.</summary>
    public IReadOnlyList<(string Name, string Text)> Files { get; init; } = [];

    public string Render()
    {
        var options = Options.Where(option => option.Refusal is null).OrderBy(option => option.Name, StringComparer.Ordinal).ToList();
        var page = new ManualText()
            .Section("NAME")
            .Line($"{Program} - {Summary}")
            .Section("SYNOPSIS")
            .Command(Program, options.Select(option => $"[{option.Usage}]"))
            .Section("OPTIONS")
            .Paragraph("A value follows its option or an equals sign. Options override variables, which override the file.")
            .Gap()
            .List(options.Select(option => (option.Usage, option.Text)))
            .Section("VARIABLES")
            .List(KnownVariable.ListOf(Reader));
        foreach (var note in VariableNotes)
            page.Gap().Paragraph(note);
        if (Files.Count > 0)
            page.Section("FILES").List(Files);
        return page
            .Section("EXIT CODES")
            .List(
            [
                ("0", "It received a stop signal (SIGTERM, SIGINT, SIGQUIT), or has printed the help or the version."),
                ("1", "The port cannot be opened, standard output is closed, or something failed unexpectedly."),
                ("2", "An argument, a variable or the configuration has a mistake; each is reported in one line on standard error."),
            ])
            .ToString();
    }
}
