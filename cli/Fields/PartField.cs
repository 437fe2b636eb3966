using System.Text.Json.Nodes;

namespace Dragoman.Cli.Fields;

/// <summary>A part of something, as a number up to 1.</summary>
internal sealed class PartField(string name, string description, params string[] path) : ValueField(name, "PART", description, path)
{
    protected override JsonNode? Read(string text, out string rule)
    {
        rule = "must be a part, such as 0.8";
        return ReadDecimal(text);
    }
}
