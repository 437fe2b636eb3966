using System.Text.Json;

namespace Dragoman.Schemas;

/// <summary>The value of a keyword: a schema, a list or a map of schemas, or any other JSON.</summary>
internal readonly record struct SchemaValue(JsonElement Raw, SchemaNode? Node = null, IReadOnlyList<SchemaNode>? List = null, OrderedDictionary<string, SchemaNode>? Map = null)
{
    public IEnumerable<SchemaNode> Nodes => Node is { } node ? [node] : List ?? (IEnumerable<SchemaNode>?)Map?.Values ?? [];

    public static implicit operator SchemaValue(SchemaNode node) => new(default, node);

    public static SchemaValue Of(IReadOnlyList<SchemaNode> list) => new(default, List: list);

    public static SchemaValue Of(OrderedDictionary<string, SchemaNode> map) => new(default, Map: map);

    public static SchemaValue Of(SchemaNode node) => new(default, node);

    /// <summary>The cost of copying or writing the value: the characters of its JSON and of its names.</summary>
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
            // The raw JSON, so that no number changes its digits.
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
