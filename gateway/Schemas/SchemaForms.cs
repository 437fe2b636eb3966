using System.Text.Json;

namespace Dragoman.Schemas;

/// <summary>Converts a schema to the forms that a provider knows. Changes <paramref name="node"/>, which must be a copy.</summary>
internal sealed class SchemaForms(SchemaRules rules, SchemaLosses losses, string field, SchemaNode node, List<string> notes)
{
    private static readonly string[] Scalars = ["string", "number", "boolean", "null"];

    /// <summary>Converts <c>oneOf</c> to <c>anyOf</c> and removes branches that no value matches. Returns whether there is a choice.</summary>
    public bool ChoiceAsAnyOf()
    {
        if (node.Has("oneOf") && !node.Has("anyOf") && !rules.Keywords!.Contains("oneOf"))
        {
            losses.ChangesValidity |= node.List("oneOf").Count > 1;
            Rename("oneOf", "anyOf", node.Keywords["oneOf"]);
        }

        // Of two choices beside each other, only one can become the anyOf.
        if (node.Has("oneOf") && node.Has("anyOf"))
        {
            if (losses.Remove("oneOf", node.Keywords["oneOf"]) is { } note)
                notes.Add(note);
            node.Keywords.Remove("oneOf");
        }

        var branches = node.List("anyOf");
        var possible = branches.Where(branch => branch.Boolean != false).ToList();
        if (possible.Count > 0 && possible.Count < branches.Count)
            node.Keywords["anyOf"] = SchemaValue.Of(possible);
        return node.Has("anyOf");
    }

    public void Bring()
    {
        ForbiddenProperties();
        PatternsOfNames();
        ConstantAsEnum();
        Choices();
        LeastItems();
        Tuple();
        if (!rules.IsClosed || node.Has("anyOf"))
            return;
        if (!node.Has("type"))
            GuessType();
        WithoutOtherTypes();
        if (node.Strings("type").Contains("array") && !node.Has("items"))
            node.Keywords["items"] = new SchemaNode(node.Pointer);
        if (node.Strings("type").Contains("object"))
            Members();
    }

    /// <summary>Removes properties with the schema <c>false</c>, which must be absent: a closed object forbids them by not naming them.</summary>
    private void ForbiddenProperties()
    {
        var properties = node.Map("properties");
        if (properties.Values.All(property => property.Boolean != false))
            return;
        var forbidden = properties.Where(property => property.Value.Boolean == false).Select(property => property.Key).ToHashSet(StringComparer.Ordinal);
        losses.ChangesValidity |= node.Strings("required").Any(forbidden.Contains);
        node.Keywords["properties"] = SchemaValue.Of(new OrderedDictionary<string, SchemaNode>(properties.Where(property => property.Value.Boolean != false)));
        if (!rules.IsClosed)
            notes.Add(losses.Weaken("properties", SchemaValue.Of(new OrderedDictionary<string, SchemaNode>(forbidden.Select(name => KeyValuePair.Create(name, properties[name]))))));
    }

    /// <summary>Removes the limit on further properties when patterns are not kept, because it would forbid what they allow.</summary>
    private void PatternsOfNames()
    {
        if (rules.IsClosed || !node.Has("patternProperties") || !node.Has("additionalProperties") || rules.Keywords!.Contains("patternProperties"))
            return;
        if (losses.Remove("additionalProperties", node.Keywords["additionalProperties"]) is { } note)
            notes.Add(note);
        node.Keywords.Remove("additionalProperties");
    }

    private void ConstantAsEnum()
    {
        if (node.Raw("const") is { } constant && rules.ConstAsEnum && !node.Has("enum"))
            Rename("const", "enum", SchemaValue.Of([constant]));
    }

    private void Choices()
    {
        if (node.Raw("const") is { } constant && !AreTaken([constant]))
            RemoveChoices("const", [constant]);
        if (node.Raw("enum") is not { ValueKind: JsonValueKind.Array } array)
            return;
        var choices = array.EnumerateArray().ToList();
        if (!AreTaken(choices))
            RemoveChoices("enum", choices);
    }

