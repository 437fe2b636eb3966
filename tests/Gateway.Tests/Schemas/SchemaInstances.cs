using System.Text.Json.Nodes;

namespace Dragoman.Gateway.Tests.Schemas;

/// <summary>Makes values that probably match a schema, and damages them. The validator decides whether a value matches.</summary>
internal sealed class SchemaInstances(JsonNode root, Random random)
{
    private const int Deepest = 6;

    public IEnumerable<JsonNode?> Some(int count)
    {
        for (var index = 0; index < count; index++)
        {
            var value = Fitting(root, 0);
            yield return value;
            yield return Mutated(value?.DeepClone(), 0);
        }
    }

    private JsonNode? Fitting(JsonNode? schema, int depth)
    {
        if (schema is not JsonObject keywords || depth > 2 * Deepest)
            return SchemaCases.AnyValue(random, 1);
        if (keywords["enum"] is JsonArray choices)
            return choices[random.Next(choices.Count)]?.DeepClone();
        if (keywords.TryGetPropertyValue("const", out var constant))
            return constant?.DeepClone();
        List<JsonNode?> parts = [];
        if (keywords["$ref"] is { } reference)
            parts.Add(Fitting(Resolve(reference.GetValue<string>()), depth + 1));
        if (keywords["allOf"] is JsonArray all)
            parts.AddRange(all.Select(part => Fitting(part, depth + 1)));
        foreach (var keyword in (string[])["anyOf", "oneOf"])
        {
            if (keywords[keyword] is JsonArray any)
                parts.Add(Fitting(any[random.Next(any.Count)], depth + 1));
        }

        if (keywords.ContainsKey("type") || keywords.ContainsKey("properties") || parts.Count == 0)
            parts.Add(OfType(keywords, depth));
        if (parts.TrueForAll(part => part is JsonObject))
            return new JsonObject(parts.SelectMany(part => (JsonObject)part!).DistinctBy(member => member.Key).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        return parts[random.Next(parts.Count)];
    }

    private JsonNode? OfType(JsonObject keywords, int depth)
    {
        var types = keywords["type"] switch
        {
            JsonArray list => list.Select(type => type!.GetValue<string>()).ToArray(),
            { } one => [one.GetValue<string>()],
            _ => keywords.ContainsKey("properties") ? ["object"] : [],
        };
        return (types.Length == 0 ? "" : types[random.Next(types.Length)]) switch
        {
            "object" => ObjectOf(keywords, depth),
            "array" => ArrayOf(keywords, depth),
            "string" => Text(),
            "integer" => JsonValue.Create(random.Next(6)),
            "number" => random.Next(2) == 0 ? JsonValue.Create(random.Next(6)) : JsonValue.Create(random.Next(10) / 2.0),
            "boolean" => JsonValue.Create(random.Next(2) == 0),
            "null" => keywords["nullable"] is null ? null : Text(),
            _ => SchemaCases.AnyValue(random),
        };
    }

    private JsonValue Text() => JsonValue.Create(SchemaCases.Pick(random, "", "x", "xy", "abc", "2026-11-20"));

    private JsonObject ObjectOf(JsonObject keywords, int depth)
    {
        var required = (keywords["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>()).ToHashSet();
        var value = new JsonObject();
        foreach (var name in SchemaCases.Names)
        {
            var property = keywords["properties"]?[name];
            if (required.Contains(name) || random.Next(10) < (property is null ? 1 : depth > Deepest ? 0 : 6))
                value[name] = Fitting(property ?? keywords["additionalProperties"], depth + 1);
        }

        return value;
    }

    private JsonArray ArrayOf(JsonObject keywords, int depth)
    {
        var prefix = keywords["prefixItems"] as JsonArray ?? [];
        var least = keywords["minItems"]?.GetValue<int>() ?? 0;
        var count = Math.Max(least, depth > Deepest ? 0 : random.Next(3));
        return new JsonArray([.. Enumerable.Range(0, count).Select(index => Fitting(index < prefix.Count ? prefix[index] : keywords["items"], depth + 1))]);
    }

    private JsonNode? Resolve(string reference) => reference.Split('/').Skip(1).Aggregate(root, (node, step) => node[step]!);

    private JsonNode? Mutated(JsonNode? value, int depth)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } members when random.Next(4) > 0:
                var name = members.ElementAt(random.Next(members.Count)).Key;
                if (random.Next(3) == 0)
                {
                    members.Remove(name);
                }
                else
                {
                    var member = members[name];
                    members.Remove(name);
                    members[name] = Mutated(member, depth + 1);
                }

                return members;
            case JsonArray { Count: > 0 } items when random.Next(4) > 0:
                var item = items[0];
                items.RemoveAt(0);
                items.Insert(0, Mutated(item, depth + 1));
                return items;
            case JsonObject members when depth == 0 || random.Next(2) == 0:
                members[SchemaCases.Pick<string>(random, SchemaCases.Names)] = SchemaCases.AnyValue(random);
                return members;
            default:
                return SchemaCases.AnyValue(random);
        }
    }
}
