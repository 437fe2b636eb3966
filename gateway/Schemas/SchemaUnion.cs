namespace Dragoman.Schemas;

/// <summary>Converts a choice at the root to one object with the properties of every branch, for providers that accept no choice there.</summary>
internal sealed class SchemaUnion(SchemaRules rules, SchemaLosses losses, Func<SchemaNode, SchemaNode> expanded)
{
    private static readonly string[] ChoiceKeywords = ["anyOf", "oneOf"];

    /// <param name="node">A schema without reference and <c>allOf</c>; it is changed.</param>
    /// <param name="notes">Receives a note about the choice, for the description.</param>
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
            var openBranches = branches.Count(IsOpen);
            foreach (var (name, named) in PropertiesOf(branches))
            {
                if (!properties.ContainsKey(name))
                    properties[name] = Property(branches, named, openBranches);
            }

            node.Keywords["properties"] = SchemaValue.Of(properties);
            if (node.Strings("required").Union(hasAny ? [] : RequiredByAll(branches)).ToList() is { Count: > 0 } names)
                node.Keywords["required"] = SchemaValue.Of(names);
            // It is no longer known which further properties each branch forbids.
            if (!rules.IsClosed)
                node.Keywords.Remove("additionalProperties");
        }

        return node;
    }

    private static bool IsObject(SchemaNode branch) => !branch.Has("type") || branch.Strings("type").Contains("object");

    /// <summary>The properties of all branches, with their schemas in the order of the branches.</summary>
    private OrderedDictionary<string, Named> PropertiesOf(List<SchemaNode> branches)
    {
        var all = new OrderedDictionary<string, Named>(StringComparer.Ordinal);
        foreach (var branch in branches)
        {
            var isOpen = IsOpen(branch);
            foreach (var (name, property) in branch.Map("properties"))
            {
                if (!all.TryGetValue(name, out var named))
                    all.Add(name, named = new Named());
                named.Schemas.Add(property);
                named.OpenBranches += isOpen ? 1 : 0;
            }
        }

        return all;
    }

    private static HashSet<string> RequiredByAll(List<SchemaNode> branches)
    {
        var required = branches[0].Strings("required").ToHashSet(StringComparer.Ordinal);
        foreach (var branch in branches.Skip(1))
            required.IntersectWith(branch.Strings("required"));
        return required;
    }

    private static SchemaNode Property(List<SchemaNode> branches, Named named, int openBranches)
    {
        // A branch that does not name the property allows any value for it, unless the branch is closed.
        var isAnything = named.OpenBranches < openBranches || named.Schemas.Exists(schema => schema.Boolean == true);
        var schemas = named.Schemas.Where(schema => schema.Boolean != false).DistinctBy(SchemaMerge.IdentityOf).ToList();
        if (isAnything || schemas.Count == 0)
            return new SchemaNode(branches[0].Pointer);
        if (schemas.Count == 1)
            return schemas[0];
        var any = new SchemaNode(branches[0].Pointer);
        any.Keywords["anyOf"] = SchemaValue.Of(schemas);
        return any;
    }

    private bool IsOpen(SchemaNode branch) => !rules.IsClosed && branch.Node("additionalProperties")?.Boolean != false;

    private sealed class Named
    {
        public List<SchemaNode> Schemas { get; } = [];

        /// <summary>How many of the branches that name the property allow further properties.</summary>
        public int OpenBranches { get; set; }
    }
}
