using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Schemas;

/// <summary>Merges <c>allOf</c> and references. The work is limited, whatever the client's schema is.</summary>
internal sealed partial class SchemaRewriter
{
    /// <summary>The largest result in bytes. A larger one comes from an attack, such as a long description that is repeated thousands of times.</summary>
    public const int MostBytes = 1 << 20;

    /// <summary>
    /// The most characters that are copied while parts are merged, far more than an acceptable schema has. Thousands of references
    /// can lead to one large part.
    /// </summary>
    private const long MostCopied = 16 << 20;

    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private int nodes;
    private long bytes;
    private long copied;

    /// <summary>The node with its <c>allOf</c> merged, and a <c>$ref</c> with other constraints beside it merged too.</summary>
    private SchemaNode Folded(SchemaNode source)
    {
        var merges = source.Keywords.Keys.Any(keyword => keyword != "allOf" && IsMerged(keyword));
        if (!merges && source.Target is null && source.List("allOf") is [{ Target: not null } only])
            return Referring(source, only.Target);
        return source.Has("allOf") || (source.Target is not null && merges) ? Expanded(source) : source;
    }

    /// <summary>
    /// Does the same as <see cref="Folded"/> for a schema inside itself. Merging it again would not end, so a reference stays a
    /// reference, and the constraints beside it go into the description.
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

    /// <summary>A copy with its reference and <c>allOf</c> merged into it.</summary>
    private SchemaNode Expanded(SchemaNode source)
    {
        SpendCopying(source);
        var own = source.Copy();
        own.Keywords.Remove("allOf");
        own.Keywords.Remove("$ref");
        own.Keywords.Remove("$dynamicRef");
        own.Target = null;
        return Merged(own, (source.Target is { } target ? [target] : (IEnumerable<SchemaNode>)[]).Concat(source.List("allOf")));
    }

    private SchemaNode Merged(SchemaNode own, IEnumerable<SchemaNode> parts)
    {
        SpendCopying(own);
        var merge = new SchemaMerge(own.Copy(), SpendCopying);
        foreach (var part in parts)
        {
            Spend(part, 0);
            SpendCopying(part);
            merge.Add(part.Boolean is null ? Expanded(part) : part);
        }

        return merge.Whole();
    }

    /// <summary>Whether a keyword is part of the result, so that it has to be merged with others.</summary>
    private bool IsMerged(string keyword) => SchemaVocabulary.Assertions.ContainsKey(keyword) && keyword is not ("$ref" or "$dynamicRef")
        && (rules.Keywords!.Contains(keyword) || keyword is "const" or "allOf" or "oneOf" or "prefixItems");

    private SchemaNode Reference(SchemaNode source, SchemaNode target, int depth)
    {
        var reference = new SchemaNode(source.Pointer);
        reference.Keywords["$ref"] = SchemaValue.Of(target == document.Root ? "#" : $"#/$defs/{SchemaPlace.Escape(NameOf(target)).Replace("%", "%25", StringComparison.Ordinal)}");
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

    private string NameOf(SchemaNode target)
    {
        if (definitions.TryGetValue(target, out var known))
            return known;
        var name = target.Pointer.Name;
        var unique = name;
        // The next number of each name is kept, because thousands of definitions may have the same name.
        for (var number = numbers.GetValueOrDefault(name, 2); !names.Add(unique); number++)
        {
            unique = $"{name}_{number}";
            numbers[name] = number + 1;
        }

        definitions.Add(target, unique);
        return unique;
    }

    private void SpendCopying(SchemaNode node)
    {
        document.Work.Spend(1 + node.Keywords.Count);
        SpendCopying(node.Weight);
    }

    private void SpendCopying(long characters)
    {
        copied += characters;
        if (copied > MostCopied)
            throw TooLarge(document.Root);
    }

    private void Spend(SchemaNode at, int size)
    {
        document.Work.Spend();
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
        SchemaText.GrowsTooLarge(SchemaDocument.MostNodes, SchemaDocument.DeepestNesting, MostBytes >> 20));
}
