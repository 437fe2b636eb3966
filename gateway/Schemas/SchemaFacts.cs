using System.Text.Json;

namespace Dragoman.Schemas;

/// <summary>The data of a schema that validation needs for every value, prepared once: names without duplicates, tables instead of lists.</summary>
internal sealed class SchemaFacts(SchemaNode node)
{
    private static readonly string[] OfObjects =
    [
        "required", "minProperties", "maxProperties", "properties", "patternProperties", "additionalProperties", "propertyNames",
        "dependentSchemas", "dependentRequired", "dependencies", "unevaluatedProperties",
    ];

    private HashSet<JsonElement>? choices;
    private string[]? required;
    private Dictionary<string, string[]>? dependentNames;

    /// <summary>Whether the schema has a keyword about an object's members, so that they have to be validated.</summary>
    public bool SpeaksOfMembers { get; } = Array.Exists(OfObjects, node.Has);

    public List<string>? Types { get; } = node.Has("type") && node.Strings("type").ToList() is { Count: > 0 } types ? types : null;

    /// <summary>The values of <c>enum</c>; null when there is none.</summary>
    public HashSet<JsonElement>? Choices =>
        choices ??= node.Raw("enum") is { ValueKind: JsonValueKind.Array } list ? new(list.EnumerateArray(), JsonValueComparer.Instance) : null;

    public string[] Required => required ??= [.. node.Strings("required").Distinct(StringComparer.Ordinal)];

    /// <summary>The names that <c>dependentRequired</c>, or draft 7's <c>dependencies</c>, requires when a property is present.</summary>
    public string[] DependentNames(string property) => (dependentNames ??= ReadDependentNames()).GetValueOrDefault(property) ?? [];

    private Dictionary<string, string[]> ReadDependentNames()
    {
        var all = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var keyword in (ReadOnlySpan<string>)["dependentRequired", "dependencies"])
        {
            if (node.Raw(keyword) is not { ValueKind: JsonValueKind.Object } map)
                continue;
            foreach (var member in map.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Array))
                all[member.Name] = [.. SchemaNode.Strings(member.Value).Concat(all.GetValueOrDefault(member.Name) ?? []).Distinct(StringComparer.Ordinal)];
        }

        return all;
    }
}
