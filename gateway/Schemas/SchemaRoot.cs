using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Schemas;

/// <summary>Decides whether a schema's root describes an object, which most providers require (specs/dialects.md 2.5).</summary>
internal static class SchemaRoot
{
    public static GatewayException NotAnObject(SchemaDocument document) =>
        document.Refusal(document.Root.Pointer, SchemaText.RootNoObject);

    /// <summary>A root without a type describes an object when it has keywords for objects, or no constraints at all.</summary>
    public static bool DescribesObject(SchemaNode node) => DescribesObject(node, []);

    /// <param name="node">The schema.</param>
    /// <param name="known">The results so far, because references may lead to one schema in very many ways.</param>
    private static bool DescribesObject(SchemaNode node, Dictionary<SchemaNode, bool> known)
    {
        if (!known.TryGetValue(node, out var verdict))
            known[node] = verdict = Judge(node, part => DescribesObject(part, known));
        return verdict;
    }

    private static bool Judge(SchemaNode node, Func<SchemaNode, bool> describesObject)
    {
        if (node.Boolean is not null)
            return false;
        if (node.Has("type"))
            return node.Strings("type").Contains("object");
        if (node.Target is { } target)
            return describesObject(target);
        if (node.Has("allOf"))
            return node.List("allOf").Any(describesObject);
        if (node.Has("anyOf") || node.Has("oneOf"))
            return node.List("anyOf").Concat(node.List("oneOf")).All(describesObject);
        var about = node.Keywords.Keys.Select(keyword => SchemaVocabulary.Assertions.GetValueOrDefault(keyword)).OfType<string>().ToList();
        return about.Count == 0 || about.Contains("object");
    }

    /// <summary>The types that a schema names, itself or through a reference; empty when it names none.</summary>
    public static List<string> Types(SchemaNode node)
    {
        while (!node.Has("type") && node.Target is { } target)
            node = target;
        return node.Strings("type").ToList();
    }
}
