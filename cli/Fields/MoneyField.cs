using System.Text.Json.Nodes;

namespace Dragoman.Cli.Fields;

/// <summary>An amount of US dollars.</summary>
internal sealed class MoneyField(string name, string description, params string[] path) : ValueField(name, "DOLLARS", description, path)
{
    protected override JsonNode? Read(string text, out string rule)
    {
        rule = "must be US dollars, such as 100 or 2.50";
        return ReadDecimal(text);
    }
}
