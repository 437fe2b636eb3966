using System.Text.Json;

namespace Dragoman.Conversation.Schemas;

/// <summary>Refuses at the door what any provider would choke on: a 400 that names the field and the JSON pointer.</summary>
public static class SchemaCheck
{
    private const int LongestChain = 256;

    private static readonly string[] InPlaceLists = ["allOf", "anyOf", "oneOf"];
    private static readonly string[] InPlaceNodes = ["not", "if", "then", "else"];

    /// <summary>
    /// Refuses a schema that is malformed or too large, has a <c>$ref</c> that is remote or leads nowhere, or a cycle
    /// that no finite document satisfies.
    /// </summary>
    /// <exception cref="GatewayException">The schema cannot be used.</exception>
    public static void RefuseUnusable(string schema, string field) => Checked(schema, field);

    /// <summary>As <see cref="RefuseUnusable"/>, and refuses a root that does not describe an object, as a tool's parameters have to.</summary>
    /// <exception cref="GatewayException">The schema cannot be used.</exception>
    public static void RefuseUnlessObject(string schema, string field)
    {
        var document = Checked(schema, field);
        if (!SchemaRoot.DescribesObject(document.Root))
            throw SchemaRoot.NotAnObject(document);
    }

    internal static SchemaDocument Checked(string schema, string field)
    {
        var document = SchemaDocument.Parse(schema, field);
        var heights = new Dictionary<SchemaNode, int>();
        foreach (var node in document.Nodes)
            Height(document, node, heights, 0);
        RefuseEndless(document);
        return document;
    }

    /// <summary>How many schemas judge one and the same value in a row; a cycle of them would never end.</summary>
    private static int Height(SchemaDocument document, SchemaNode node, Dictionary<SchemaNode, int> heights, int depth)
    {
        const int Open = -1;
        if (heights.TryGetValue(node, out var known))
            return known != Open ? known : throw document.Refusal(node.Pointer, "has a $ref that leads back to itself, which no finite document satisfies");
        heights[node] = Open;
        var height = 0;
        foreach (var next in depth <= LongestChain ? InPlace(node) : [])
            height = Math.Max(height, Height(document, next, heights, depth + 1) + 1);
        if (height + depth > LongestChain)
            throw document.Refusal(node.Pointer, $"has a chain of more than {LongestChain} references");
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

    /// <summary>Finds what can be satisfied by a finite document, from the leaves upwards.</summary>
    private static void RefuseEndless(SchemaDocument document)
    {
        var users = new Dictionary<SchemaNode, List<SchemaNode>>();
        foreach (var node in document.Nodes)
        {
            foreach (var used in node.Target is { } target ? node.Children.Append(target) : node.Children)
                (users.TryGetValue(used, out var list) ? list : users[used] = []).Add(node);
        }

        var ending = new HashSet<SchemaNode>();
        var waiting = new Stack<SchemaNode>(document.Nodes);
        while (waiting.TryPop(out var node))
        {
            if (ending.Contains(node) || !CanEnd(node, ending))
                continue;
            ending.Add(node);
            foreach (var user in users.GetValueOrDefault(node) ?? [])
                waiting.Push(user);
        }

        if (ending.Contains(document.Root))
            return;
        var culprit = document.Nodes.Find(node => node.Target is { } target && !ending.Contains(target)) ?? document.Root;
        throw document.Refusal(culprit.Pointer, "has a $ref that requires itself again without end, which no finite document satisfies");
    }

    private static bool CanEnd(SchemaNode node, HashSet<SchemaNode> ending)
    {
        if (node.Boolean is not null || node.Has("const") || node.Has("enum"))
            return true;
        if ((node.Target is { } target && !ending.Contains(target)) || !node.List("allOf").All(ending.Contains))
            return false;
        if ((node.Has("anyOf") && !node.List("anyOf").Any(ending.Contains)) || (node.Has("oneOf") && !node.List("oneOf").Any(ending.Contains)))
            return false;
        var types = node.Strings("type").ToList();
        if (types.Count == 0 || types.Exists(type => type is not ("object" or "array")))
            return true;
        if (types.Contains("object") && node.Strings("required").All(name => !node.Map("properties").TryGetValue(name, out var member) || ending.Contains(member)))
            return true;
        var needsItems = node.Raw("minItems") is { ValueKind: JsonValueKind.Number } least && least.GetDouble() > node.List("prefixItems").Count;
        return types.Contains("array") && (!needsItems || node.Node("items") is not { } items || ending.Contains(items));
    }
}

/// <summary>Whether a schema's root describes an object, as most providers demand (specs/dialects.md 2.5).</summary>
internal static class SchemaRoot
{
    public static GatewayException NotAnObject(SchemaDocument document) =>
        document.Refusal("", "must describe an object: its root needs \"type\": \"object\"");

    /// <summary>A root without a type describes an object when it speaks of objects only, or of nothing at all.</summary>
    public static bool DescribesObject(SchemaNode node)
    {
        if (node.Boolean is not null)
            return false;
        if (node.Has("type"))
            return node.Strings("type").Contains("object");
        if (node.Target is { } target)
            return DescribesObject(target);
        if (node.Has("allOf"))
            return node.List("allOf").Any(DescribesObject);
        if (node.Has("anyOf") || node.Has("oneOf"))
            return node.List("anyOf").Concat(node.List("oneOf")).All(DescribesObject);
        var about = node.Keywords.Keys.Select(keyword => SchemaVocabulary.Assertions.GetValueOrDefault(keyword)).OfType<string>().ToList();
        return about.Count == 0 || about.Contains("object");
    }

    /// <summary>The types that a schema names, itself or through a reference; empty when they are not plain to see.</summary>
    public static List<string> Types(SchemaNode node)
    {
        while (!node.Has("type") && node.Target is { } target)
            node = target;
        return node.Strings("type").ToList();
    }
}
