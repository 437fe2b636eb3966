using System.Text.Json;

namespace Dragoman.Emulator.Schemas;

/// <summary>
/// Whether a value is valid against a JSON Schema (2020-12, with the older <c>definitions</c> and array-form
/// <c>items</c>). <c>format</c>, <c>dependentSchemas</c> and <c>unevaluated*</c> are not checked.
/// </summary>
internal sealed class SchemaValidation
{
    private const int DeepestLevel = 200;

    private readonly JsonElement root;
    private int depth;

    private SchemaValidation(JsonElement root) => this.root = root;

    public static bool Accepts(JsonElement schema, JsonElement value) => Accepts(schema, value, schema);

    /// <param name="schema">An object, a boolean, or undefined, which accepts every value.</param>
    /// <param name="value">The value to validate.</param>
    /// <param name="root">The document that <c>$ref</c> points into.</param>
    public static bool Accepts(JsonElement schema, JsonElement value, JsonElement root) => new SchemaValidation(root).IsValid(schema, value);

    private bool IsValid(JsonElement schema, JsonElement value)
    {
        if (schema.ValueKind == JsonValueKind.False)
            return false;
        if (schema.ValueKind != JsonValueKind.Object || depth > DeepestLevel)
            return true;
        depth++;
        var valid = IsValidByEach(schema, value);
        depth--;
        return valid;
    }

