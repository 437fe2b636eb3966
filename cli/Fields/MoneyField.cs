using System.CommandLine;
using System.Globalization;

namespace Dragoman.Cli.Fields;

/// <summary>An amount of US dollars.</summary>
internal sealed class MoneyField : Field
{
    private readonly Option<string> option;

    public MoneyField(string name, string description, params string[] path)
        : base(name, path) => option = new("--" + name) { HelpName = "DOLLARS", Description = description };

    public override IReadOnlyList<Option> Options => [option];

    public override void Write(ParseResult parse, RequestBody body)
    {
        if (parse.GetValue(option) is not { } text)
            return;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var dollars))
            throw CliFailure.Usage($"{Quoted(option, text)}: must be US dollars, such as 100 or 2.50");
        body.Set(Quoted(option, text), dollars, Path);
    }
}
