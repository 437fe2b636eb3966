namespace Dragoman.Conversation.Schemas;

/// <summary>Makes of a choice at the root one object with the properties of every branch, for providers that take no choice there.</summary>
internal sealed class SchemaUnion(SchemaRules rules, SchemaLosses losses, Func<SchemaNode, SchemaNode> expanded)
{
    private static readonly string[] ChoiceKeywords = ["anyOf", "oneOf"];

    /// <param name="node">A schema without reference and <c>allOf</c>; it is changed.</param>
    /// <param name="notes">Hears of the choice, for the description.</param>
    public SchemaNode OneObject(SchemaNode node, List<string>? notes)
    {
        foreach (var keyword in ChoiceKeywords.Where(node.Has))
        {
            var branches = node.List(keyword).Where(branch => branch.Boolean is null).Select(branch => OneObject(expanded(branch), null)).Where(IsObject).ToList();
            if (notes is not null && losses.Remove(keyword, node.Keywords[keyword]) is { } note)
                notes.Add(note);
            var hasAny = branches.Count < node.List(keyword).Count(branch => branch.Boolean != false);
            node.Keywords.Remove(keyword);
            if (branches.Count == 0)
                continue;
            var properties = new OrderedDictionary<string, SchemaNode>(node.Map("properties"));
            foreach (var name in branches.SelectMany(branch => branch.Map("properties").Keys).Distinct().Where(name => !node.Map("properties").ContainsKey(name)))
                properties[name] = Property(branches, name);
            node.Keywords["properties"] = SchemaValue.Of(properties);
            var required = hasAny ? [] : branches.Skip(1).Aggregate(branches[0].Strings("required"), (all, branch) => all.Intersect(branch.Strings("required")));
            if (node.Strings("required").Union(required).ToList() is { Count: > 0 } names)
                node.Keywords["required"] = SchemaValue.Of(names);
            // What the branches forbid beside their own properties is no longer known.
            if (!rules.IsClosed)
                node.Keywords.Remove("additionalProperties");
        }

        return node;
    }

    private static bool IsObject(SchemaNode branch) => !branch.Has("type") || branch.Strings("type").Contains("object");

    private SchemaNode Property(List<SchemaNode> branches, string name)
    {
        var schemas = new List<SchemaNode>();
        foreach (var branch in branches)
        {
            var known = branch.Map("properties").TryGetValue(name, out var property) ? property : Unnamed(branch);
            if (known.Boolean != false && !schemas.Exists(one => SchemaMerge.AreEqual(one, known)))
                schemas.Add(known);
        }

        if (schemas.Exists(one => one.Boolean == true) || schemas.Count == 0)
            return new SchemaNode(branches[0].Pointer);
        if (schemas.Count == 1)
            return schemas[0];
        var any = new SchemaNode(branches[0].Pointer);
        any.Keywords["anyOf"] = SchemaValue.Of(schemas);
        return any;
    }

    /// <summary>What a branch says of a property that it does not name; a closed one has none.</summary>
    private SchemaNode Unnamed(SchemaNode branch) => new(branch.Pointer, !rules.IsClosed && branch.Node("additionalProperties")?.Boolean != false);
}
