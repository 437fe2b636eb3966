using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dragoman.Configuration;

/// <summary>What a configuration looks like for people and programs: every value with its origin, credentials masked.</summary>
public static class ConfigurationView
{
    /// <summary>The values that are in force, by their pointers in ordinal order.</summary>
    /// <param name="configuration">The configuration.</param>
    public static IReadOnlyList<ConfigurationValue> Of(GatewayConfiguration configuration)
    {
        var values = new Dictionary<string, ConfigurationValue>(StringComparer.OrdinalIgnoreCase);
        foreach (var given in configuration.Values.Given())
            values[given.Pointer] = given;
        foreach (var usual in ConfigurationDefaults.Of(configuration).Where(static each => each.Value is not JsonValue value || value.GetValueKind() != JsonValueKind.String || value.GetValue<string>().Length > 0))
            values.TryAdd(usual.Pointer, usual);
        return [.. values.Values.Select(static each => each with { Value = MaskedValue.Of(each) }).OrderBy(static each => each.Pointer, StringComparer.Ordinal)];
    }

    /// <summary>Writes the member <c>values</c>: a list of <c>pointer</c>, <c>value</c> and <c>origin</c>.</summary>
    /// <param name="writer">Is within an object.</param>
    /// <param name="values">The values; see <see cref="Of"/>.</param>
    public static void Write(Utf8JsonWriter writer, IEnumerable<ConfigurationValue> values)
    {
        writer.WriteStartArray("values"u8);
        foreach (var (pointer, value, origin) in values)
        {
            writer.WriteStartObject();
            writer.WriteString("pointer"u8, pointer);
            writer.WritePropertyName("value"u8);
            value.WriteTo(writer);
            writer.WriteStartObject("origin"u8);
            writer.WriteString("kind"u8, origin.Kind switch
            {
                ValueOriginKind.File => "file"u8,
                ValueOriginKind.Variable => "variable"u8,
                _ => "default"u8,
            });
            if (origin.Name.Length > 0)
                writer.WriteString("name"u8, origin.Name);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>The differences between two lists of values, by their pointers; a value is null where it has none.</summary>
    public static IReadOnlyList<(string Pointer, string? Before, string? After)> Differences(IReadOnlyList<ConfigurationValue> before, IReadOnlyList<ConfigurationValue> after)
    {
        var olds = before.ToDictionary(static each => each.Pointer, static each => each.Value, StringComparer.OrdinalIgnoreCase);
        var news = after.ToDictionary(static each => each.Pointer, static each => each.Value, StringComparer.OrdinalIgnoreCase);
        return [.. olds.Keys.Union(news.Keys, StringComparer.OrdinalIgnoreCase)
            .Select(pointer => (Pointer: pointer, Before: olds.GetValueOrDefault(pointer), After: news.GetValueOrDefault(pointer)))
            .Where(static each => !JsonNode.DeepEquals(each.Before, each.After))
            .OrderBy(static each => each.Pointer, StringComparer.Ordinal)
            .Select(static each => (each.Pointer, each.Before?.ToJsonString(), each.After?.ToJsonString()))];
    }
}
