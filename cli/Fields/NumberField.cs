using System.CommandLine;
using System.Globalization;

namespace Dragoman.Cli.Fields;

/// <summary>A whole number.</summary>
internal sealed class NumberField : Field
{
    private readonly Option<string> option;

    public NumberField(string name, string description, params string[] path)
        : base(name, path) => option = new("--" + name) { HelpName = "N", Description = description };

    public override IReadOnlyList<Option> Options => [option];

    public override void Write(ParseResult parse, RequestBody body)
    {
        if (parse.GetValue(option) is not { } text)
            return;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw CliFailure.Usage($"{Quoted(option, text)}: must be a whole number");
        body.Set(Quoted(option, text), number, Path);
    }
}
