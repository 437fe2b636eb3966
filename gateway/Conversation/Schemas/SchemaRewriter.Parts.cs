namespace Dragoman.Conversation.Schemas;

/// <summary>Putting <c>allOf</c> and references together. The work is bounded, whatever the client wrote.</summary>
internal sealed partial class SchemaRewriter
{
    /// <summary>Beyond this a schema is a bomb: a description that is written out thousands of times.</summary>
    public const int MostBytes = 1 << 20;

    private int nodes;
    private long bytes;

    /// <summary>The node with <c>allOf</c>, and a <c>$ref</c> that has constraints beside it, put together.</summary>
    private SchemaNode Folded(SchemaNode source)
    {
        var merges = source.Keywords.Keys.Any(keyword => keyword != "allOf" && IsMerged(keyword));
        if (!merges && source.Target is null && source.List("allOf") is [{ Target: not null } only])
            return Referring(source, only.Target);
        return source.Has("allOf") || (source.Target is not null && merges) ? Expanded(source) : source;
    }

    /// <summary>
    /// As <see cref="Folded"/> for a schema that stands inside of itself: putting it together again would not end, so a
    /// reference stays one, and what stands beside it is told in words.
    /// </summary>
    private SchemaNode Repeated(SchemaNode source)
    {
        if (source.Target is not null || !source.Has("allOf"))
            return source;
        var target = source.List("allOf").Select(part => part.Target).FirstOrDefault(target => target is not null);
        return target is null ? Folded(source) : Referring(source, target);
    }

    private static SchemaNode Referring(SchemaNode source, SchemaNode target)
    {
        var reference = source.Copy();
        reference.Target = target;
        var others = source.List("allOf").Where(part => part.Target != target || part.Keywords.Count > 1).ToList();
        reference.Keywords.Remove("allOf");
        if (others.Count > 0)
            reference.Keywords["allOf"] = SchemaValue.Of(others);
        return reference;
    }

    /// <summary>A copy without reference and <c>allOf</c>.</summary>
    private SchemaNode Expanded(SchemaNode source)
    {
        var own = source.Copy();
        own.Keywords.Remove("allOf");
        own.Keywords.Remove("$ref");
        own.Keywords.Remove("$dynamicRef");
        own.Target = null;
        return Merged(own, (source.Target is { } target ? [target] : (IEnumerable<SchemaNode>)[]).Concat(source.List("allOf")));
    }

    private SchemaNode Merged(SchemaNode own, IEnumerable<SchemaNode> parts)
    {
        var result = own.Copy();
        foreach (var part in parts)
        {
            Spend(part, 0);
            SchemaMerge.Into(result, part.Boolean is null ? Expanded(part) : part);
        }

        return result;
    }

    /// <summary>Whether a keyword makes it into what the provider is told, so that it has to be put together with others.</summary>
    private bool IsMerged(string keyword) => SchemaVocabulary.Assertions.ContainsKey(keyword) && keyword is not ("$ref" or "$dynamicRef")
        && (rules.Keywords!.Contains(keyword) || keyword is "const" or "allOf" or "oneOf" or "prefixItems");

    private SchemaNode Reference(SchemaNode source, SchemaNode target, int depth)
    {
        if (rules.InlinesReferences)
            return Inlined(source, target, depth);
        var reference = new SchemaNode(source.Pointer);
        reference.Keywords["$ref"] = SchemaValue.Of(target == document.Root ? "#" : $"#/$defs/{SchemaDocument.Escape(NameOf(target)).Replace("%", "%25", StringComparison.Ordinal)}");
        references[reference] = target;
        var result = new SchemaNode(source.Pointer);
        var notes = new List<string>();
        foreach (var (keyword, value) in source.Keywords.Where(one => one.Key is not ("$ref" or "$dynamicRef")))
        {
            if (!SchemaVocabulary.Assertions.ContainsKey(keyword))
                Keep(result, keyword, value, notes, depth);
            else if (losses.Remove(keyword, value) is { } note)
                notes.Add(note);
        }

        Describe(result, notes);
        if (result.Keywords.Count == 0)
            return reference;
        result.Keywords.Insert(0, "anyOf", SchemaValue.Of([reference]));
        return result;
    }

    private SchemaNode Inlined(SchemaNode source, SchemaNode target, int depth)
    {
        if (!open.Contains(target))
        {
            open.Push(target);
            var result = Rewrite(Expanded(source), depth);
            open.Pop();
            return result;
        }

        losses.Remove("$ref", SchemaValue.Of(target.Pointer));
        var cut = new SchemaNode(source.Pointer);
        if (Expanded(target).Keywords.TryGetValue("type", out var type))
            cut.Keywords["type"] = type;
        if (source.Keywords.TryGetValue("description", out var description))
            cut.Keywords["description"] = description;
        return Rewrite(cut, depth + 1, [$"the same form again as {(target.Pointer.Length == 0 ? "the whole" : target.Pointer)}"]);
    }

    private string NameOf(SchemaNode target)
    {
        if (definitions.TryGetValue(target, out var known))
            return known;
        var name = target.Pointer[(target.Pointer.LastIndexOf('/') + 1)..].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        var unique = name;
        for (var number = 2; definitions.ContainsValue(unique); number++)
            unique = $"{name}_{number}";
        definitions.Add(target, unique);
        return unique;
    }

    private void Spend(SchemaNode at, int size)
    {
        bytes += size;
        if (++nodes > SchemaDocument.MostNodes)
            throw TooLarge(at);
    }

    private void Spend(int size)
    {
        bytes += size;
        if (bytes > MostBytes)
            throw TooLarge(document.Root);
    }

    private GatewayException TooLarge(SchemaNode at) => document.Refusal(at.Pointer,
        $"grows beyond {SchemaDocument.MostNodes} schemas, {SchemaDocument.DeepestNesting} levels or {MostBytes >> 20} MiB once its parts are put together");
}
