using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Schemas;

/// <summary>
/// Random JSON Schemas with every keyword by which an answer is checked, as a client may write them. Each comes with values that
/// probably match it and values that nearly match. Numbers keep their digits and texts keep their escapes.
/// </summary>
internal sealed class ClientSchemas
{
    public const string Draft7 = "http://json-schema.org/draft-07/schema#";

    /// <summary>The keywords of 2020-12 that these schemas may have and that restrict a value.</summary>
    public static readonly string[] Keywords =
    [
        "type", "enum", "const", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref", "$dynamicRef",
        "properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties", "maxProperties",
        "dependentRequired", "dependentSchemas", "unevaluatedProperties",
        "items", "prefixItems", "contains", "minContains", "maxContains", "minItems", "maxItems", "uniqueItems", "unevaluatedItems",
        "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    ];

    private static readonly string[] Types = ["object", "array", "string", "integer", "number", "boolean", "null"];
    private static readonly string[] PlainNames = ["a", "b", "c", "x1", "", "é", "\"", "👋", "50%"];
    private static readonly string[] NamesOfPointers = ["a", "b", "c", "a/b~c", "/", "~1", "%2f"];
    private static readonly string[] Numbers = ["0", "-0.0", "1", "1.0", "10e-1", "2", "3", "-1", "0.5", "1.5", "2.50", "0.1", "0.3", "100", "1E+2", "12345678901234567890", "0.0001", "9007199254740993"];
    private static readonly string[] Steps = ["1", "2", "0.5", "0.1", "0.01", "3", "1.5", "1e1", "9007199254740992"];
    private static readonly string[] Texts =
    [
        "\"\"", "\"a\"", "\"\\u0061\"", "\"ab\"", "\"abc\"", "\"x1\"", "\"42\"", "\"👋\"", "\"\\ud83d\\udc4b\"", "\"👋👋\"", "\"é\"", "\"\\u00e9\"", "\"\\\"\\\\\\/\"", "\"a\\nb\"",
        "\"a b\"", "\"2024-02-29\"", "\"2023-02-29\"", "\"10:00:00Z\"", "\"192.0.2.1\"", "\"::1\"", "\"2eb8aa08-aa98-11ea-b4aa-73b441d16380\"", "\"P1D\"",
    ];

    private static readonly string[] Patterns = ["^x", "b$", "^[a-z]*$", "^\\d+$", "a", "^[^a]+$", "^\\w*$", "\\s", "^(?:a|ab|x1)$", "^[a-c]{1,2}$", "^$"];
    private static readonly string[] Formats = ["date", "time", "ipv4", "ipv6", "uuid", "duration", "made-up"];

    private readonly Random random;
    private readonly bool isDraft7;

    // Such a schema has only plain names: the other judge does not find the others again among those that were evaluated (see its
    // faults in the test).
    private readonly bool hasUnevaluated;
    private readonly string[] names;

    private ClientSchemas(Random random, bool isDraft7)
    {
        this.random = random;
        this.isDraft7 = isDraft7;
        hasUnevaluated = !isDraft7 && Chance(60);
        names = hasUnevaluated || Chance(50) ? PlainNames : NamesOfPointers;
    }

    /// <summary>A schema and one value, both as JSON.</summary>
    public static Gen<(string Schema, string Value)> Of202012 { get; } = Cases(isDraft7: false);

    /// <summary>The same for a schema that declares draft 7.</summary>
    public static Gen<(string Schema, string Value)> OfDraft7 { get; } = Cases(isDraft7: true);

    /// <summary>Smaller schemas and values, so that people can read a failure.</summary>
    public static IEnumerable<(string Schema, string Value)> Shrink((string Schema, string Value) one) =>
        Smaller(JsonNode.Parse(one.Schema)).Select(Json).Where(schema => schema.Contains(Draft7) == one.Schema.Contains(Draft7)).Select(schema => (schema, one.Value))
            .Concat(Smaller(JsonNode.Parse(one.Value)).Select(value => (one.Schema, Json(value))));

    private static Gen<(string Schema, string Value)> Cases(bool isDraft7) => Gen.Choose(0, int.MaxValue).Select(seed =>
    {
        var made = new ClientSchemas(new Random(seed), isDraft7);
        var schema = made.Root();
        var value = made.Fitting(schema, schema, 0);
        return (Json(schema), Json(made.Chance(50) ? value : made.Mutated(value)));
    });

    private static string Json(JsonNode? node) => node?.ToJsonString() ?? "null";

    private string DefinitionsKeyword => isDraft7 ? "definitions" : "$defs";

    private JsonNode Root()
    {
        var root = Schema(3);
        if (root is not JsonObject keywords)
            return root;
        if (isDraft7)
        {
            keywords = keywords.ContainsKey("$ref") ? new JsonObject { ["allOf"] = new JsonArray(keywords) } : keywords;
            // This keyword comes first, because the other judge reads the keywords before it by another draft.
            keywords.Insert(0, "$schema", Draft7);
        }
        else if (Chance(20))
        {
            keywords["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        }

        keywords[DefinitionsKeyword] = new JsonObject { ["D"] = Named(Schema(2), "D"), ["e/~ %é"] = ObjectSchema(1), ["F"] = Schema(1) };
        return keywords;
    }

    /// <summary>Adds an anchor where a schema can have one.</summary>
    private JsonNode Named(JsonNode schema, string name)
    {
        if (isDraft7)
            return schema;
        var keywords = schema as JsonObject ?? new JsonObject { ["not"] = schema.GetValue<bool>() ? new JsonObject { ["not"] = true } : true };
        keywords["$dynamicAnchor"] = name;
        return keywords;
    }

    private JsonNode Schema(int depth)
    {
        if (Chance(6))
            return JsonValue.Create(Chance(66));
        if (Chance(10))
            return Reference();
        var schema = new JsonObject();
        var count = 1 + random.Next(2);
        for (var index = 0; index < count; index++)
            AddKeywords(schema, depth);
        return schema;
    }

    private JsonObject Reference()
    {
        var target = Pick(DefinitionsPointer("D"), DefinitionsPointer("e~1~0%20%25%C3%A9"), DefinitionsPointer("F"), "#", isDraft7 ? "#" : "#D");
        var schema = new JsonObject { [target == "#D" && Chance(50) ? "$dynamicRef" : "$ref"] = target };
        if (!isDraft7 && Chance(30))
            AddKeywords(schema, 0);
        return schema;
    }

    private string DefinitionsPointer(string step) => $"#/{DefinitionsKeyword}/{step}";

    private void AddKeywords(JsonObject schema, int depth)
    {
        switch (random.Next(depth > 0 ? 20 : 9))
        {
            case 0:
                schema["type"] = Chance(60) ? Pick(Types) : Some(Types, 3);
                break;
            case 1:
                schema["enum"] = new JsonArray([.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Value(1)).DistinctBy(Json)]);
                break;
            case 2:
                schema["const"] = Value(2);
                break;
            case 3 or 4:
                AddTextLimits(schema);
                break;
            case 5 or 6:
                AddNumberLimits(schema);
                break;
            case 7:
                AddCounts(schema);
                break;
            case 8:
                schema["required"] = Some(names, 3);
                break;
            case 9 or 10 or 11:
                Merge(schema, ObjectSchema(depth - 1));
                break;
            case 12 or 13 or 14:
                Merge(schema, ArraySchema(depth - 1));
                break;
            case 15:
                schema[Pick("allOf", "anyOf", "oneOf")] = List(depth);
                break;
            case 16:
                schema["not"] = Schema(depth - 1);
                break;
            case 17:
                schema["if"] = Schema(depth - 1);
                if (Chance(80))
                    schema["then"] = Schema(depth - 1);
                if (Chance(80))
                    schema["else"] = Schema(depth - 1);
                break;
            default:
                AddUnevaluated(schema, depth);
                break;
        }
    }

    private static void Merge(JsonObject schema, JsonObject others)
    {
        foreach (var (keyword, value) in others)
            schema[keyword] = value?.DeepClone();
    }

    private JsonObject ObjectSchema(int depth)
    {
        var schema = new JsonObject { ["properties"] = Map(depth) };
        if (Chance(50))
            schema["type"] = "object";
        if (Chance(40))
            schema["required"] = Some(names, 2);
        if (Chance(40))
            schema["additionalProperties"] = Chance(60) ? JsonValue.Create(false) : Schema(depth);
        if (Chance(15))
            schema["patternProperties"] = new JsonObject { [Pick(Patterns)] = Schema(depth) };
        if (Chance(10))
            schema["propertyNames"] = Schema(0);
        AddDependence(schema, depth);
        return schema;
    }

    private void AddDependence(JsonObject schema, int depth)
    {
        if (isDraft7 && Chance(30))
            schema["dependencies"] = new JsonObject { [Pick(names)] = Some(names, 2), ["c"] = Schema(depth) };
        if (isDraft7)
            return;
        if (Chance(15))
            schema["dependentRequired"] = new JsonObject { [Pick(names)] = Some(names, 2) };
        if (Chance(15))
            schema["dependentSchemas"] = new JsonObject { [Pick(PlainNames)] = Schema(depth) };
    }

    private JsonObject ArraySchema(int depth)
    {
        var schema = new JsonObject();
        if (Chance(40))
            schema["type"] = "array";
        if (isDraft7 && Chance(50))
        {
            schema["items"] = List(depth);
            if (Chance(60))
                schema["additionalItems"] = Schema(depth);
        }
        else if (Chance(60))
        {
            schema["items"] = Schema(depth);
        }

        if (!isDraft7 && Chance(40))
            schema["prefixItems"] = List(depth);
        if (Chance(30))
            schema["contains"] = Schema(depth);
        if (!isDraft7 && Chance(20))
            schema["minContains"] = random.Next(3);
        if (!isDraft7 && Chance(20))
            schema["maxContains"] = random.Next(3);
        if (Chance(20))
            schema["uniqueItems"] = Chance(80);
        return schema;
    }

    /// <summary>Adds a keyword for unevaluated members or items, and often parts or a reference that evaluate some of them.</summary>
    private void AddUnevaluated(JsonObject schema, int depth)
    {
        if (!hasUnevaluated)
            return;
        schema[Pick("unevaluatedProperties", "unevaluatedItems")] = Chance(70) ? JsonValue.Create(false) : Schema(0);
        if (Chance(60))
            schema[Pick("allOf", "anyOf", "oneOf")] = new JsonArray([.. Enumerable.Range(0, 2).Select(_ => Chance(50) ? ObjectSchema(depth - 1) : ArraySchema(depth - 1))]);
        if (Chance(30))
            schema["$ref"] = DefinitionsPointer(Pick("D", "F"));
    }

    private void AddTextLimits(JsonObject schema)
    {
        if (Chance(40))
            schema["minLength"] = JsonNode.Parse(Pick("0", "1", "2", "2.0"));
        if (Chance(40))
            schema["maxLength"] = random.Next(4);
        if (Chance(40))
            schema["pattern"] = Pick(Patterns);
        if (Chance(30))
            schema["format"] = Pick(Formats);
    }

    private void AddNumberLimits(JsonObject schema)
    {
        foreach (var keyword in (string[])["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"])
        {
            if (Chance(30))
                schema[keyword] = JsonNode.Parse(Pick(Numbers));
        }

        if (Chance(30))
            schema["multipleOf"] = JsonNode.Parse(Pick(Steps));
    }

    private void AddCounts(JsonObject schema)
    {
        foreach (var keyword in (string[])["minItems", "maxItems", "minProperties", "maxProperties"])
        {
            if (Chance(40))
                schema[keyword] = random.Next(4);
        }
    }

    private JsonObject Map(int depth) => new(names.Where(_ => Chance(30)).Select(name => KeyValuePair.Create(name, (JsonNode?)Schema(depth))));

    private JsonArray List(int depth) => new([.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Schema(depth - 1))]);

    private JsonArray Some(string[] texts, int most) => new([.. Enumerable.Range(0, 1 + random.Next(most)).Select(_ => Pick(texts)).Distinct().Select(text => (JsonNode?)text)]);

    private JsonNode? Value(int depth) => random.Next(depth > 0 ? 10 : 8) switch
    {
        0 => null,
        1 => JsonValue.Create(Chance(50)),
        2 or 3 or 4 => JsonNode.Parse(Pick(Numbers)),
        5 or 6 or 7 => JsonNode.Parse(Pick(Texts)),
        8 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(depth - 1))]),
        _ => new JsonObject(names.Where(_ => Chance(25)).Select(name => KeyValuePair.Create(name, Value(depth - 1)))),
    };

    /// <summary>A value that probably matches the schema. The judges decide whether it does.</summary>
    private JsonNode? Fitting(JsonNode? schema, JsonNode root, int depth)
    {
        if (schema is not JsonObject keywords || depth > 8)
            return Value(1);
        if (keywords["enum"] is JsonArray choices)
            return choices[random.Next(choices.Count)]?.DeepClone();
        if (keywords.TryGetPropertyValue("const", out var constant))
            return constant?.DeepClone();
        List<JsonNode?> parts = [];
        if ((keywords["$ref"] ?? keywords["$dynamicRef"]) is { } reference)
            parts.Add(Fitting(Resolve(reference.GetValue<string>(), root), root, depth + 1));
        parts.AddRange((keywords["allOf"] as JsonArray ?? []).Select(part => Fitting(part, root, depth + 1)));
        foreach (var keyword in (string[])["anyOf", "oneOf"])
        {
            if (keywords[keyword] is JsonArray any)
                parts.Add(Fitting(any[random.Next(any.Count)], root, depth + 1));
        }

        if (keywords.ContainsKey("if"))
            parts.Add(Fitting(Chance(50) ? keywords["then"] : keywords["else"], root, depth + 1));
        if (parts.Count == 0 || Chance(70))
            parts.Add(OfType(keywords, root, depth));
        if (parts.TrueForAll(part => part is JsonObject))
            return new JsonObject(parts.SelectMany(part => (JsonObject)part!).DistinctBy(member => member.Key).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        return parts[random.Next(parts.Count)]?.DeepClone();
    }

    private JsonNode? OfType(JsonObject keywords, JsonNode root, int depth)
    {
        var type = keywords["type"] switch
        {
            JsonArray list => list[random.Next(list.Count)]!.GetValue<string>(),
            { } one => one.GetValue<string>(),
            _ when keywords.Any(keyword => keyword.Key is "properties" or "required" or "minProperties" or "unevaluatedProperties") => "object",
            _ when keywords.Any(keyword => keyword.Key is "items" or "prefixItems" or "contains" or "minItems" or "unevaluatedItems") => "array",
            _ when keywords.Any(keyword => keyword.Key is "minLength" or "maxLength" or "pattern" or "format") => "string",
            _ when keywords.Any(keyword => keyword.Key is "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf") => "number",
            _ => "",
        };
        return type switch
        {
            "object" => ObjectOf(keywords, root, depth),
            "array" => ArrayOf(keywords, root, depth),
            "string" => JsonNode.Parse(Pick(Texts)),
            "integer" or "number" => JsonNode.Parse(Pick(Numbers)),
            "boolean" => JsonValue.Create(Chance(50)),
            "null" => null,
            _ => Value(2),
        };
    }

    private JsonObject ObjectOf(JsonObject keywords, JsonNode root, int depth)
    {
        var value = new JsonObject();
        var properties = keywords["properties"] as JsonObject ?? [];
        var required = (keywords["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>());
        foreach (var name in required.Concat(properties.Select(property => property.Key).Where(_ => Chance(60))).Append(Chance(30) ? Pick(names) : "a").Distinct())
            value[name] = Fitting(properties[name] ?? keywords["additionalProperties"] ?? (keywords["patternProperties"] as JsonObject)?.First().Value, root, depth + 1)?.DeepClone();
        return value;
    }

    private JsonArray ArrayOf(JsonObject keywords, JsonNode root, int depth)
    {
        var prefix = keywords["prefixItems"] as JsonArray ?? keywords["items"] as JsonArray ?? [];
        var rest = keywords["items"] is JsonArray ? keywords["additionalItems"] : keywords["items"] ?? keywords["contains"];
        return new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(index => Fitting(index < prefix.Count ? prefix[index] : rest, root, depth + 1)?.DeepClone())]);
    }

    private static JsonNode? Resolve(string reference, JsonNode root) => reference switch
    {
        "#" => root,
        "#D" => root["$defs"]!["D"],
        _ => reference.Split('/').Skip(1).Aggregate(root, (node, step) => node[Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)]!),
    };

    private JsonNode? Mutated(JsonNode? value)
    {
        var copy = value?.DeepClone();
        switch (copy)
        {
            case JsonObject { Count: > 0 } members when Chance(75):
                var name = members.ElementAt(random.Next(members.Count)).Key;
                if (Chance(30))
                    members.Remove(name);
                else
                    members[name] = Mutated(members[name]);
                return members;
            case JsonObject members when Chance(75):
                members[Pick(names)] = Value(1);
                return members;
            case JsonArray { Count: > 0 } items when Chance(75):
                var index = random.Next(items.Count);
                if (Chance(30))
                    items.RemoveAt(index);
                else if (Chance(30))
                    items.Add(items[index]?.DeepClone());
                else
                    items[index] = Mutated(items[index]);
                return items;
            default:
                return Value(1);
        }
    }

    /// <summary>Versions of a node that lack one member or item at any depth, or that consist of one of them.</summary>
    private static IEnumerable<JsonNode?> Smaller(JsonNode? node)
    {
        var (names, count) = node is JsonObject members ? (members.Select(member => member.Key).ToArray(), members.Count) : ([], (node as JsonArray)?.Count ?? 0);
        for (var index = 0; index < count && (node is JsonObject || count > 1); index++)
        {
            var without = node!.DeepClone();
            if (without is JsonObject rest)
                rest.Remove(names[index]);
            else
                ((JsonArray)without).RemoveAt(index);
            yield return without;
        }

        for (var index = 0; index < count; index++)
        {
            var child = node is JsonObject ? node[names[index]] : node![index];
            yield return child?.DeepClone();
            foreach (var smaller in Smaller(child))
            {
                var copy = node.DeepClone();
                if (copy is JsonObject)
                    copy[names[index]] = smaller;
                else
                    copy[index] = smaller;
                yield return copy;
            }
        }
    }

    private T Pick<T>(params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];

    private bool Chance(int percent) => random.Next(100) < percent;
}
