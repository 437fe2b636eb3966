using System.Text;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Conversation.Schemas;

/// <summary>A client's schema with its local references resolved. Array-form <c>items</c> reads as <c>prefixItems</c>.</summary>
internal sealed class SchemaDocument
{
    public const int MostNodes = 5000;
    public const int DeepestNesting = 64;

    // A level of nesting is an object in a map in an object.
    private const int DeepestJson = 4 * DeepestNesting;

    private readonly Dictionary<string, SchemaNode> byPointer = [];
    private readonly Dictionary<string, SchemaNode> byName = [];
    private readonly JsonElement json;

    private SchemaDocument(JsonElement json, string field)
    {
        this.json = json;
        Field = field;
        Root = Read(json, "", 1);
        // Resolving may read further schemas, from places that no keyword names.
        for (var index = 0; index < Nodes.Count; index++)
        {
            var node = Nodes[index];
            if ((node.Raw("$ref") ?? node.Raw("$dynamicRef")) is { } reference)
                node.Target = Resolve(reference, node.Pointer);
        }
    }

    /// <summary>The request member that holds the schema.</summary>
    public string Field { get; }

    public SchemaNode Root { get; }

    public List<SchemaNode> Nodes { get; } = [];

    /// <exception cref="GatewayException">The text is not a schema, is too large, or has a reference that leads nowhere.</exception>
    public static SchemaDocument Parse(string schema, string field)
    {
        try
        {
            var text = JsonText.ReplaceLoneSurrogates(Encoding.UTF8.GetBytes(schema));
            return new SchemaDocument(JsonElement.Parse(text, new JsonDocumentOptions { MaxDepth = DeepestJson }), field);
        }
        catch (JsonException)
        {
            throw GatewayException.Invalid(field, $"{field} must be JSON that is nested at most {DeepestNesting} schemas deep");
        }
    }

    public GatewayException Refusal(string pointer, string problem) =>
        GatewayException.Invalid(Field, pointer.Length == 0 ? $"{Field} {problem}" : $"{Field} {problem} (at {pointer})");

    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private SchemaNode Read(JsonElement element, string pointer, int depth)
    {
        if (depth > DeepestNesting)
            throw Refusal(pointer, $"is nested more than {DeepestNesting} schemas deep");
        if (Nodes.Count >= MostNodes)
            throw Refusal(pointer, $"has more than {MostNodes} schemas in it");
        var node = element.ValueKind switch
        {
            JsonValueKind.Object => new SchemaNode(pointer),
            JsonValueKind.True => new SchemaNode(pointer, true),
            JsonValueKind.False => new SchemaNode(pointer, false),
            _ => throw Refusal(pointer, $"must be a schema, an object or true or false, not {RequestObject.Describe(element)}"),
        };
        Nodes.Add(node);
        byPointer[pointer] = node;
        if (element.ValueKind != JsonValueKind.Object)
            return node;
        foreach (var member in element.EnumerateObject())
            node.Keywords[member.Name] = new SchemaValue(member.Value);
        foreach (var (keyword, value) in node.Keywords.ToArray())
            ReadKeyword(node, keyword, value.Raw, depth);
        return node;
    }

    private void ReadKeyword(SchemaNode node, string keyword, JsonElement value, int depth)
    {
        if (!SchemaVocabulary.HoldsSchemas(keyword))
        {
            if (value.ValueKind == JsonValueKind.String && keyword is "$anchor" or "$dynamicAnchor" or "$id")
                byName[value.GetString()!.TrimEnd('#')] = node;
            return;
        }

        var pointer = $"{node.Pointer}/{Escape(keyword)}";
        if (keyword == "items" && value.ValueKind == JsonValueKind.Array)
        {
            var rest = node.Raw("additionalItems");
            node.Keywords.Remove("items");
            node.Keywords.Remove("additionalItems");
            node.Keywords["prefixItems"] = new SchemaValue(value, List: ReadList(value, pointer, depth));
            if (rest is { } items)
                node.Keywords["items"] = new SchemaValue(items, Read(items, $"{node.Pointer}/additionalItems", depth + 1));
        }
        else if (keyword == "additionalItems" && !node.Has(keyword))
        {
            return;
        }
        else if (SchemaVocabulary.Schemas.Contains(keyword))
        {
            node.Keywords[keyword] = new SchemaValue(value, Read(value, pointer, depth + 1));
        }
        else if (SchemaVocabulary.Lists.Contains(keyword))
        {
            if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
                throw Refusal(pointer, $"has {keyword} that is not a list of schemas");
            node.Keywords[keyword] = new SchemaValue(value, List: ReadList(value, pointer, depth));
        }
        else if (SchemaVocabulary.Maps.Contains(keyword))
        {
            if (value.ValueKind != JsonValueKind.Object)
                throw Refusal(pointer, $"has {keyword} that must be an object of schemas, not {RequestObject.Describe(value)}");
            var map = new OrderedDictionary<string, SchemaNode>();
            foreach (var member in value.EnumerateObject())
                map[member.Name] = Read(member.Value, $"{pointer}/{Escape(member.Name)}", depth + 1);
            node.Keywords[keyword] = new SchemaValue(value, Map: map);
        }
        else if (keyword == "dependencies" && value.ValueKind == JsonValueKind.Object)
        {
            // Beside schemas it holds lists of names, which are read from the JSON.
            var map = new OrderedDictionary<string, SchemaNode>();
            foreach (var member in value.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Array))
                map[member.Name] = Read(member.Value, $"{pointer}/{Escape(member.Name)}", depth + 1);
            node.Keywords[keyword] = new SchemaValue(value, Map: map);
        }
    }

    private List<SchemaNode> ReadList(JsonElement list, string pointer, int depth) =>
        [.. list.EnumerateArray().Select((item, index) => Read(item, $"{pointer}/{index}", depth + 1))];

    private SchemaNode Resolve(JsonElement reference, string at)
    {
        if (reference.ValueKind != JsonValueKind.String)
            throw Refusal(at, $"has a $ref that must be a string, not {RequestObject.Describe(reference)}");
        var text = reference.GetString()!;
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        var document = hash < 0 ? text : text[..hash];
        var fragment = hash < 0 ? "" : Uri.UnescapeDataString(text[(hash + 1)..]);
        var start = document.Length == 0 ? Root : byName.GetValueOrDefault(document)
            ?? throw Refusal(at, $"has a $ref to \"{text}\", which is outside of the schema; only references to its own parts can be followed");
        if (fragment.Length == 0)
            return start;
        var found = fragment[0] == '/' ? AtPointer(start.Pointer + fragment) : byName.GetValueOrDefault(fragment);
        return found ?? throw Refusal(at, $"has a $ref to \"{text}\", where there is no schema");
    }

    private SchemaNode? AtPointer(string pointer)
    {
        if (byPointer.TryGetValue(pointer, out var known))
            return known;
        var element = this.json;
        foreach (var step in pointer.Split('/').Skip(1))
        {
            var name = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member))
                element = member;
            else if (element.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index >= 0 && index < element.GetArrayLength())
                element = element[index];
            else
                return null;
        }

        return element.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False ? Read(element, pointer, 1) : null;
    }
}
