namespace Dragoman.Schemas;

/// <summary>
/// Rewrites a schema by the rules of a provider, in steps: merge all parts that apply, convert them to forms that the provider
/// knows (<see cref="SchemaForms"/>), keep the keywords that it accepts, and close objects. The client's tree is not changed.
/// </summary>
internal sealed partial class SchemaRewriter(SchemaDocument document, SchemaRules rules)
{
    private readonly SchemaLosses losses = new();
    private readonly OrderedDictionary<SchemaNode, string> definitions = [];
    private readonly Dictionary<SchemaNode, SchemaNode> written = [];
    private readonly Dictionary<SchemaNode, SchemaNode> references = [];

    // The client's schemas that are being written, each inside the one before.
    private readonly HashSet<SchemaNode> path = [];
    private int optional;

    public SchemaLosses Losses => losses;

    public SchemaNode Document()
    {
        var source = document.Root;
        var notes = new List<string>();
        if (rules.NeedsObjectRoot)
        {
            if (!SchemaRoot.DescribesObject(source))
                throw SchemaRoot.NotAnObject(document);
            source = new SchemaUnion(rules, losses, Expanded).OneObject(Expanded(source), notes);
            if (source.Has("type"))
                source.Keywords["type"] = SchemaValue.Of("object");
            else
                source.Keywords.Insert(0, "type", SchemaValue.Of("object"));
        }

        var root = written[document.Root] = Rewrite(source, 1, notes);
        var named = new OrderedDictionary<string, SchemaNode>();
        for (var index = 0; index < definitions.Count; index++)
        {
            var (target, name) = definitions.GetAt(index);
            named[name] = written[target] = Rewrite(target, 1, []);
        }

        if (named.Count > 0)
            root.Keywords["$defs"] = SchemaValue.Of(named);
        KeepLimits();
        if (losses.ChangesValidity)
            LoosenChoices();
        return root;
    }

    /// <summary>Replaces <c>oneOf</c> by <c>anyOf</c>: when branches are weakened, a value that matched exactly one may match several.</summary>
    private void LoosenChoices()
    {
        var waiting = new Stack<SchemaNode>(written.Values);
        while (waiting.TryPop(out var node))
        {
            foreach (var child in node.Children)
                waiting.Push(child);
            if (node.Keywords.IndexOf("oneOf") is var index and >= 0)
            {
                var choice = node.Keywords["oneOf"];
                node.Keywords.RemoveAt(index);
                node.Keywords.Insert(index, "anyOf", choice);
            }
        }
    }

    private void KeepLimits()
    {
        if (optional > rules.MostOptional)
            losses.Refuse($"{document.Field} has {optional} optional properties; this provider accepts at most {rules.MostOptional}");
        if (written.Values.Select(DeepestObject).Max() is var deepest && deepest > rules.DeepestObjects)
            losses.Refuse($"{document.Field} has {deepest} levels of nested objects; this provider accepts at most {rules.DeepestObjects}");
        if (rules.Recursion == RecursionLimit.Anywhere)
            return;
        var recursion = new SchemaRecursion(written.Values, references.ToDictionary(one => one.Key, one => written[one.Value]), document.Work);
        if (rules.Recursion == RecursionLimit.None)
        {
            if (recursion.Exists())
                losses.Refuse($"{document.Field} refers to itself; this provider does not accept recursion");
            return;
        }

        if (!recursion.TryLoosen(out var loosened))
            losses.Refuse($"{document.Field} refers to itself without a property in between; this provider accepts recursion only in optional properties");
        foreach (var (holder, properties) in loosened)
        {
            holder.Keywords["required"] = SchemaValue.Of(holder.Strings("required").Where(name => !properties.Contains(name)).ToList());
            Describe(holder, [.. properties.Select(property => losses.Weaken("required", SchemaValue.Of([property])))]);
        }
    }

    private static int DeepestObject(SchemaNode node) =>
        (node.Has("properties") ? 1 : 0) + node.Children.Select(DeepestObject).DefaultIfEmpty().Max();

    private SchemaNode Rewrite(SchemaNode original, int depth) => Rewrite(original, depth, []);

    private SchemaNode Rewrite(SchemaNode original, int depth, List<string> notes)
    {
        Spend(original, 0);
        SpendCopying(original);
        if (depth > SchemaDocument.DeepestNesting)
            throw TooLarge(original);
        var isFirst = path.Add(original);
        var source = isFirst ? Folded(original) : Repeated(original);
        var result = source.Target is { } target ? Reference(source, target, depth) : Written(source, isFirst, depth, notes);
        if (isFirst)
            path.Remove(original);
        return result;
    }

