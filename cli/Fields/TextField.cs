using System.Text.Json.Nodes;

namespace Dragoman.Cli.Fields;

/// <summary>A text.</summary>
internal sealed class TextField(string name, string placeholder, string description, params string[] path) : ValueField(name, placeholder, description, path)
{
    protected override JsonNode? Read(string text, out string rule)
    {
        rule = "";
        return JsonValue.Create(text);
    }
}
