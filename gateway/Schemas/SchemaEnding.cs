namespace Dragoman.Schemas;

/// <summary>
/// Finds the schemas that a finite document can satisfy, from the leaves upwards. Each schema counts the parts that are not yet
/// known to be satisfiable, so that every reference between two schemas is examined once.
/// </summary>
internal sealed class SchemaEnding
{
    private readonly Dictionary<SchemaNode, State> states = [];
    private readonly Stack<State> found = [];

    private SchemaEnding(SchemaDocument document)
    {
        foreach (var node in document.Nodes)
            states.Add(node, new State());
        foreach (var node in document.Nodes)
        {
            document.Work.Spend();
            Read(node, states[node]);
        }

        foreach (var state in states.Values)
            Check(state);
        while (found.TryPop(out var state))
        {
            foreach (var tell in state.Waiting)
                tell();
        }
    }

    /// <summary>The schemas that can be satisfied.</summary>
    public static Predicate<SchemaNode> Of(SchemaDocument document)
    {
        var ending = new SchemaEnding(document);
        return node => ending.states[node].Ends;
    }

    private void Check(State state)
    {
        if (state.Ends || !state.CanEnd)
            return;
        state.Ends = true;
        found.Push(state);
    }

    private void Read(SchemaNode node, State state)
    {
        if (node.Boolean is not null || node.Has("const") || node.Has("enum"))
            return;
        foreach (var part in node.Target is { } target ? node.List("allOf").Prepend(target) : node.List("allOf"))
        {
            state.Needed++;
            When(part, state, () => state.Needed--);
        }

        Choice(node, state, "anyOf");
        Choice(node, state, "oneOf");
        var types = node.Strings("type").ToList();
        if (types.Count == 0 || types.Exists(type => type is not ("object" or "array")))
            return;
        // A value of at least one of the types must be possible.
        state.Needed++;
        if (types.Contains("object"))
            RequiredProperties(node, state);
        if (types.Contains("array"))
            RequiredItems(node, state);
    }

    private void Choice(SchemaNode node, State state, string keyword)
    {
        if (!node.Has(keyword))
            return;
        state.Needed++;
        var isOpen = true;
        foreach (var branch in node.List(keyword))
        {
            When(branch, state, () =>
            {
                state.Needed -= isOpen ? 1 : 0;
                isOpen = false;
            });
        }
    }

    private void RequiredProperties(SchemaNode node, State state)
    {
        var properties = node.Map("properties");
        var required = node.Strings("required").Distinct().Where(properties.ContainsKey).ToList();
        var missing = required.Count;
        if (missing == 0)
            state.HasType();
        foreach (var name in required)
        {
            When(properties[name], state, () =>
            {
                if (--missing == 0)
                    state.HasType();
            });
        }
    }

    private void RequiredItems(SchemaNode node, State state)
    {
        var needsItems = node.Raw("minItems") is { ValueKind: System.Text.Json.JsonValueKind.Number } least && least.GetDouble() > node.List("prefixItems").Count;
        if (needsItems && node.Node("items") is { } items)
            When(items, state, state.HasType);
        else
            state.HasType();
    }

    /// <summary>Updates <paramref name="waiting"/> when the other schema is found to be satisfiable.</summary>
    private void When(SchemaNode other, State waiting, Action done) => states[other].Waiting.Add(() =>
    {
        done();
        Check(waiting);
    });

    private sealed class State
    {
        private bool hasType;

        public List<Action> Waiting { get; } = [];

        public int Needed { get; set; }

        public bool CanEnd => Needed == 0;

        public bool Ends { get; set; }

        /// <summary>A value of one of the types is possible.</summary>
        public void HasType()
        {
            Needed -= hasType ? 0 : 1;
            hasType = true;
        }
    }
}
