using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Emulator.Generation;

namespace Dragoman.Emulator.Schemas;

/// <summary>Generates a JSON value that is valid against a JSON Schema, decided by a seed.</summary>
internal sealed class SchemaInstance
{
    // Below this depth optional members are left out, and recursion ends where the schema allows it.
    private const int ComfortableDepth = 4;

    // A schema whose required members recurse forever has no finite instance. The value ends at this depth.
    private const int DeepestLevel = 24;

    private const int Attempts = 24;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonElement root;
    private readonly DeterministicRandom random;
    private readonly JsonValueKind preferred;

    private SchemaInstance(JsonElement root, ulong seed, JsonValueKind preferred)
    {
        this.root = root;
        random = new DeterministicRandom(seed);
        this.preferred = preferred;
    }

    /// <summary>
    /// The JSON text of an instance. A schema whose parts contradict each other has none, and gets the closest value that was
    /// found.
    /// </summary>
    /// <param name="schema">An object or a boolean.</param>
    /// <param name="seed">The same seed gives the same text.</param>
    /// <param name="preferred">The kind of the value when the schema allows several.</param>
    public static string Generate(JsonElement schema, ulong seed, JsonValueKind preferred)
    {
        var text = "";
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var maker = new SchemaInstance(schema, DeterministicRandom.Derive(seed, attempt), preferred);
            var candidate = Write(maker.Make([schema], 0));
            if (attempt == 0)
                text = candidate;
            using var parsed = JsonDocument.Parse(candidate, new JsonDocumentOptions { MaxDepth = 256 });
            if (SchemaValidation.Accepts(schema, parsed.RootElement))
                return candidate;
        }

