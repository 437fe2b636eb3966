using System.Text.Json;

namespace Dragoman.Conversation.Schemas;

/// <summary>Puts schemas that all apply into one, for providers without <c>allOf</c>.</summary>
internal static class SchemaMerge
{
    /// <summary>Adds what <paramref name="other"/> asks to <paramref name="own"/>, and tells whether something could not be said in one schema.</summary>
    public static bool Into(SchemaNode own, SchemaNode other)
    {
        if (other.Boolean is { } boolean)
            return !boolean;
        var changes = own.Has("additionalProperties") != other.Has("additionalProperties");
        foreach (var (keyword, value) in other.Keywords)
        {
            if (!own.Has(keyword))
                own.Keywords[keyword] = value;
            else if (keyword == "properties")
                own.Keywords[keyword] = SchemaValue.Of(Properties(own, other));
            else if (keyword == "required")
                own.Keywords[keyword] = SchemaValue.Of(own.Strings(keyword).Union(other.Strings(keyword)).ToList());
            else if (SchemaVocabulary.Assertions.ContainsKey(keyword) && !JsonElement.DeepEquals(own.Raw(keyword) ?? default, value.Raw))
                changes = true;
        }

        return changes;
    }

    private static OrderedDictionary<string, SchemaNode> Properties(SchemaNode own, SchemaNode other)
    {
        var all = new OrderedDictionary<string, SchemaNode>(own.Map("properties"));
        foreach (var (name, property) in other.Map("properties"))
        {
            if (!all.TryGetValue(name, out var known))
            {
                all[name] = property;
            }
            else if (known != property)
            {
                var both = new SchemaNode(known.Pointer);
                both.Keywords["allOf"] = SchemaValue.Of([known, property]);
                all[name] = both;
            }
        }

        return all;
    }
}

/// <summary>Lets a schema take null, so that a required property can say "absent".</summary>
internal static class SchemaNull
{
    public static (SchemaNode Schema, bool Changed) Allow(SchemaNode node)
    {
        var result = node.Copy();
        var changed = false;
        if (node.Has("$ref"))
        {
            result = new SchemaNode(node.Pointer);
            result.Keywords["anyOf"] = SchemaValue.Of([node, OnlyNull(node)]);
            return (result, true);
        }

        var types = node.Strings("type").ToList();
        if (types.Count > 0 && !types.Contains("null"))
        {
            result.Keywords["type"] = SchemaValue.Of(types.Append("null").ToList());
            changed = true;
        }

        if (node.Raw("enum") is { ValueKind: JsonValueKind.Array } choices && !choices.EnumerateArray().Any(IsNull))
        {
            result.Keywords["enum"] = SchemaValue.Of(choices.EnumerateArray().Append(Null));
            changed = true;
        }

        if (node.Raw("const") is { } constant && !IsNull(constant))
        {
            result.Keywords.Remove("const");
            result.Keywords["enum"] = SchemaValue.Of([constant, Null]);
            changed = true;
        }

        if (node.Has("anyOf") && !node.List("anyOf").Any(branch => !Allow(branch).Changed))
        {
            result.Keywords["anyOf"] = SchemaValue.Of([.. node.List("anyOf"), OnlyNull(node)]);
            changed = true;
        }

        return (result, changed);
    }

    private static JsonElement Null { get; } = JsonElement.Parse("null"u8);

    private static bool IsNull(JsonElement value) => value.ValueKind == JsonValueKind.Null;

    private static SchemaNode OnlyNull(SchemaNode node)
    {
        var only = new SchemaNode(node.Pointer);
        only.Keywords["type"] = SchemaValue.Of("null");
        return only;
    }
}
