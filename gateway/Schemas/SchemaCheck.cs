using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Schemas;

/// <summary>Rejects schemas that no provider can use, with a 400 that names the field and the JSON pointer.</summary>
public static class SchemaCheck
{
    private const int LongestChain = 256;

    private static readonly string[] InPlaceLists = ["allOf", "anyOf", "oneOf"];
    private static readonly string[] InPlaceNodes = ["not", "if", "then", "else"];

    /// <summary>
    /// Rejects a schema that is malformed or too large, that has a <c>$ref</c> to another document or to nothing, or that has a
    /// cycle which no finite document satisfies.
    /// </summary>
    /// <param name="schema">Raw JSON as the client sent it.</param>
    /// <param name="field">The request member with the schema, for errors.</param>
    /// <param name="work">Limits the work for the request.</param>
    /// <param name="parsed">Keeps the parsed schema, and returns it when it was parsed before.</param>
    /// <exception cref="GatewayException">The schema cannot be used.</exception>
    public static void RefuseUnusable(string schema, string field, WorkLimit? work = null, ParsedSchema? parsed = null) => Checked(schema, field, work, parsed);

    /// <inheritdoc cref="RefuseUnusable"/>
    internal static SchemaDocument Checked(string schema, string field, WorkLimit? work = null, ParsedSchema? parsed = null)
    {
        if (parsed?.Of(schema) is SchemaDocument known)
            return known.Named(field);
        var document = SchemaDocument.Parse(schema, field, work ?? WorkLimit.None);
        var heights = new Dictionary<SchemaNode, int>();
        foreach (var node in document.Nodes)
        {
            document.Work.Spend();
            Height(document, node, heights, 0);
        }

        RefuseEndless(document);
        parsed?.Keep(schema, document);
        return document;
    }

    /// <summary>The length of the longest chain of schemas that apply to the same value; a cycle of them would never end.</summary>
    private static int Height(SchemaDocument document, SchemaNode node, Dictionary<SchemaNode, int> heights, int depth)
    {
        const int Open = -1;
        if (heights.TryGetValue(node, out var known))
            return known != Open ? known : throw document.Refusal(node.Pointer, SchemaText.ReferenceToItself);
        heights[node] = Open;
        var height = 0;
        foreach (var next in depth <= LongestChain ? InPlace(node) : [])
            height = Math.Max(height, Height(document, next, heights, depth + 1) + 1);
        if (height + depth > LongestChain)
            throw document.Refusal(node.Pointer, SchemaText.TooLongChain(LongestChain));
        return heights[node] = height;
    }

    private static List<SchemaNode> InPlace(SchemaNode node)
    {
        var found = new List<SchemaNode>();
        if (node.Target is { } target)
            found.Add(target);
        foreach (var keyword in InPlaceLists)
            found.AddRange(node.List(keyword));
        foreach (var keyword in InPlaceNodes)
        {
            if (node.Node(keyword) is { } one)
                found.Add(one);
        }

        found.AddRange(node.Map("dependentSchemas").Values);
        found.AddRange(node.Map("dependencies").Values);
        return found;
    }

    private static void RefuseEndless(SchemaDocument document)
    {
        var ends = SchemaEnding.Of(document);
        if (ends(document.Root))
            return;
        var culprit = document.Nodes.Find(node => node.Target is { } target && !ends(target)) ?? document.Root;
        throw document.Refusal(culprit.Pointer, SchemaText.ReferenceWithoutEnd);
    }
}
