using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Conversation.Schemas;

/// <summary>Rewrites one schema by the rules of a provider. Nothing of the client's tree is changed.</summary>
internal sealed class SchemaRewriter(SchemaDocument document, SchemaRules rules)
{
    private const int LongestNote = 500;

    private readonly OrderedDictionary<SchemaNode, string> definitions = [];
    private readonly Stack<SchemaNode> open = [];
    private int nodes;
    private int optional;

    public OrderedDictionary<string, bool> RemovedKeywords { get; } = [];

    public IEnumerable<string> Removed => RemovedKeywords.Keys;

    public bool ChangesValidity { get; private set; }

    public string? Unsupported { get; private set; }

    public SchemaNode Document()
    {
        var source = document.Root;
        if (rules.NeedsObjectRoot)
        {
            if (!SchemaRoot.DescribesObject(source))
                throw SchemaRoot.NotAnObject(document);
            source = Folded(source, expand: true);
            if (source.Has("anyOf") || source.Has("oneOf"))
                throw document.Refusal("", "must describe one object at its root, not a choice of several, which this provider does not take");
            if (source.Has("type"))
                source.Keywords["type"] = SchemaValue.Of("object");
            else
                source.Keywords.Insert(0, "type", SchemaValue.Of("object"));
        }

        open.Push(document.Root);
        var root = Rewrite(source, 1);
        var named = new OrderedDictionary<string, SchemaNode>();
        for (var index = 0; index < definitions.Count; index++)
        {
            var (target, name) = definitions.GetAt(index);
            named[name] = Rewrite(target, 1);
        }

        if (named.Count > 0)
            root.Keywords["$defs"] = SchemaValue.Of(named);
        if (optional > rules.MostOptional)
            Unsupported ??= $"{document.Field} has {optional} optional properties; this provider takes at most {rules.MostOptional}";
        return root;
    }

    private SchemaNode Rewrite(SchemaNode source, int depth)
    {
        if (++nodes > SchemaDocument.MostNodes || depth > SchemaDocument.DeepestNesting)
            throw document.Refusal(source.Pointer, $"grows beyond {SchemaDocument.MostNodes} schemas or {SchemaDocument.DeepestNesting} levels once its references are written out");
        source = Folded(source, expand: false);
        if (source.Target is { } target)
            return Reference(source, target, depth);
        if (source.Boolean is { } boolean)
        {
            ChangesValidity |= !boolean;
            source = new SchemaNode(source.Pointer);
        }

        var result = new SchemaNode(source.Pointer);
        var notes = new List<string>();
        foreach (var (keyword, value) in Prepared(source, notes).Keywords)
            Keep(result, keyword, value, notes, depth);
        if (rules.NullableKeyword)
            NullabilityAsKeyword(result);
        var isObject = result.Strings("type").Contains("object") || (result.Has("properties") && !result.Has("type"));
        if (isObject && rules.IsClosed)
            Close(result);
        else if (result.Has("required") && result.Map("properties") is var properties && !rules.KeepsUnknown)
            result.Keywords["required"] = SchemaValue.Of(result.Strings("required").Where(properties.ContainsKey).ToList());
        return Described(result, notes);
    }

    /// <summary>The node with <c>allOf</c>, and a <c>$ref</c> that has constraints beside it, written out in it.</summary>
    private SchemaNode Folded(SchemaNode source, bool expand)
    {
        var constrained = source.Keywords.Keys.Any(keyword => keyword is not ("$ref" or "$dynamicRef") && SchemaVocabulary.Assertions.ContainsKey(keyword));
        if (!source.Has("allOf") && (source.Target is null || (!constrained && !expand)))
            return expand ? source.Copy() : source;
        var own = source.Copy();
        own.Keywords.Remove("allOf");
        own.Keywords.Remove("$ref");
        own.Keywords.Remove("$dynamicRef");
        own.Target = null;
        var parts = (source.Target is { } target ? [target] : (IEnumerable<SchemaNode>)[]).Concat(source.List("allOf")).ToList();
        foreach (var part in parts)
        {
            if (++nodes > SchemaDocument.MostNodes)
                throw document.Refusal(source.Pointer, $"grows beyond {SchemaDocument.MostNodes} schemas once its parts are put together");
            ChangesValidity |= SchemaMerge.Into(own, Folded(part, expand: true));
        }

        return own;
    }

    private SchemaNode Reference(SchemaNode source, SchemaNode target, int depth)
    {
        if (rules.InlinesReferences)
            return Inlined(source, target, depth);
        var result = new SchemaNode(source.Pointer);
        if (rules.RefusesRecursion && Leads(target, source))
            Unsupported ??= $"{document.Field} refers to itself (at {source.Pointer}); this provider takes no recursion";
        var reference = new SchemaNode(source.Pointer);
        reference.Keywords["$ref"] = SchemaValue.Of(target == document.Root ? "#" : $"#/$defs/{SchemaDocument.Escape(NameOf(target)).Replace("%", "%25", StringComparison.Ordinal)}");
        var notes = new List<string>();
        foreach (var (keyword, value) in source.Keywords)
        {
            if (keyword is not ("$ref" or "$dynamicRef"))
                Keep(result, keyword, value, notes, depth);
        }

        result = Described(result, notes);
        if (result.Keywords.Count == 0)
            return reference;
        result.Keywords.Insert(0, "anyOf", SchemaValue.Of([reference]));
        return result;
    }

