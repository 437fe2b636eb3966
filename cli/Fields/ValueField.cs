using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Dragoman.Cli.Fields;

/// <summary>A field with one option that has one value.</summary>
internal abstract class ValueField : Field
{
    private readonly Option<string> option;

    protected ValueField(string name, string placeholder, string description, string[] path)
        : base(name, path) => option = new("--" + name) { HelpName = placeholder, Description = description };

    public override IReadOnlyList<Option> Options => [option];

    public override void Write(ParseResult parse, RequestBody body)
    {
        if (parse.GetValue(option) is not { } text)
            return;
        var quoted = Quoted(option, text);
        body.Set(quoted, Read(text, out var rule) ?? throw CliFailure.Usage($"{quoted}: {rule}"), Path);
    }

    /// <summary>Reads a decimal number without an exponent; null if it is none.</summary>
    protected static JsonNode? ReadDecimal(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : null;

    /// <param name="text">What was given.</param>
    /// <param name="rule">What is allowed, if it is not.</param>
    /// <returns>The value; null if it is not allowed.</returns>
    protected abstract JsonNode? Read(string text, out string rule);
}