    private bool IsValidByEach(JsonElement schema, JsonElement value)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            if (!Satisfies(schema, keyword.Name, keyword.Value, value))
                return false;
        }

        return true;
    }

    private bool Satisfies(JsonElement schema, string keyword, JsonElement asked, JsonElement value)
    {
        switch (keyword)
        {
            case "$ref" or "$dynamicRef":
                return SchemaReference.Resolve(this.root, asked) is not { } target || IsValid(target, value);
            case "type":
                return asked.ValueKind == JsonValueKind.Array ? asked.EnumerateArray().Any(type => IsOfType(type, value)) : IsOfType(asked, value);
            case "const":
                return JsonElement.DeepEquals(asked, value);
            case "enum" when asked.ValueKind == JsonValueKind.Array:
                return asked.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value));
            case "allOf" when asked.ValueKind == JsonValueKind.Array:
                return asked.EnumerateArray().All(part => IsValid(part, value));
            case "anyOf" when asked.ValueKind == JsonValueKind.Array:
                return asked.EnumerateArray().Any(part => IsValid(part, value));
            case "oneOf" when asked.ValueKind == JsonValueKind.Array:
                return asked.EnumerateArray().Count(part => IsValid(part, value)) == 1;
            case "not":
                return !IsValid(asked, value);
            case "if":
                var branch = IsValid(asked, value) ? "then" : "else";
                return !schema.TryGetProperty(branch, out var consequence) || IsValid(consequence, value);
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => SatisfiesAsObject(schema, keyword, asked, value),
            JsonValueKind.Array => SatisfiesAsArray(schema, keyword, asked, value),
            JsonValueKind.String => SatisfiesAsText(keyword, asked, value.GetString()!),
            JsonValueKind.Number => SatisfiesAsNumber(keyword, asked, value),
            _ => true,
        };
    }

    private bool SatisfiesAsObject(JsonElement schema, string keyword, JsonElement asked, JsonElement value) => keyword switch
    {
        "properties" when asked.ValueKind == JsonValueKind.Object =>
            asked.EnumerateObject().All(property => !value.TryGetProperty(property.Name, out var member) || IsValid(property.Value, member)),
        "patternProperties" when asked.ValueKind == JsonValueKind.Object =>
            asked.EnumerateObject().All(property => value.EnumerateObject().All(
                member => !PatternText.Matches(property.Name, member.Name) || IsValid(property.Value, member.Value))),
        "additionalProperties" => value.EnumerateObject().All(member => IsDeclared(schema, member.Name) || IsValid(asked, member.Value)),
        "propertyNames" => value.EnumerateObject().All(member => IsValidName(asked, member.Name)),
        "required" when asked.ValueKind == JsonValueKind.Array => HasAll(asked, value),
        "dependentRequired" when asked.ValueKind == JsonValueKind.Object =>
            asked.EnumerateObject().All(property => !value.TryGetProperty(property.Name, out _) || HasAll(property.Value, value)),
        "minProperties" => !IsLess(value.EnumerateObject().Count(), asked),
        "maxProperties" => !IsMore(value.EnumerateObject().Count(), asked),
        _ => true,
    };

    private bool SatisfiesAsArray(JsonElement schema, string keyword, JsonElement asked, JsonElement value)
    {
        switch (keyword)
        {
            case "prefixItems" when asked.ValueKind == JsonValueKind.Array:
            case "items" when asked.ValueKind == JsonValueKind.Array:
                return asked.EnumerateArray().Zip(value.EnumerateArray()).All(pair => IsValid(pair.First, pair.Second));
            case "items" or "additionalItems":
                var declared = schema.TryGetProperty(keyword == "items" ? "prefixItems" : "items", out var prefix) && prefix.ValueKind == JsonValueKind.Array
                    ? prefix.GetArrayLength()
                    : 0;
                return value.EnumerateArray().Skip(declared).All(item => IsValid(asked, item));
            case "contains":
                var least = schema.TryGetProperty("minContains", out var asksLeast) && asksLeast.ValueKind == JsonValueKind.Number ? asksLeast.GetDouble() : 1;
                return value.EnumerateArray().Count(item => IsValid(asked, item)) >= least;
            case "minItems":
                return !IsLess(value.GetArrayLength(), asked);
            case "maxItems":
                return !IsMore(value.GetArrayLength(), asked);
            case "uniqueItems" when asked.ValueKind == JsonValueKind.True:
                return AreUnique([.. value.EnumerateArray()]);
            default:
                return true;
        }
    }

    private static bool SatisfiesAsText(string keyword, JsonElement asked, string text) => keyword switch
    {
        "minLength" => !IsLess(text.EnumerateRunes().Count(), asked),
        "maxLength" => !IsMore(text.EnumerateRunes().Count(), asked),
        "pattern" when asked.ValueKind == JsonValueKind.String => PatternText.Matches(asked.GetString()!, text),
        _ => true,
    };

    private static bool SatisfiesAsNumber(string keyword, JsonElement asked, JsonElement value)
    {
        if (asked.ValueKind != JsonValueKind.Number)
            return true;
        var (number, limit) = (value.GetDouble(), asked.GetDouble());
        return keyword switch
        {
            "minimum" => number >= limit,
            "maximum" => number <= limit,
            "exclusiveMinimum" => number > limit,
            "exclusiveMaximum" => number < limit,
            "multipleOf" => limit <= 0 || (value.TryGetDecimal(out var exact) && asked.TryGetDecimal(out var step) && step != 0
                ? exact % step == 0
                : number % limit == 0),
            _ => true,
        };
    }

    private static bool IsOfType(JsonElement type, JsonElement value) => type.ValueKind != JsonValueKind.String || type.GetString() switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && number == Math.Floor(number),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => true,
    };

    private static bool IsDeclared(JsonElement schema, string name) =>
        (schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(name, out _))
        || (schema.TryGetProperty("patternProperties", out var patterns) && patterns.ValueKind == JsonValueKind.Object
            && patterns.EnumerateObject().Any(pattern => PatternText.Matches(pattern.Name, name)));

    private bool IsValidName(JsonElement schema, string name)
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
            json.WriteStringValue(name);
        var reader = new Utf8JsonReader(text.WrittenSpan);
        return IsValid(schema, JsonElement.ParseValue(ref reader));
    }

    private static bool HasAll(JsonElement names, JsonElement value) =>
        names.ValueKind != JsonValueKind.Array
        || names.EnumerateArray().All(name => name.ValueKind != JsonValueKind.String || value.TryGetProperty(name.GetString()!, out _));

    private static bool AreUnique(JsonElement[] items)
    {
        for (var item = 1; item < items.Length; item++)
        {
            for (var other = 0; other < item; other++)
            {
                if (JsonElement.DeepEquals(items[item], items[other]))
                    return false;
            }
        }

        return true;
    }

    private static bool IsLess(int size, JsonElement limit) => limit.ValueKind == JsonValueKind.Number && size < limit.GetDouble();

    private static bool IsMore(int size, JsonElement limit) => limit.ValueKind == JsonValueKind.Number && size > limit.GetDouble();
}