    private SchemaNode Inlined(SchemaNode source, SchemaNode target, int depth)
    {
        if (open.Contains(target))
        {
            ChangesValidity = true;
            RemovedKeywords["$ref"] = true;
            var cut = new SchemaNode(source.Pointer);
            cut.Keywords["type"] = SchemaValue.Of("object");
            if (source.Raw("description") is { } description)
                cut.Keywords["description"] = new SchemaValue(description);
            return Described(cut, [$"the same form again as {(target.Pointer.Length == 0 ? "the whole" : target.Pointer)}"]);
        }

        open.Push(target);
        var result = Rewrite(Folded(source, expand: true), depth);
        open.Pop();
        return result;
    }

    private bool Leads(SchemaNode from, SchemaNode to)
    {
        var seen = new HashSet<SchemaNode>();
        var waiting = new Stack<SchemaNode>([from]);
        while (waiting.TryPop(out var node))
        {
            if (node == to)
                return true;
            if (!seen.Add(node))
                continue;
            foreach (var next in node.Target is { } target ? node.Children.Append(target) : node.Children)
                waiting.Push(next);
        }

        return from == document.Root;
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

    /// <summary>The node with the keywords that have an equal under another name.</summary>
    private SchemaNode Prepared(SchemaNode source, List<string> notes)
    {
        var node = source.Copy();
        if (node.Has("oneOf") && !node.Has("anyOf") && !rules.Keywords!.Contains("oneOf"))
        {
            ChangesValidity |= node.List("oneOf").Count > 1;
            Rename(node, "oneOf", "anyOf", node.Keywords["oneOf"]);
        }

        if (node.Raw("const") is { } constant && rules.ConstAsEnum && !node.Has("enum"))
            Rename(node, "const", "enum", SchemaValue.Of([constant]));
        if (node.Raw("enum") is { ValueKind: JsonValueKind.Array } choices && rules.Choices == EnumChoices.Strings)
        {
            var kept = choices.EnumerateArray().Where(choice => choice.ValueKind != JsonValueKind.Null).ToList();
            if (kept.Count == 0 || !kept.TrueForAll(choice => choice.ValueKind == JsonValueKind.String))
            {
                Remove(source.Has("const") ? "const" : "enum", source.Has("const") ? source.Keywords["const"] : node.Keywords["enum"], notes);
                node.Keywords.Remove("enum");
                if (!node.Has("type") && kept.Count > 0)
                    node.Keywords["type"] = SchemaValue.Of(TypeOf(kept[0]));
            }
            else
            {
                if (kept.Count < choices.GetArrayLength())
                    node.Keywords["nullable"] = SchemaValue.Of(true);
                node.Keywords["enum"] = SchemaValue.Of(kept);
                if (!node.Has("type"))
                    node.Keywords["type"] = SchemaValue.Of("string");
            }
        }

        if (rules.IsClosed && !node.Has("type") && !node.Has("anyOf") && (node.Has("properties") || node.Has("required")))
            node.Keywords.Insert(0, "type", SchemaValue.Of("object"));
        return node;
    }

    private void Keep(SchemaNode result, string keyword, SchemaValue value, List<string> notes, int depth)
    {
        if (keyword is "$defs" or "definitions")
            return;
        var isKnown = SchemaVocabulary.Assertions.ContainsKey(keyword) || SchemaVocabulary.Identity.Contains(keyword) || SchemaVocabulary.Hints.Contains(keyword);
        if (!rules.Keywords!.Contains(keyword) && (isKnown || !rules.KeepsUnknown))
            Remove(keyword, value, notes);
        else if (keyword == "additionalProperties" && rules.IsClosed)
            RemoveOpenness(value, notes);
        else if (keyword == "format" && rules.Formats is { } formats && !(value.Raw.ValueKind == JsonValueKind.String && formats.Contains(value.Raw.GetString()!)))
            Remove(keyword, value, notes);
        else if (keyword == "enum" && rules.Choices == EnumChoices.Primitives && value.Raw.ValueKind == JsonValueKind.Array
            && value.Raw.EnumerateArray().Any(choice => choice.ValueKind is JsonValueKind.Object or JsonValueKind.Array))
            Remove(keyword, value, notes);
        else if (keyword == "const" && rules.Choices == EnumChoices.Primitives && value.Raw.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            Remove(keyword, value, notes);
        else if (keyword == "minItems" && rules.MostMinItems < int.MaxValue && value.Raw.ValueKind == JsonValueKind.Number && value.Raw.GetDouble() > rules.MostMinItems)
            Remove(keyword, value, notes);
        else if (value.Node is { } node)
            result.Keywords[keyword] = node.Boolean is not null && keyword == "additionalProperties" ? node : Rewrite(node, depth + 1);
        else if (value.List is { } list)
            result.Keywords[keyword] = SchemaValue.Of(list.Select(one => Rewrite(one, depth + 1)).ToList());
        else if (value.Map is { } map)
            result.Keywords[keyword] = SchemaValue.Of(new OrderedDictionary<string, SchemaNode>(map.Select(one => KeyValuePair.Create(one.Key, Rewrite(one.Value, depth + 1)))));
        else
            result.Keywords[keyword] = value;
    }

    /// <summary>A closed object cannot be a map; that it was one has to be told.</summary>
    private void RemoveOpenness(SchemaValue value, List<string> notes)
    {
        if (value.Node?.Boolean == false)
            return;
        RemovedKeywords["additionalProperties"] = true;
        if (value.Node?.Boolean is null)
            notes.Add(Note("additionalProperties", value));
    }

    private void Remove(string keyword, SchemaValue value, List<string> notes)
    {
        if (SchemaVocabulary.Identity.Contains(keyword))
            return;
        RemovedKeywords[keyword] = true;
        var asserts = SchemaVocabulary.Assertions.ContainsKey(keyword);
        ChangesValidity |= asserts && value.Node?.Boolean != true;
        if ((asserts || SchemaVocabulary.Hints.Contains(keyword)) && !(keyword == "additionalProperties" && value.Node?.Boolean is not null))
            notes.Add(Note(keyword, value));
    }

    private void Close(SchemaNode result)
    {
        var properties = new OrderedDictionary<string, SchemaNode>(result.Map("properties"));
        var required = result.Strings("required").ToHashSet();
        foreach (var name in required.Where(name => !properties.ContainsKey(name)))
            properties[name] = new SchemaNode(result.Pointer);
        if (rules.RequiresAll)
        {
            foreach (var (name, property) in properties.Where(property => !required.Contains(property.Key)).ToList())
            {
                var (nullable, changed) = SchemaNull.Allow(property);
                properties[name] = nullable;
                ChangesValidity |= changed;
            }

            result.Keywords["required"] = SchemaValue.Of(properties.Keys);
        }

        optional += properties.Keys.Count(name => !required.Contains(name));
        result.Keywords["properties"] = SchemaValue.Of(properties);
        result.Keywords["additionalProperties"] = new SchemaNode(result.Pointer, false);
    }

    private static void NullabilityAsKeyword(SchemaNode result)
    {
        var types = result.Strings("type").ToList();
        var branches = result.List("anyOf");
        var kept = branches.Where(branch => !branch.Strings("type").SequenceEqual(["null"])).ToList();
        if (kept.Count > 0 && kept.Count < branches.Count)
        {
            result.Keywords["anyOf"] = SchemaValue.Of(kept);
            result.Keywords["nullable"] = SchemaValue.Of(true);
        }

        if (types.Count > 1 && types.Remove("null"))
            result.Keywords["nullable"] = SchemaValue.Of(true);
        if (types.Count == 1 && result.Raw("type") is { ValueKind: JsonValueKind.Array })
        {
            result.Keywords["type"] = SchemaValue.Of(types[0]);
        }
        else if (types.Count > 1)
        {
            result.Keywords.Remove("type");
            result.Keywords["anyOf"] = SchemaValue.Of(types.ConvertAll(type => OfType(result, type)));
            foreach (var keyword in result.Keywords.Keys.Where(keyword => SchemaVocabulary.Assertions.TryGetValue(keyword, out var about) && about.Length > 0).ToList())
                result.Keywords.Remove(keyword);
        }
    }

    private static SchemaNode OfType(SchemaNode node, string type)
    {
        var branch = new SchemaNode(node.Pointer);
        branch.Keywords["type"] = SchemaValue.Of(type);
        foreach (var (keyword, value) in node.Keywords)
        {
            if (SchemaVocabulary.Assertions.TryGetValue(keyword, out var about) && about.Length > 0 && about == (type == "integer" ? "number" : type))
                branch.Keywords[keyword] = value;
        }

        return branch;
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "string",
    };

    private static void Rename(SchemaNode node, string from, string to, SchemaValue value)
    {
        var index = node.Keywords.IndexOf(from);
        node.Keywords.RemoveAt(index);
        node.Keywords.Insert(index, to, value);
    }

    private static string Note(string keyword, SchemaValue value)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
            value.Write(writer);
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        return $"{keyword}: {(text.Length > LongestNote ? string.Concat(text.AsSpan(0, LongestNote), "…") : text)}";
    }

    private static SchemaNode Described(SchemaNode node, List<string> notes)
    {
        if (notes.Count > 0)
        {
            var own = node.Raw("description") is { ValueKind: JsonValueKind.String } description ? description.GetString() + "\n" : "";
            node.Keywords["description"] = SchemaValue.Of(own + string.Join('\n', notes));
        }

        return node;
    }
}
