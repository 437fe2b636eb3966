using System.CommandLine;

namespace Dragoman.Cli.Fields;

/// <summary>A text.</summary>
internal sealed class TextField : Field
{
    private readonly Option<string> option;

    public TextField(string name, string placeholder, string description, params string[] path)
        : base(name, path) => option = new("--" + name) { HelpName = placeholder, Description = description };

    public override IReadOnlyList<Option> Options => [option];

    public override void Write(ParseResult parse, RequestBody body)
    {
        if (parse.GetValue(option) is { } text)
            body.Set(Quoted(option, text), text, Path);
    }
}
