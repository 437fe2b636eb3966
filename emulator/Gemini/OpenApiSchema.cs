using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Dragoman.Emulator.Api;

namespace Dragoman.Emulator.Gemini;

/// <summary>
/// Checks the subset of OpenAPI that <c>responseSchema</c> and <c>parameters</c> accept (<c>specs/dialects.md 2.5</c>),
/// and converts it to the equivalent JSON Schema.
/// </summary>
internal static class OpenApiSchema
{
    private static readonly string[] Keywords =
    [
        "type", "format", "title", "description", "nullable", "default", "items", "minItems", "maxItems", "enum", "properties", "propertyOrdering",
        "required", "minProperties", "maxProperties", "minimum", "maximum", "minLength", "maxLength", "pattern", "example", "anyOf",
    ];

    private static readonly string[] Counts = ["minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength"];

    private static readonly string[] Unchanged = ["enum", "required", "minimum", "maximum", "pattern", "format"];

    /// <param name="schema">An object.</param>
    /// <param name="place">The schema's path, in snake case.</param>
    /// <exception cref="ApiException">400: the subset does not have a keyword.</exception>
    public static JsonElement ToJsonSchema(JsonElement schema, string place)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
            Write(json, schema, place);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter json, JsonElement schema, string place)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            throw new ApiException(GeminiError.Invalid($"Invalid value at '{place}' (TYPE_MESSAGE), {schema.GetRawText()}"));
        json.WriteStartObject();
        foreach (var member in schema.EnumerateObject())
        {
            if (!Keywords.Contains(member.Name))
                throw new ApiException(GeminiError.UnknownName(member.Name, place));
            WriteMember(json, schema, member, place);
        }

        json.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter json, JsonElement schema, JsonProperty member, string place)
    {
        var (name, value) = (member.Name, member.Value);
        if (name == "type")
        {
            json.WritePropertyName("type"u8);
            WriteType(json, schema, value.ToString().ToLowerInvariant());
        }
        else if (name == "items")
        {
            json.WritePropertyName("items"u8);
            Write(json, value, $"{place}.items");
        }
        else if (name == "properties" && value.ValueKind == JsonValueKind.Object)
        {
            json.WriteStartObject("properties"u8);
            foreach (var property in value.EnumerateObject())
            {
                json.WritePropertyName(property.Name);
                Write(json, property.Value, $"{place}.properties[{Index(value, property.Name)}].value");
            }

            json.WriteEndObject();
        }
        else if (name == "anyOf" && value.ValueKind == JsonValueKind.Array)
        {
            json.WriteStartArray("anyOf"u8);
            var index = 0;
            foreach (var option in value.EnumerateArray())
                Write(json, option, $"{place}.any_of[{index++}]");
            json.WriteEndArray();
        }
        else if (Counts.Contains(name) && long.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            // 64-bit numbers of protocol buffers may be strings in JSON.
            json.WriteNumber(name, count);
        }
        else if (Unchanged.Contains(name))
        {
            member.WriteTo(json);
        }
    }

    private static void WriteType(Utf8JsonWriter json, JsonElement schema, string type)
    {
        if (!schema.TryGetProperty("nullable", out var nullable) || nullable.ValueKind != JsonValueKind.True)
        {
            json.WriteStringValue(type);
            return;
        }

        json.WriteStartArray();
        json.WriteStringValue(type);
        json.WriteStringValue("null"u8);
        json.WriteEndArray();
    }

    private static int Index(JsonElement properties, string name) =>
        properties.EnumerateObject().TakeWhile(property => property.Name != name).Count();
}
