using Dragoman.Conversation;

namespace Dragoman.Schemas;

/// <summary>Finds the references of a written schema that lead back to where they stand.</summary>
/// <param name="definitions">The root and what <c>$defs</c> holds.</param>
/// <param name="targets">What each written <c>$ref</c> leads to.</param>
/// <param name="work">Bounds the work for the request.</param>
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

    /// <summary>Chooses properties to take out of <c>required</c>, so that no reference leads back through required ones only.</summary>
    /// <param name="loosened">What to take, by the object that has it.</param>
    /// <returns>False when a reference leads back that no property holds, which cannot be helped.</returns>
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

    /// <summary>A reference from one definition to another, and the innermost required property that holds it.</summary>
    private sealed record Step(SchemaNode From, SchemaNode To, SchemaNode Object, string? Property, bool IsOptional)
    {
        public bool IsTaken { get; set; }
    }
}
