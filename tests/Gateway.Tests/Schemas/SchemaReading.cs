using System.Text;
using System.Text.Json.Nodes;
using Dragoman.Conversation;
using Dragoman.Schemas;

namespace Dragoman.Gateway.Tests.Schemas;

/// <summary>
/// Rewrites an answer that the client's schema allows into the form of the sanitized schema: a closed object omits members
/// that it does not name, and has null for absent members where it requires every property.
/// </summary>
internal sealed class SchemaReading
{
    private static readonly string[] Schemas = ["items", "additionalProperties", "contains"];
    private static readonly string[] Lists = ["anyOf", "oneOf", "allOf", "prefixItems"];
    private static readonly string[] Maps = ["properties", "$defs", "patternProperties"];

    private readonly SchemaRules rules;
    private readonly JsonObject definitions;
    private readonly JsonNode root;
    private readonly Dictionary<JsonNode, AnswerSchema?> judges = [];

    public SchemaReading(SchemaRules rules, string sanitized)
    {
        this.rules = rules;
        var whole = Each(JsonNode.Parse(sanitized)!, keywords =>
        {
            if (keywords["$ref"]?.GetValue<string>() == "#")
                keywords["$ref"] = "#/$defs/the whole";
        }).AsObject();
        definitions = whole["$defs"] as JsonObject ?? [];
        whole.Remove("$defs");
        definitions["the whole"] = root = whole;
    }

    /// <summary>Adds a type to each part whose keywords apply to one type only, so that the schema is no looser than a sanitized one.</summary>
    public static JsonNode Typed(JsonNode schema) => Each(schema, keywords =>
    {
        var spoken = keywords.Select(keyword => SchemaVocabulary.Assertions.GetValueOrDefault(keyword.Key)).Where(about => about is { Length: > 0 }).Distinct().ToList();
        if (spoken.Count == 1 && !keywords.ContainsKey("type") && !keywords.ContainsKey("enum") && !keywords.ContainsKey("const"))
            keywords["type"] = spoken[0];
    });

    /// <summary>Whether the sanitized schema can express the value. Some rules support only objects.</summary>
    public bool CanBeSaid(JsonNode? value) => !rules.NeedsObjectRoot || value is JsonObject;

    public JsonNode? Said(JsonNode? value) => rules.IsClosed ? Said(root, value) : value;

    /// <summary>The first part that a provider with these rules would reject. Null when there is none.</summary>
    public static string? Strange(JsonNode? schema, SchemaRules rules, string at, ref int count)
    {
        count++;
        if (schema is not JsonObject keywords)
            return $"{at} is no object";
        foreach (var (keyword, _) in keywords)
        {
            var isKnown = rules.Keywords!.Contains(keyword) || (keyword == "$defs" && at.Length == 0 && rules.Keywords.Contains("$ref"))
                || (rules.KeepsUnknown && !SchemaVocabulary.IsKnown(keyword));
            if (!isKnown)
                return $"{at}/{keyword} is not known";
        }

        if (OwnStrangeness(keywords, rules) is { } own)
            return $"{at} {own}";
        foreach (var keyword in Lists)
        {
            foreach (var child in keywords[keyword] as JsonArray ?? [])
            {
                if (Strange(child, rules, $"{at}/{keyword}", ref count) is { } found)
                    return found;
            }
        }

        foreach (var (keyword, map) in keywords.Where(one => Maps.Contains(one.Key)))
        {
            foreach (var (name, child) in map!.AsObject())
            {
                if (Strange(child, rules, $"{at}/{keyword}/{name}", ref count) is { } found)
                    return found;
            }
        }

        foreach (var (keyword, child) in keywords.Where(one => Schemas.Contains(one.Key)))
        {
            if (!(keyword == "additionalProperties" && child is JsonValue) && Strange(child, rules, $"{at}/{keyword}", ref count) is { } found)
                return found;
        }

        return null;
    }

    private static string? OwnStrangeness(JsonObject keywords, SchemaRules rules)
    {
        var types = keywords["type"] is JsonArray list ? list.Select(type => type!.GetValue<string>()).ToList() : keywords["type"] is { } one ? [one.GetValue<string>()] : [];
        var properties = (keywords["properties"] as JsonObject ?? []).Select(property => property.Key).ToHashSet();
        var required = (keywords["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>()).ToHashSet();
        if (rules.IsClosed && types.Count == 0 && !keywords.ContainsKey("anyOf") && !keywords.ContainsKey("$ref"))
            return "has no type";
        if (rules.IsClosed && types.Contains("array") && !keywords.ContainsKey("items"))
            return "has no items";
        if (rules.IsClosed && types.Contains("object") && keywords["additionalProperties"]?.ToJsonString() != "false")
            return "is not closed";
        if (rules.RequiresAll && types.Contains("object") && !required.SetEquals(properties))
            return "does not require what it has";
        if (rules.Formats is { } formats && keywords["format"] is { } format && !formats.Contains(format.GetValue<string>()))
            return "has a format that is not known";
        return keywords["minItems"]?.GetValue<int>() > rules.MostMinItems ? "has too great a minItems" : null;
    }

    private JsonNode? Said(JsonNode? schema, JsonNode? value)
    {
        if (schema is not JsonObject keywords)
            return value;
        if (keywords["$ref"]?.GetValue<string>() is { } reference)
            return Said(definitions[reference["#/$defs/".Length..]], value);
        if (keywords["anyOf"] is JsonArray branches)
            return branches.Select(branch => (branch, Said: Said(branch, value))).FirstOrDefault(one => FitsAlone(one.branch!, one.Said), (null, value)).Item2;
        if (value is JsonArray items)
            return new JsonArray([.. items.Select(item => Said(keywords["items"], item)?.DeepClone())]);
        if (value is not JsonObject members || keywords["properties"] is not JsonObject properties)
            return value;
        var said = new JsonObject();
        foreach (var (name, property) in properties)
        {
            if (members.TryGetPropertyValue(name, out var member))
                said[name] = Said(property, member)?.DeepClone();
            else if (rules.RequiresAll)
                said[name] = null;
        }

        return said;
    }

    private bool FitsAlone(JsonNode branch, JsonNode? value)
    {
        if (!judges.TryGetValue(branch, out var judge))
        {
            var alone = new JsonObject { ["anyOf"] = new JsonArray(branch.DeepClone()), ["$defs"] = definitions.DeepClone() };
            try
            {
                judge = AnswerSchema.Parse(alone.ToJsonString());
            }
            catch (GatewayException)
            {
                // No finite value matches this branch.
                judge = null;
            }

            judges[branch] = judge;
        }

        return judge is not null && judge.FindMismatch(Encoding.UTF8.GetBytes(value?.ToJsonString() ?? "null")) is null;
    }

    /// <summary>A copy in which every schema that adds valid values is changed, so none under <c>not</c> or <c>if</c>.</summary>
    private static JsonNode Each(JsonNode schema, Action<JsonObject> change)
    {
        var copy = schema.DeepClone();
        Change(copy);
        return copy;

        void Change(JsonNode? node)
        {
            if (node is not JsonObject keywords)
                return;
            foreach (var child in Lists.SelectMany(keyword => keywords[keyword] as JsonArray ?? [])
                .Concat(Maps.SelectMany(keyword => keywords[keyword] as JsonObject ?? []).Select(member => member.Value))
                .Concat(Schemas.Select(keyword => keywords[keyword])).ToList())
                Change(child);
            change(keywords);
        }
    }
}
