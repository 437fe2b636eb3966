using System.Globalization;
using System.Text.Json.Nodes;

namespace Dragoman.Cli.Fields;

/// <summary>A whole number.</summary>
internal sealed class NumberField(string name, string description, params string[] path) : ValueField(name, "N", description, path)
{
    protected override JsonNode? Read(string text, out string rule)
    {
        rule = "must be a whole number";
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : null;
    }
}
