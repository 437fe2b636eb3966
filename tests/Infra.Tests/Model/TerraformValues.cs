using System.Text.Json.Nodes;

namespace Dragoman.Infra.Tests.Model;

/// <summary>The planned values of a resource or of a block in it. It remembers which were read.</summary>
internal sealed class TerraformValues(JsonObject values, HashSet<string> read, string path = "")
{
    /// <summary>A text, or null.</summary>
    public string? Text(string name) => (string?)Read(name);

    /// <summary>A number, or null.</summary>
    public decimal? Number(string name) => (decimal?)Read(name);

    /// <summary>A truth value, or null.</summary>
    public bool? Bool(string name) => (bool?)Read(name);

    /// <summary>Azure's words for a truth value; null if there is none.</summary>
    public string? Enabled(string name) => Bool(name) is { } enabled ? enabled ? "Enabled" : "Disabled" : null;

    /// <summary>A list of texts.</summary>
    public IEnumerable<string> Texts(string name) => Read(name)?.AsArray().Select(text => (string)text!) ?? [];

    /// <summary>A value as it is.</summary>
    public JsonNode? Node(string name) => Read(name)?.DeepClone();

    /// <summary>The blocks of a name.</summary>
    public IEnumerable<TerraformValues> Blocks(string name) =>
        (values[name]?.AsArray() ?? []).Select((block, index) => new TerraformValues(block!.AsObject(), read, $"{path}{name}[{index}]."));

    /// <summary>The only block of a name; null if there is none.</summary>
    public TerraformValues? Block(string name) => Blocks(name).SingleOrDefault();

    private JsonNode? Read(string name)
    {
        read.Add(path + name);
        return values[name];
    }
}
