using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Schemas;

/// <summary>Small random JSON Schemas with many of the things that clients combine: optional members, choices, references, recursion.</summary>
internal sealed class SchemaCases
{
    public static readonly string[] Names = ["a", "b", "c"];

    private static readonly string[] Types = ["object", "array", "string", "integer", "number", "boolean", "null"];
    private static readonly string[] Formats = ["date", "uuid", "uri", "enum", "int32", "made-up"];

    private readonly Random random;

    private SchemaCases(Random random) => this.random = random;

    /// <summary>A schema whose root describes an object, and the generator for further random choices about it.</summary>
    public static Gen<(JsonObject Schema, Random Random)> WithRandom { get; } = Gen.Choose(0, int.MaxValue).Select(seed =>
    {
        var random = new Random(seed);
        return (new SchemaCases(random).Root(), random);
    });

    public static JsonNode? AnyValue(Random random, int depth = 2) => random.Next(depth > 0 ? 10 : 8) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 or 3 => JsonValue.Create(random.Next(6)),
        4 => JsonValue.Create(1.5),
        5 or 6 => JsonValue.Create(Pick(random, "", "x", "xy", "abc")),
        7 => JsonValue.Create("2026-11-20"),
        8 => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => AnyValue(random, depth - 1))]),
        _ => new JsonObject(Names.Where(_ => random.Next(2) == 0).Select(name => KeyValuePair.Create(name, AnyValue(random, depth - 1)))),
    };

    public static T Pick<T>(Random random, params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];

    private JsonObject Root()
    {
        var root = ObjectSchema(3);
        if (Chance(10))
            root.Remove("type");
        if (Chance(15))
            root["anyOf"] = List(() => ObjectSchema(1));
        root["$defs"] = new JsonObject { ["D"] = Schema(2), ["E"] = ObjectSchema(2) };
        return root;
    }

    private JsonNode Schema(int depth)
    {
        if (Chance(4))
            return JsonValue.Create(random.Next(3) > 0);
        return random.Next(depth > 0 ? 16 : 8) switch
        {
            0 => Text(new JsonObject { ["type"] = "string" }),
            1 => Number(new JsonObject { ["type"] = Pick(random, "integer", "number") }),
            2 => new JsonObject { ["type"] = Pick(random, "boolean", "null", "string") },
            3 => new JsonObject { ["enum"] = Values() },
            4 => new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("x", Pick(random, "xy", "abc")) },
            5 => new JsonObject { ["const"] = AnyValue(random) },
            6 => Several(),
            7 => new JsonObject { ["$ref"] = Pick(random, "#/$defs/D", "#/$defs/D", "#/$defs/E", "#/$defs/E", "#") },
            8 or 9 => ObjectSchema(depth - 1),
            10 or 11 => ArraySchema(depth - 1),
            12 => Choice(Pick(random, "anyOf", "oneOf"), depth - 1),
            13 => Choice("allOf", depth - 1),
            14 => Beside(depth - 1),
            _ => Rare(depth - 1),
        };
    }

    private JsonObject ObjectSchema(int depth)
    {
        var properties = new JsonObject(Names.Where(_ => Chance(60)).Select(name => KeyValuePair.Create(name, (JsonNode?)Schema(depth))));
        var required = Names.Where(name => Chance(properties.ContainsKey(name) ? 50 : 3)).Select(name => (JsonNode?)name).ToArray();
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Length > 0)
            schema["required"] = new JsonArray(required);
        if (Chance(40))
            schema["additionalProperties"] = Chance(80) ? JsonValue.Create(false) : Schema(0);
        if (Chance(5))
            schema["minProperties"] = random.Next(3);
        if (Chance(5))
            schema["dependentRequired"] = new JsonObject { ["a"] = new JsonArray("b") };
        if (Chance(3))
            schema["patternProperties"] = new JsonObject { ["^[bc]"] = Schema(0) };
        if (Chance(3))
            schema["propertyNames"] = new JsonObject { ["pattern"] = "[ab]" };
        return schema;
    }

    private JsonObject ArraySchema(int depth)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = Schema(depth) };
        if (Chance(20))
            schema["minItems"] = random.Next(3);
        if (Chance(20))
            schema["maxItems"] = 1 + random.Next(3);
        if (Chance(5))
            schema["uniqueItems"] = true;
        if (Chance(5))
            schema["contains"] = Schema(0);
        if (!Chance(10))
            return schema;
        schema["prefixItems"] = List(() => Schema(depth));
        if (Chance(50))
            schema["items"] = false;
        return schema;
    }

    private JsonObject Text(JsonObject schema)
    {
        if (Chance(20))
            schema["minLength"] = random.Next(3);
        if (Chance(20))
            schema["maxLength"] = 1 + random.Next(3);
        if (Chance(10))
            schema["pattern"] = Pick(random, "^x", "y$", "^[a-z]*$");
        if (Chance(10))
            schema["format"] = Pick<string>(random, Formats);
        return schema;
    }

    private JsonObject Number(JsonObject schema)
    {
        if (Chance(25))
            schema[Pick(random, "minimum", "exclusiveMinimum")] = random.Next(3);
        if (Chance(25))
            schema[Pick(random, "maximum", "exclusiveMaximum")] = 2 + random.Next(4);
        if (Chance(10))
            schema["multipleOf"] = Pick(random, 2, 0.5);
        return schema;
    }

    /// <summary>Several types, and limits for some of them.</summary>
    private JsonObject Several()
    {
        var schema = new JsonObject { ["type"] = new JsonArray([.. Types.Where(_ => Chance(30)).Append(Pick<string>(random, Types)).Distinct().Select(type => (JsonNode?)type)]) };
        if (Chance(30))
            schema["minLength"] = 1;
        if (Chance(30))
            schema["maximum"] = 3;
        if (Chance(20))
            schema["enum"] = Values();
        if (Chance(20))
            schema["properties"] = new JsonObject { ["a"] = Schema(0) };
        return schema;
    }

    private JsonObject Choice(string keyword, int depth) => new() { [keyword] = List(() => Schema(depth)) };

    /// <summary>A choice or a reference, with limits beside it.</summary>
    private JsonObject Beside(int depth)
    {
        var schema = Chance(50) ? ObjectSchema(depth) : Number(Text([]));
        if (Chance(60))
            schema[Pick(random, "anyOf", "oneOf", "allOf")] = List(() => Chance(60) ? ObjectSchema(depth) : Schema(depth));
        else
            schema["$ref"] = Pick(random, "#/$defs/D", "#/$defs/E");
        if (Chance(30))
            schema["description"] = "What it is.";
        return schema;
    }

    private JsonObject Rare(int depth) => random.Next(5) switch
    {
        0 => new JsonObject { ["not"] = Schema(depth) },
        1 => new JsonObject { ["if"] = Schema(depth), ["then"] = Schema(depth), ["else"] = Schema(depth) },
        2 => new JsonObject { ["type"] = "object", ["additionalProperties"] = Schema(depth) },
        3 => Number(Text([])),
        _ => new JsonObject { ["title"] = "T", ["default"] = AnyValue(random), ["type"] = "string", ["x-order"] = 1 },
    };

    private JsonArray Values() => new([.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => AnyValue(random, 1)).DistinctBy(value => value?.ToJsonString())]);

    private JsonArray List(Func<JsonNode> schema) => new([.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => schema())]);

    private bool Chance(int percent) => random.Next(100) < percent;
}
