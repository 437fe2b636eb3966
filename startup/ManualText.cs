using System.Text;

namespace Dragoman.Startup;

/// <summary>Writes a page for a terminal as manual pages look: titles, indented paragraphs, and lists in two columns.</summary>
public sealed class ManualText
{
    private const int Width = 100;
    private const int Indent = 2;

    /// <summary>A longer name of a list stands on a line of its own.</summary>
    private const int LongestName = 40;

    private readonly StringBuilder page = new();

    /// <summary>Begins a section.</summary>
    public ManualText Section(string title)
    {
        Gap();
        page.Append(title).Append('\n');
        return this;
    }

    /// <summary>An empty line, except at the beginning.</summary>
    public ManualText Gap()
    {
        if (page.Length > 0)
            page.Append('\n');
        return this;
    }

    /// <summary>A paragraph.</summary>
    /// <param name="text">Words with single spaces between them.</param>
    public ManualText Paragraph(string text)
    {
        Wrap(text.Split(' '), Indent);
        return this;
    }

    /// <summary>A line that is not wrapped, such as a command.</summary>
    public ManualText Line(string text)
    {
        page.Append(' ', Indent).Append(text).Append('\n');
        return this;
    }

    /// <summary>A command with its arguments, none of which is divided.</summary>
    public ManualText Command(string program, IEnumerable<string> arguments)
    {
        page.Append(' ', Indent).Append(program);
        Wrap(arguments, Indent + program.Length + 1, Indent + program.Length);
        return this;
    }

    /// <summary>Names and their descriptions in two columns.</summary>
    public ManualText List(IEnumerable<(string Name, string Text)> entries)
    {
        var list = entries.ToList();
        if (list.Count == 0)
            return this;
        var column = Indent + list.Max(entry => entry.Name.Length > LongestName ? 0 : entry.Name.Length) + 2;
        foreach (var (name, text) in list)
        {
            page.Append(' ', Indent).Append(name);
            if (name.Length > LongestName)
                page.Append('\n');
            Wrap(text.Split(' '), column, name.Length > LongestName ? 0 : Indent + name.Length);
        }

        return this;
    }

    public override string ToString() => page.ToString();

    /// <param name="words">What is written, with single spaces between them.</param>
    /// <param name="column">The column where the lines begin.</param>
    /// <param name="written">How many columns of the first line are already written.</param>
    private void Wrap(IEnumerable<string> words, int column, int written = 0)
    {
        page.Append(' ', column - written);
        var at = column;
        foreach (var word in words)
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
