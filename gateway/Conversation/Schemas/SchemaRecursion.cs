namespace Dragoman.Conversation.Schemas;

/// <summary>Finds the references of a written schema that lead back to where they stand.</summary>
/// <param name="definitions">The root and what <c>$defs</c> holds.</param>
/// <param name="targets">What each written <c>$ref</c> leads to.</param>
internal sealed class SchemaRecursion(IEnumerable<SchemaNode> definitions, Dictionary<SchemaNode, SchemaNode> targets)
{
    private readonly List<Step> steps = [];

    public bool Exists()
    {
        Collect();
        return steps.Exists(LeadsBack);
    }

    /// <summary>Takes properties out of <c>required</c> until no reference leads back through required ones only.</summary>
    /// <returns>What was taken; a reference that no property holds has no name and cannot be helped.</returns>
    public IEnumerable<(SchemaNode Object, string? Property)> Loosen()
    {
        Collect();
        steps.RemoveAll(step => step.IsOptional);
        foreach (var step in steps.ToArray())
        {
            if (!LeadsBack(step))
                continue;
            steps.RemoveAll(other => other == step || (step.Property is not null && other.Object == step.Object && other.Property == step.Property));
            if (step.Property is { } property)
                step.Object.Keywords["required"] = SchemaValue.Of(step.Object.Strings("required").Where(name => name != property).ToList());
            yield return (step.Object, step.Property);
        }
    }

    private void Collect()
    {
        foreach (var definition in definitions)
            Collect(definition, definition, new Step(definition, definition, definition, null, false));
    }

    private void Collect(SchemaNode definition, SchemaNode node, Step way)
    {
        if (targets.TryGetValue(node, out var target))
            steps.Add(way with { To = target });
        var required = node.Strings("required").ToHashSet();
        foreach (var (keyword, value) in node.Keywords)
        {
            if (keyword == "$defs")
                continue;
            foreach (var child in value.Map is null ? value.Nodes : [])
                Collect(definition, child, way);
            foreach (var (name, child) in value.Map ?? [])
                Collect(definition, child, required.Contains(name) ? way with { Object = node, Property = name } : way with { IsOptional = true });
        }
    }

    private bool LeadsBack(Step step)
    {
        var seen = new HashSet<SchemaNode>();
        var ways = steps.ToLookup(one => one.From, one => one.To);
        var waiting = new Stack<SchemaNode>([step.To]);
        while (waiting.TryPop(out var node))
        {
            if (node == step.From)
                return true;
            if (!seen.Add(node))
                continue;
            foreach (var next in ways[node])
                waiting.Push(next);
        }

        return false;
    }

    /// <summary>A reference from one definition to another, and the innermost required property that holds it.</summary>
    private sealed record Step(SchemaNode From, SchemaNode To, SchemaNode Object, string? Property, bool IsOptional);
}
