using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Schemas;

/// <summary>A client's schema with its local references resolved. Array-form <c>items</c> reads as <c>prefixItems</c>.</summary>
internal sealed class SchemaDocument
{
    public const int MostNodes = 5000;
    public const int DeepestNesting = 64;

    // One level of schemas may take several levels of JSON: an object in a map in an object.
    private const int DeepestJson = 4 * DeepestNesting;

    /// <summary>JSON Schema has seven types; the list is searched for every value that is validated.</summary>
    private const int MostTypes = 32;

    private readonly Dictionary<string, SchemaNode> byName = [];

    private SchemaDocument(SchemaDocument known, string field) => (Field, Work, Root, Nodes, byName) = (field, known.Work, known.Root, known.Nodes, known.byName);

    private SchemaDocument(JsonElement json, string field, WorkLimit work)
    {
        Field = field;
        Work = work;
        Root = Read(SchemaPlace.Root(json), 1);
        // Resolving a reference may read further schemas, from places where no keyword expects one.
        for (var index = 0; index < Nodes.Count; index++)
        {
            var node = Nodes[index];
            if ((node.Raw("$ref") ?? node.Raw("$dynamicRef")) is { } reference)
                node.Target = Resolve(reference, node.Pointer);
        }
    }

    /// <summary>The request member that contains the schema.</summary>
    public string Field { get; }

    public SchemaNode Root { get; }

    public List<SchemaNode> Nodes { get; } = [];

    /// <summary>Limits the work for the request.</summary>
    public WorkLimit Work { get; }

    /// <exception cref="GatewayException">The text is not a schema, is too large, or has a reference that leads nowhere.</exception>
    public static SchemaDocument Parse(string schema, string field, WorkLimit work)
    {
        try
        {
            var text = JsonText.ReplaceLoneSurrogates(Encoding.UTF8.GetBytes(schema));
            return new SchemaDocument(JsonElement.Parse(text, new JsonDocumentOptions { MaxDepth = DeepestJson }), field, work);
        }
        catch (JsonException)
        {
            throw GatewayException.Invalid(field, SchemaText.TooDeepJson(field, DeepestNesting));
        }
    }

    /// <summary>The same schema, with another member name in its error messages.</summary>
    public SchemaDocument Named(string field) => field == Field ? this : new SchemaDocument(this, field);

    public GatewayException Refusal(SchemaPlace at, Wording problem) =>
        GatewayException.Invalid(Field, at.IsRoot ? SchemaText.Refused(Field, problem) : SchemaText.RefusedAt(Field, problem, at.ToString()));

    private SchemaNode Read(SchemaPlace place, int depth)
    {
        if (depth > DeepestNesting)
            throw Refusal(place, SchemaText.TooDeep(DeepestNesting));
        if (Nodes.Count >= MostNodes)
            throw Refusal(place, SchemaText.TooMany(MostNodes));
        var element = place.Json;
        var node = element.ValueKind switch
        {
            JsonValueKind.Object => new SchemaNode(place),
            JsonValueKind.True => new SchemaNode(place, true),
            JsonValueKind.False => new SchemaNode(place, false),
            _ => throw Refusal(place, SchemaText.NoSchema(KindText.Of(element))),
        };
        Nodes.Add(node);
        place.Node = node;
        if (element.ValueKind != JsonValueKind.Object)
            return node;
        foreach (var member in element.EnumerateObject())
        {
            Work.Spend();
            node.Keywords[member.Name] = new SchemaValue(member.Value);
        }

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
            else if (keyword == "type" && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > MostTypes)
                throw Refusal(node.Pointer, SchemaText.TooManyTypes(MostTypes));
            return;
        }

        var place = node.Pointer.Inside(keyword, value);
        if (keyword == "items" && value.ValueKind == JsonValueKind.Array)
        {
            var rest = node.Raw("additionalItems");
            node.Keywords.Remove("items");
            node.Keywords.Remove("additionalItems");
            node.Keywords["prefixItems"] = new SchemaValue(value, List: ReadList(place, depth));
            if (rest is { } items)
                node.Keywords["items"] = new SchemaValue(items, Read(node.Pointer.Inside("additionalItems", items), depth + 1));
        }
        else if (keyword == "additionalItems" && !node.Has(keyword))
        {
            return;
        }
        else if (SchemaVocabulary.Schemas.Contains(keyword))
        {
            node.Keywords[keyword] = new SchemaValue(value, Read(place, depth + 1));
        }
        else if (SchemaVocabulary.Lists.Contains(keyword))
        {
            if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
                throw Refusal(place, SchemaText.NoListOfSchemas(keyword));
            node.Keywords[keyword] = new SchemaValue(value, List: ReadList(place, depth));
        }
        else if (SchemaVocabulary.Maps.Contains(keyword))
        {
            if (value.ValueKind != JsonValueKind.Object)
                throw Refusal(place, SchemaText.NoObjectOfSchemas(keyword, KindText.Of(value)));
            node.Keywords[keyword] = new SchemaValue(value, Map: ReadMap(place, depth, value.EnumerateObject()));
        }
        else if (keyword == "dependencies" && value.ValueKind == JsonValueKind.Object)
        {
            // Besides schemas it contains lists of names, which are read from the JSON.
            node.Keywords[keyword] = new SchemaValue(value, Map: ReadMap(place, depth, value.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Array)));
        }
    }

    /// <summary>Reads a map of schemas; of a duplicate name the last one is used.</summary>
    private OrderedDictionary<string, SchemaNode> ReadMap(SchemaPlace place, int depth, IEnumerable<JsonProperty> members)
    {
        var last = new OrderedDictionary<string, JsonElement>();
        foreach (var member in members)
            last[member.Name] = member.Value;
        var map = new OrderedDictionary<string, SchemaNode>();
        foreach (var (name, value) in last)
            map[name] = Read(place.Inside(name, value), depth + 1);
        return map;
    }

    private List<SchemaNode> ReadList(SchemaPlace place, int depth) =>
        [.. place.Json.EnumerateArray().Select((item, index) => Read(place.Inside(index, item), depth + 1))];

    private SchemaNode Resolve(JsonElement reference, SchemaPlace at)
    {
        if (reference.ValueKind != JsonValueKind.String)
            throw Refusal(at, SchemaText.ReferenceNoString(KindText.Of(reference)));
        var text = reference.GetString()!;
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        var document = hash < 0 ? text : text[..hash];
        var fragment = hash < 0 ? "" : Uri.UnescapeDataString(text[(hash + 1)..]);
        var start = document.Length == 0 ? Root : byName.GetValueOrDefault(document)
            ?? throw Refusal(at, SchemaText.ReferenceOutside(text));
        if (fragment.Length == 0)
            return start;
        var found = fragment[0] == '/' ? Follow(start.Pointer, fragment) : byName.GetValueOrDefault(fragment);
        return found ?? throw Refusal(at, SchemaText.ReferenceToNothing(text));
    }

    private SchemaNode? Follow(SchemaPlace from, string fragment)
    {
        var place = from;
        foreach (var step in fragment.Split('/').Skip(1))
        {
            Work.Spend();
            if (place.Find(SchemaPlace.Unescape(step)) is not { } next)
                return null;
            place = next;
        }

        // A place where no keyword expects a schema is read when a reference leads to it.
        return place.Node ?? (place.Json.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False ? Read(place, 1) : null);
    }
}
