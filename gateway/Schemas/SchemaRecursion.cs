using Dragoman.Conversation;

namespace Dragoman.Schemas;

/// <summary>Finds the references of a rewritten schema that lead back to the definition that contains them.</summary>
/// <param name="definitions">The root and the schemas of <c>$defs</c>.</param>
/// <param name="targets">The target of each written <c>$ref</c>.</param>
/// <param name="work">Limits the work for the request.</param>
internal sealed class SchemaRecursion(IEnumerable<SchemaNode> definitions, Dictionary<SchemaNode, SchemaNode> targets, WorkLimit work)
{
    private readonly List<Step> steps = [];

    public bool Exists()
    {
        Collect();
        var cycles = new SchemaCycles(work);
        cycles.Find(steps.Select(step => (step.From, step.To)));
        return steps.Exists(step => cycles.Holds(step.From, step.To));
    }

    /// <summary>Chooses properties to remove from <c>required</c>, so that no cycle of references goes through required properties only.</summary>
    /// <param name="loosened">The properties to remove, by their object.</param>
    /// <returns>False when a cycle has no property that could be removed.</returns>
    public bool TryLoosen(out Dictionary<SchemaNode, List<string>> loosened)
    {
        Collect();
        loosened = [];
        var isHelped = true;
        var required = steps.Where(step => !step.IsOptional).ToList();
        var byProperty = required.ToLookup(step => (step.Object, step.Property));
        var cycles = new SchemaCycles(work);
        cycles.Find(required.Select(step => (step.From, step.To)));
        foreach (var step in required)
        {
            if (step.IsTaken || !cycles.Holds(step.From, step.To))
                continue;
            if (step.Property is { } property)
            {
                (loosened.TryGetValue(step.Object, out var properties) ? properties : loosened[step.Object] = []).Add(property);
                foreach (var same in byProperty[(step.Object, property)])
                    Take(same);
            }
            else
            {
                isHelped = false;
                Take(step);
            }
        }

        return isHelped;

        void Take(Step step)
        {
            step.IsTaken = true;
            cycles.Remove(step.From, step.To);
        }
    }

    private void Collect()
    {
        foreach (var definition in definitions)
            Collect(definition, definition, new Step(definition, definition, definition, null, false));
    }

    private void Collect(SchemaNode definition, SchemaNode node, Step way)
    {
        work.Spend();
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

    /// <summary>A reference from one definition to another, with the innermost required property that contains it.</summary>
    private sealed record Step(SchemaNode From, SchemaNode To, SchemaNode Object, string? Property, bool IsOptional)
    {
        public bool IsTaken { get; set; }
    }
}
