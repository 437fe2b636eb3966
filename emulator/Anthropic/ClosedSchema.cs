using System.Text.Json;
using Dragoman.Emulator.Api;

namespace Dragoman.Emulator.Anthropic;

/// <summary>Anthropic's rules for the schema of an answer (<c>specs/dialects.md 2.5</c>).</summary>
internal static class ClosedSchema
{
    private static readonly string[] Unsupported =
        ["oneOf", "not", "if", "patternProperties", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems", "uniqueItems"];

    /// <exception cref="ApiException">400: the schema breaks a rule. The message names the place.</exception>
    public static void Check(JsonElement schema, string place)
    {
        switch (schema.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in schema.EnumerateArray())
                    Check(item, place);
                return;
            case not JsonValueKind.Object:
                return;
        }

        foreach (var keyword in Unsupported)
        {
            if (schema.TryGetProperty(keyword, out _))
                throw Refused($"{place}: For '{TypeOf(schema)}' type, property '{keyword}' is not supported");
        }

        if (TypeOf(schema) == "object" && !(schema.TryGetProperty("additionalProperties", out var additional) && additional.ValueKind == JsonValueKind.False))
            throw Refused($"{place}: For 'object' type, 'additionalProperties' must be explicitly set to false");
        foreach (var keyword in (ReadOnlySpan<string>)["items", "anyOf", "allOf"])
        {
            if (schema.TryGetProperty(keyword, out var part))
                Check(part, place);
        }

        foreach (var keyword in (ReadOnlySpan<string>)["properties", "$defs", "definitions"])
        {
            if (!schema.TryGetProperty(keyword, out var parts) || parts.ValueKind != JsonValueKind.Object)
                continue;
            foreach (var part in parts.EnumerateObject())
                Check(part.Value, place);
        }
    }

    private static string TypeOf(JsonElement schema) =>
        schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString()! : "any";

    private static ApiException Refused(string message) => new(AnthropicError.Invalid(message));
}
