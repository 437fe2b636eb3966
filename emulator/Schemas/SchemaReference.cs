using System.Text.Json;

namespace Dragoman.Emulator.Schemas;

/// <summary>Resolves a <c>$ref</c> inside one schema document: <c>#</c>, a JSON pointer, an <c>$anchor</c> or an <c>$id</c>.</summary>
internal static class SchemaReference
{
    public static JsonElement? Resolve(JsonElement root, JsonElement reference)
    {
        if (reference.ValueKind != JsonValueKind.String)
            return null;
        var text = reference.GetString()!;
        if (text is "#" or "")
            return root;
        if (!text.StartsWith("#/", StringComparison.Ordinal))
            return FindNamed(root, text);
        var found = root;
        foreach (var step in text[2..].Split('/'))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (found.ValueKind == JsonValueKind.Object && found.TryGetProperty(name, out var member))
                found = member;
            else if (found.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index >= 0 && index < found.GetArrayLength())
                found = found[index];
            else
                return null;
        }

        return found;
    }

    private static JsonElement? FindNamed(JsonElement root, string name)
    {
        foreach (var section in (ReadOnlySpan<string>)["$defs", "definitions"])
        {
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(section, out var definitions) || definitions.ValueKind != JsonValueKind.Object)
                continue;
            foreach (var definition in definitions.EnumerateObject())
            {
                if (Is(definition.Value, "$anchor", name.TrimStart('#')) || Is(definition.Value, "$dynamicAnchor", name.TrimStart('#')) || Is(definition.Value, "$id", name))
                    return definition.Value;
            }
        }

        return null;
    }

    private static bool Is(JsonElement schema, string member, string text) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(member, out var value)
            && value.ValueKind == JsonValueKind.String && value.ValueEquals(text);
}