    private SchemaNode Written(SchemaNode source, bool isFirst, int depth, List<string> notes)
    {
        var node = source.Copy();
        if (source.Boolean is { } boolean)
        {
            losses.ChangesValidity |= !boolean;
            node = new SchemaNode(source.Pointer);
        }

        notes.AddRange(source.Rest.Select(rest => losses.Remove("allOf", SchemaValue.Of([rest]))).OfType<string>());
        var forms = new SchemaForms(rules, losses, document.Field, node, notes);
        if (forms.ChoiceAsAnyOf() && rules.IsClosed)
            PushIntoChoice(node, isFirst, notes);
        forms.Bring();
        var result = new SchemaNode(source.Pointer);
        foreach (var (keyword, value) in node.Keywords)
            Keep(result, keyword, value, notes, depth);
        Describe(result, notes);
        if (rules.IsClosed && result.Strings("type").Contains("object"))
            Close(result);
        return result;
    }

    /// <summary>Moves the keywords beside a choice into each branch, because a closed branch would forbid the properties that it does not name.</summary>
    private void PushIntoChoice(SchemaNode node, bool isFirst, List<string> notes)
    {
        var branches = node.List("anyOf");
        var outer = new SchemaNode(node.Pointer);
        foreach (var (keyword, value) in node.Keywords.Where(one => one.Key != "anyOf" && IsMerged(one.Key)))
            outer.Keywords[keyword] = value;
        if (outer.Keywords.Count == 0)
            return;
        foreach (var keyword in outer.Keywords.Keys)
            node.Keywords.Remove(keyword);
        var types = outer.Strings("type").ToHashSet();
        if (outer.Keywords.Count == 1 && types.Count > 0 && branches.All(branch => SchemaRoot.Types(branch) is { Count: > 0 } own && own.TrueForAll(types.Contains)))
            return;
        if (isFirst)
            node.Keywords["anyOf"] = SchemaValue.Of(branches.Select(branch => Merged(outer, [branch])).ToList());
        else
            notes.AddRange(outer.Keywords.Select(one => losses.Remove(one.Key, one.Value)).OfType<string>());
    }

    private void Keep(SchemaNode result, string keyword, SchemaValue value, List<string> notes, int depth)
    {
        if (keyword is "$defs" or "definitions" || (rules.IsClosed && keyword == "unevaluatedProperties" && value.Node?.Boolean == false))
            return;
        if (rules.IsClosed && keyword is "additionalProperties" or "patternProperties")
        {
            RemoveOpenness(keyword, value, notes);
            return;
        }

        if (!Takes(keyword, value))
        {
            if (losses.Remove(keyword, value) is { } note)
                notes.Add(note);
            return;
        }

        if (value.Node is { } node)
        {
            result.Keywords[keyword] = node.Boolean is not null && keyword == "additionalProperties" ? node : Rewrite(node, depth + 1);
        }
        else if (value.List is { } list)
        {
            result.Keywords[keyword] = SchemaValue.Of(list.Select(one => Rewrite(one, depth + 1)).ToList());
        }
        else if (value.Map is { } map)
        {
            foreach (var name in map.Keys)
                Spend(name.Length);
            result.Keywords[keyword] = SchemaValue.Of(new OrderedDictionary<string, SchemaNode>(map.Select(one => KeyValuePair.Create(one.Key, Rewrite(one.Value, depth + 1)))));
        }
        else
        {
            Spend(value.Raw.GetRawText().Length);
            result.Keywords[keyword] = value;
        }
    }

    private bool Takes(string keyword, SchemaValue value) =>
        keyword == "format" && rules.Formats is { } formats ? value.Raw.ValueKind == System.Text.Json.JsonValueKind.String && formats.Contains(value.Raw.GetString()!)
        : rules.Keywords!.Contains(keyword) || (rules.KeepsUnknown && !SchemaVocabulary.IsKnown(keyword));

    /// <summary>
    /// Removes keywords for properties without fixed names. A closed object cannot be a map, so a schema for further properties is
    /// rejected.
    /// </summary>
    private void RemoveOpenness(string keyword, SchemaValue value, List<string> notes)
    {
        if (value.Node?.Boolean == false)
            return;
        var note = losses.Weaken(keyword, value);
        if (value.Node?.Boolean == true)
            return;
        notes.Add(note);
        losses.Refuse($"{document.Field} has {keyword}, which allows properties without fixed names; this provider accepts only fixed names");
    }

    private void Close(SchemaNode result)
    {
        var properties = new OrderedDictionary<string, SchemaNode>(result.Map("properties"));
        var required = result.Strings("required").ToHashSet();
        if (rules.RequiresAll)
        {
            foreach (var (name, property) in properties.Where(property => !required.Contains(property.Key)).ToList())
            {
                var (nullable, changed) = SchemaNull.Allow(property);
                properties[name] = nullable;
                losses.ChangesValidity |= changed;
            }

            result.Keywords["required"] = SchemaValue.Of(properties.Keys);
        }

        optional += properties.Keys.Count(name => !required.Contains(name));
        result.Keywords["properties"] = SchemaValue.Of(properties);
        result.Keywords["additionalProperties"] = new SchemaNode(result.Pointer, false);
    }

    private static void Describe(SchemaNode node, List<string> notes)
    {
        if (notes.Count == 0)
            return;
        var own = node.Raw("description") is { ValueKind: System.Text.Json.JsonValueKind.String } description ? description.GetString() + "\n" : "";
        node.Keywords["description"] = SchemaValue.Of(own + string.Join('\n', notes));
    }
}
