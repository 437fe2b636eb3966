using System.Text.Json;

namespace Dragoman.Schemas;

/// <summary>Makes a schema accept null, so that a required property can be marked as absent.</summary>
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
            var index = result.Keywords.IndexOf("const");
            result.Keywords.RemoveAt(index);
            result.Keywords.Remove("enum");
            result.Keywords.Insert(Math.Min(index, result.Keywords.Count), "enum", SchemaValue.Of([constant, Null]));
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
