using System.Text.Json;

namespace Dragoman.Schemas;

/// <summary>A JSON Schema: its keywords in the client's order, or <c>true</c> or <c>false</c>.</summary>
internal sealed class SchemaNode(SchemaPlace pointer, bool? boolean = null)
{
    private static readonly OrderedDictionary<string, SchemaNode> NoSchemas = [];

    /// <summary>The place of the schema in the client's document.</summary>
    public SchemaPlace Pointer { get; } = pointer;

    /// <summary>Set for the schemas <c>true</c> and <c>false</c>.</summary>
    public bool? Boolean { get; } = boolean;

    public OrderedDictionary<string, SchemaValue> Keywords { get; } = [];

    /// <summary>Parts of an <c>allOf</c> that could not be merged with <see cref="Keywords"/>; they apply as well.</summary>
    public List<SchemaNode> Rest { get; } = [];

    /// <summary>The target of <c>$ref</c> or <c>$dynamicRef</c>.</summary>
    public SchemaNode? Target { get; set; }

    /// <summary>The schemas directly inside, without definitions.</summary>
    public IEnumerable<SchemaNode> Children => Keywords
        .Where(keyword => keyword.Key is not ("$defs" or "definitions"))
        .SelectMany(keyword => keyword.Value.Nodes);

    public bool Has(string keyword) => Keywords.ContainsKey(keyword);

    public JsonElement? Raw(string keyword) => Keywords.TryGetValue(keyword, out var value) && value.Raw.ValueKind != JsonValueKind.Undefined ? value.Raw : null;

    public SchemaNode? Node(string keyword) => Keywords.TryGetValue(keyword, out var value) ? value.Node : null;

    public IReadOnlyList<SchemaNode> List(string keyword) => Keywords.TryGetValue(keyword, out var value) && value.List is { } list ? list : [];

    public IReadOnlyDictionary<string, SchemaNode> Map(string keyword) => Keywords.TryGetValue(keyword, out var value) && value.Map is { } map ? map : NoSchemas;

    /// <summary>The strings of an array-valued keyword such as <c>required</c>.</summary>
    public IEnumerable<string> Strings(string keyword) => Raw(keyword) is { } raw ? Strings(raw) : [];

    public static IEnumerable<string> Strings(JsonElement names) => names.ValueKind switch
    {
        JsonValueKind.Array => names.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!),
        JsonValueKind.String => [names.GetString()!],
        _ => [],
    };

    /// <summary>The number of characters that a copy of the schema takes, without the schemas inside.</summary>
    public long Weight
    {
        get
        {
            long weight = Rest.Count;
            foreach (var (keyword, value) in Keywords)
                weight += keyword.Length + value.Weight;
            return weight;
        }
    }

    public SchemaNode Copy()
    {
        var copy = new SchemaNode(Pointer, Boolean) { Target = Target };
        foreach (var (keyword, value) in Keywords)
            copy.Keywords.Add(keyword, value);
        copy.Rest.AddRange(Rest);
        return copy;
    }

    public void Write(Utf8JsonWriter writer)
    {
        if (Boolean is { } boolean)
        {
            writer.WriteBooleanValue(boolean);
            return;
        }

        writer.WriteStartObject();
        foreach (var (keyword, value) in Keywords)
        {
            writer.WritePropertyName(keyword);
            value.Write(writer);
        }

        writer.WriteEndObject();
    }
}
