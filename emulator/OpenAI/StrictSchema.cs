using System.Text.Json;
using Dragoman.Emulator.Api;

namespace Dragoman.Emulator.OpenAI;

/// <summary>OpenAI's rules for a schema with <c>strict: true</c> (<c>specs/dialects.md 2.5</c>).</summary>
internal static class StrictSchema
{
    private static readonly string[] Unsupported = ["oneOf", "allOf", "not", "if", "then", "else", "patternProperties", "propertyNames", "dependentSchemas", "dependentRequired"];

    /// <exception cref="ApiException">400: the schema is not strict. The message names the place.</exception>
    public static void Check(JsonElement schema, string subject, string param, string? code = null)
    {
        if (schema.ValueKind == JsonValueKind.Object && !(schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() == "object"))
            throw Invalid("()", "schema must be a JSON Schema of 'type: \"object\"'");
        CheckAt(schema, []);

        void CheckAt(JsonElement part, string[] context)
        {
            if (part.ValueKind != JsonValueKind.Object)
                return;
            var place = $"({string.Join(", ", context.Select(step => $"'{step}'"))})";
            foreach (var keyword in Unsupported)
            {
                if (part.TryGetProperty(keyword, out _))
                    throw Invalid(place, $"'{keyword}' is not permitted.");
            }

            if (part.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
            {
                if (!part.TryGetProperty("additionalProperties", out var additional) || additional.ValueKind != JsonValueKind.False)
                    throw Invalid(place, "'additionalProperties' is required to be supplied and to be false.");
                var required = part.TryGetProperty("required", out var names) && names.ValueKind == JsonValueKind.Array
                    ? names.EnumerateArray().Select(name => name.ToString()).ToHashSet()
                    : [];
                foreach (var property in properties.EnumerateObject())
                {
                    if (!required.Contains(property.Name))
                        throw Invalid(place, $"'required' is required to be supplied and to be an array including every key in properties. Missing '{property.Name}'.");
                    CheckAt(property.Value, [.. context, "properties", property.Name]);
                }
            }

            if (part.TryGetProperty("items", out var items))
                CheckAt(items, [.. context, "items"]);
            foreach (var group in (ReadOnlySpan<string>)["$defs", "definitions"])
            {
                if (!part.TryGetProperty(group, out var definitions) || definitions.ValueKind != JsonValueKind.Object)
                    continue;
                foreach (var definition in definitions.EnumerateObject())
                    CheckAt(definition.Value, [.. context, group, definition.Name]);
            }

            if (part.TryGetProperty("anyOf", out var options) && options.ValueKind == JsonValueKind.Array)
            {
                foreach (var (option, index) in options.EnumerateArray().Select((option, index) => (option, index)))
                    CheckAt(option, [.. context, "anyOf", index.ToString()]);
            }
        }

        ApiException Invalid(string place, string message) =>
            new(OpenAIError.Invalid(param, $"Invalid schema for {subject}: In context={place}, {message}", code));
    }
}
