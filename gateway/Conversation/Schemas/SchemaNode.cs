using System.Text.Json;

namespace Dragoman.Conversation.Schemas;

/// <summary>A JSON Schema: its keywords in the client's order, or <c>true</c> or <c>false</c>.</summary>
internal sealed class SchemaNode(SchemaPlace pointer, bool? boolean = null)
{
    private static readonly OrderedDictionary<string, SchemaNode> NoSchemas = [];

    /// <summary>Where the schema stands in the client's document.</summary>
    public SchemaPlace Pointer { get; } = pointer;

    /// <summary>Set for the schemas <c>true</c> and <c>false</c>.</summary>
    public bool? Boolean { get; } = boolean;

    public OrderedDictionary<string, SchemaValue> Keywords { get; } = [];

    /// <summary>Parts of an <c>allOf</c> that could not be put together with <see cref="Keywords"/>; they apply as well.</summary>
    public List<SchemaNode> Rest { get; } = [];

    /// <summary>What <c>$ref</c> or <c>$dynamicRef</c> names.</summary>
    public SchemaNode? Target { get; set; }

    /// <summary>The schemas directly inside, definitions left out.</summary>
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

    /// <summary>How much copying the schema is, without those inside.</summary>
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

/// <summary>What a keyword holds: a schema, a list or a map of schemas, or any other JSON.</summary>
internal readonly record struct SchemaValue(JsonElement Raw, SchemaNode? Node = null, IReadOnlyList<SchemaNode>? List = null, OrderedDictionary<string, SchemaNode>? Map = null)
{
    public IEnumerable<SchemaNode> Nodes => Node is { } node ? [node] : List ?? (IEnumerable<SchemaNode>?)Map?.Values ?? [];

    public static implicit operator SchemaValue(SchemaNode node) => new(default, node);

    public static SchemaValue Of(IReadOnlyList<SchemaNode> list) => new(default, List: list);

    public static SchemaValue Of(OrderedDictionary<string, SchemaNode> map) => new(default, Map: map);

    public static SchemaValue Of(SchemaNode node) => new(default, node);

    /// <summary>How much copying the value, or telling it, is: characters of its JSON and of its names.</summary>
    public long Weight => Raw.ValueKind != JsonValueKind.Undefined && Node is null && List is null && Map is null
        ? System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(Raw).Length
        : 1 + (List?.Count ?? 0) + (Map?.Keys.Sum(name => (long)name.Length + 1) ?? 0);

    public static SchemaValue Of(string text) => Built(writer => writer.WriteStringValue(text));

    public static SchemaValue Of(int number) => Built(writer => writer.WriteNumberValue(number));

    public static SchemaValue Of(bool value) => Built(writer => writer.WriteBooleanValue(value));

    public static SchemaValue Of(IEnumerable<string> names) => Built(writer =>
    {
        writer.WriteStartArray();
        foreach (var name in names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    });

    public static SchemaValue Of(IEnumerable<JsonElement> items) => Built(writer =>
    {
        writer.WriteStartArray();
        foreach (var item in items)
            item.WriteTo(writer);
        writer.WriteEndArray();
    });

    public void Write(Utf8JsonWriter writer)
    {
        if (Node is { } node)
        {
            node.Write(writer);
        }
        else if (List is { } list)
        {
            writer.WriteStartArray();
            foreach (var one in list)
                one.Write(writer);
            writer.WriteEndArray();
        }
        else if (Map is { } map)
        {
            writer.WriteStartObject();
            foreach (var (name, one) in map)
            {
                writer.WritePropertyName(name);
                one.Write(writer);
            }

            writer.WriteEndObject();
        }
        else
        {
            // As written, so that no number changes its digits.
            writer.WriteRawValue(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(Raw), skipInputValidation: true);
        }
    }

    private static SchemaValue Built(Action<Utf8JsonWriter> write)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, Wire.JsonText.Compact))
            write(writer);
        return new SchemaValue(JsonElement.Parse(output.WrittenSpan));
    }
}