        return text;
    }

    private static string Write(JsonNode? value)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            if (value is null)
                json.WriteNullValue();
            else
                value.WriteTo(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private JsonNode? Make(IReadOnlyList<JsonElement> schemas, int depth)
    {
        if (depth > DeepestLevel)
            return null;
        var constraints = new SchemaConstraints(Joined(schemas), this.root, random, depth > ComfortableDepth);
        if (constraints.Const is { } constant)
            return Copy(constant);
        if (constraints.Enum is { Count: > 0 } choices)
        {
            var fitting = choices.FindAll(choice => schemas.All(schema => SchemaValidation.Accepts(schema, choice, this.root)));
            return Copy(random.Pick<JsonElement>((fitting.Count > 0 ? fitting : choices).ToArray()));
        }

        return TypeOf(constraints, depth) switch
        {
            "object" => MakeObject(constraints, depth),
            "array" => MakeArray(constraints, depth),
            "integer" => SchemaNumber.Make(constraints, whole: true, random),
            "number" => SchemaNumber.Make(constraints, whole: false, random),
            "boolean" => JsonValue.Create(random.Below(2) == 0),
            "null" => null,
            _ => JsonValue.Create(SchemaText.Make(constraints, random)),
        };
    }

    /// <summary>One schema for a property. Several schemas, which come from <c>allOf</c>, are joined.</summary>
    private static JsonElement Joined(IReadOnlyList<JsonElement> schemas)
    {
        if (schemas.Count == 1)
            return schemas[0];
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("allOf"u8);
            foreach (var schema in schemas)
                schema.WriteTo(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan, new JsonReaderOptions { MaxDepth = 256 });
        return JsonElement.ParseValue(ref reader);
    }

    private string TypeOf(SchemaConstraints constraints, int depth)
    {
        if (constraints.Types is { Count: > 0 } types)
        {
            if (depth > ComfortableDepth && types.Contains("null"))
                return "null";
            var meaningful = types.FindAll(type => type != "null");
            return meaningful.Count > 0 ? random.Pick<string>(meaningful.ToArray()) : "null";
        }

        if (constraints.Properties.Count > 0 || constraints.Required.Count > 0 || constraints.AdditionalProperties.Count > 0
            || constraints.PatternProperties.Count > 0 || constraints.MinProperties > 0)
            return "object";
        if (constraints.Items.Count > 0 || constraints.PrefixItems.Count > 0 || constraints.Contains.Count > 0 || constraints.MinItems > 0)
            return "array";
        if (constraints.Least is not null || constraints.Most is not null || constraints.MultipleOf is not null)
            return "number";
        return depth == 0 && this.preferred == JsonValueKind.Object ? "object" : "string";
    }

    private JsonObject MakeObject(SchemaConstraints constraints, int depth)
    {
        var made = new JsonObject();
        foreach (var (name, schemas) in constraints.Properties)
        {
            var required = constraints.Required.Contains(name);
            var wanted = depth < ComfortableDepth && made.Count < constraints.MaxProperties && random.Below(4) != 0
                && !schemas.Exists(schema => schema.ValueKind == JsonValueKind.False);
            if (required || wanted)
                made[name] = Make([.. schemas, .. MatchingPatterns(constraints, name)], depth + 1);
        }

        foreach (var name in constraints.Required.Concat(Dependents(constraints, made)))
        {
            if (!made.ContainsKey(name))
                made[name] = Make(constraints.Properties.GetValueOrDefault(name) ?? OpenProperty(constraints, name), depth + 1);
        }

        foreach (var (name, schemas) in constraints.Properties)
        {
            if (made.Count < constraints.MinProperties && !made.ContainsKey(name))
                made[name] = Make(schemas, depth + 1);
        }

        AddOpenProperties(constraints, made, depth);
        return made;
    }

    /// <summary>The present and required members, and those that they require, directly or indirectly.</summary>
    private static List<string> Dependents(SchemaConstraints constraints, JsonObject made)
    {
        List<string> names = [.. made.Select(member => member.Key), .. constraints.Required];
        for (var index = 0; index < names.Count; index++)
        {
            foreach (var (property, needs) in constraints.DependentRequired)
            {
                if (property == names[index] && !names.Contains(needs))
                    names.Add(needs);
            }
        }

        return names;
    }

    /// <summary>Adds members that <c>properties</c> does not list: as many as required, or one or two of a plain map.</summary>
    private void AddOpenProperties(SchemaConstraints constraints, JsonObject made, int depth)
    {
        var isMap = constraints.Properties.Count == 0
            && (constraints.PatternProperties.Count > 0 || constraints.AdditionalProperties.Exists(schema => schema.ValueKind == JsonValueKind.Object));
        var wanted = isMap && depth < ComfortableDepth ? Math.Min(constraints.MaxProperties, random.Between(1, 2)) : 0;
        wanted = Math.Max(wanted, constraints.MinProperties);
        for (var attempt = 0; made.Count < wanted && attempt < (wanted * 4) + 8; attempt++)
        {
            var name = OpenName(constraints, made.Count);
            if (!made.ContainsKey(name))
                made[name] = Make(OpenProperty(constraints, name), depth + 1);
        }
    }

    private string OpenName(SchemaConstraints constraints, int number)
    {
        if (constraints.PropertyNames.Count > 0)
            return Make([.. constraints.PropertyNames], DeepestLevel)?.ToString() ?? "";
        if (constraints.PatternProperties.Count > 0)
            return PatternText.Make(constraints.PatternProperties[random.Below(constraints.PatternProperties.Count)].Pattern, random);
        return $"{random.Pick(Vocabulary.Words[..50])}_{number + 1}";
    }

    private static List<JsonElement> OpenProperty(SchemaConstraints constraints, string name)
    {
        List<JsonElement> schemas = [.. MatchingPatterns(constraints, name)];
        if (schemas.Count == 0)
            schemas.AddRange(constraints.AdditionalProperties);
        if (schemas.Count == 0)
            schemas.Add(default);
        return schemas;
    }

    private static IEnumerable<JsonElement> MatchingPatterns(SchemaConstraints constraints, string name) =>
        constraints.PatternProperties.Where(property => PatternText.Matches(property.Pattern, name)).Select(property => property.Schema);

    private JsonArray MakeArray(SchemaConstraints constraints, int depth)
    {
        var made = new JsonArray();
        var shallow = depth > ComfortableDepth;
        var noMore = constraints.Items.Exists(schema => schema.ValueKind == JsonValueKind.False);
        foreach (var schema in constraints.PrefixItems)
        {
            if (made.Count < constraints.MaxItems && (!shallow || made.Count < constraints.MinItems))
                made.Add(Make([schema], depth + 1));
        }

        foreach (var schema in constraints.Contains)
            made.Add(Make([schema, .. constraints.Items], depth + 1));
        if (noMore)
            return made;
        IReadOnlyList<JsonElement> items = constraints.Items.Count > 0 ? constraints.Items : [default];
        var usual = shallow || constraints.PrefixItems.Count > 0 ? 0 : random.Between(1, 3);
        // A schema may require a huge array. The value is then small and not valid.
        var wanted = Math.Min(Math.Min(Math.Max(constraints.MinItems, usual), constraints.MaxItems), 10_000);
        for (var misses = 0; made.Count < wanted && misses < 100;)
        {
            var item = Make(items, depth + 1);
            if (constraints.UniqueItems && made.Any(other => JsonNode.DeepEquals(other, item)))
                misses++;
            else
                made.Add(item);
        }

        return made;
    }

    private static JsonNode? Copy(JsonElement value) => JsonNode.Parse(value.GetRawText(), documentOptions: new() { MaxDepth = 256 });
}