    private bool AreTaken(List<JsonElement> choices) =>
        !rules.PrimitiveChoices || choices.TrueForAll(choice => choice.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array));

    private void RemoveChoices(string keyword, List<JsonElement> choices)
    {
        if (!node.Has("type"))
            GiveType(TypesOf(choices));
        notes.Add(losses.Remove(keyword, node.Keywords[keyword])!);
        node.Keywords.Remove(keyword);
    }

    private void LeastItems()
    {
        if (node.Raw("minItems") is not { ValueKind: JsonValueKind.Number } least || least.GetDouble() <= rules.MostMinItems)
            return;
        notes.Add(losses.Weaken("minItems", node.Keywords["minItems"]));
        node.Keywords["minItems"] = SchemaValue.Of(rules.MostMinItems);
    }

    /// <summary>Converts a tuple to a list whose items may have the schema of any position.</summary>
    private void Tuple()
    {
        if (!node.Has("prefixItems") || rules.Keywords!.Contains("prefixItems"))
            return;
        var prefix = node.List("prefixItems");
        var isWhole = node.Node("items")?.Boolean == false || (node.Raw("maxItems") is { ValueKind: JsonValueKind.Number } most && most.GetDouble() <= prefix.Count);
        var distinct = (isWhole ? prefix : prefix.Append(node.Node("items") ?? new SchemaNode(node.Pointer))).DistinctBy(SchemaMerge.IdentityOf).ToList();

        var any = distinct[0];
        if (distinct.Count > 1)
        {
            any = new SchemaNode(node.Pointer);
            any.Keywords["anyOf"] = SchemaValue.Of(distinct);
        }

        notes.Add(losses.Remove("prefixItems", node.Keywords["prefixItems"])!);
        node.Keywords.Remove("prefixItems");
        node.Keywords["items"] = any;
    }

    /// <summary>Adds a missing type: the one that the keywords apply to; any scalar type when they apply to none or to several.</summary>
    private void GuessType()
    {
        var spoken = node.Keywords.Keys.Select(keyword => SchemaVocabulary.Assertions.GetValueOrDefault(keyword)).Where(about => about is { Length: > 0 }).Distinct().ToList();
        if (node.Raw("enum") is { ValueKind: JsonValueKind.Array } choices)
            GiveType(TypesOf(choices.EnumerateArray()));
        else if (node.Raw("const") is { } constant)
            GiveType(TypesOf([constant]));
        else if (spoken.Count == 1)
            GiveType([spoken[0]!]);
        else
            AnyScalar();
    }

    private void AnyScalar()
    {
        GiveType([.. Scalars]);
        losses.Refuse($"{field} has a schema without a type (at {node.Pointer}); this provider requires a type");
    }

    private void GiveType(List<string> types)
    {
        if (types.Count > 0)
            node.Keywords.Insert(0, "type", types.Count == 1 ? SchemaValue.Of(types[0]) : SchemaValue.Of(types));
    }

    /// <summary>Removes keywords for types that the value cannot have: they have no effect, but some providers reject them.</summary>
    private void WithoutOtherTypes()
    {
        var types = node.Strings("type").Select(type => type == "integer" ? "number" : type).ToHashSet();
        if (types.Count == 0)
            return;
        foreach (var keyword in node.Keywords.Keys.Where(keyword => SchemaVocabulary.Assertions.GetValueOrDefault(keyword) is { Length: > 0 } about && !types.Contains(about)).ToList())
            node.Keywords.Remove(keyword);
    }

    private void Members()
    {
        var properties = node.Map("properties");
        if (rules.IsClosed && !node.Has("properties") && !node.Has("required") && node.Node("additionalProperties") is null or { Boolean: true })
            losses.Refuse($"{field} has an object without properties (at {node.Pointer}), which may have any properties; this provider accepts only named properties");
        var unnamed = node.Strings("required").Where(name => !properties.ContainsKey(name)).Distinct().ToList();
        if (unnamed.Count == 0)
            return;
        losses.ChangesValidity |= node.Node("additionalProperties")?.Boolean == false;
        var all = new OrderedDictionary<string, SchemaNode>(properties);
        foreach (var name in unnamed)
            all[name] = node.Node("additionalProperties") is { Boolean: null } further ? further : new SchemaNode(node.Pointer);
        node.Keywords["properties"] = SchemaValue.Of(all);
    }

    private static List<string> TypesOf(IEnumerable<JsonElement> values) => values.Select(value => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Null => "null",
        _ => "string",
    }).Distinct().ToList();

    private void Rename(string from, string to, SchemaValue value)
    {
        var index = node.Keywords.IndexOf(from);
        node.Keywords.RemoveAt(index);
        node.Keywords.Insert(index, to, value);
    }
}
