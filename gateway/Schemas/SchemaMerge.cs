using System.Text.Json;

namespace Dragoman.Schemas;

/// <summary>
/// Merges schemas that all apply into one, for providers without <c>allOf</c>. The result never forbids what the parts allow.
/// What cannot be merged is kept in <see cref="SchemaNode.Rest"/>.
/// </summary>
/// <param name="own">The schema that the others are merged into; it must be a copy.</param>
/// <param name="spend">Called with the number of characters that are copied, besides those of the other schemas.</param>
internal sealed class SchemaMerge(SchemaNode own, Action<long> spend)
{
    private static readonly string[] Array = ["prefixItems", "items", "unevaluatedItems"];

    /// <summary>The maps that were created here, so that they may be changed.</summary>
    private readonly HashSet<OrderedDictionary<string, SchemaNode>> made = [];

    /// <summary>All names in <c>required</c>, when there is more than one such list.</summary>
    private OrderedDictionary<string, bool>? required;

    /// <summary>Adds the constraints of <paramref name="other"/>.</summary>
    public void Add(SchemaNode other)
    {
        var rest = new SchemaNode(other.Pointer, other.Boolean == false ? false : null);
        var clashesInArray = (own.Has("prefixItems") || other.Has("prefixItems")) && System.Array.Exists(Array, own.Has) && System.Array.Exists(Array, other.Has);
        var loosens = Loosens(own, other) || Loosens(other, own);
        foreach (var (keyword, value) in other.Keywords)
        {
            if (clashesInArray && System.Array.IndexOf(Array, keyword) >= 0)
                rest.Keywords[keyword] = value;
            else if (!own.Keywords.TryGetValue(keyword, out var known))
                own.Keywords[keyword] = value;
            else if (keyword == "required")
                Require(known, value);
            else if (Both(keyword, known, value) is { } both)
                own.Keywords[keyword] = both;
            else if (SchemaVocabulary.Assertions.ContainsKey(keyword))
                rest.Keywords[keyword] = value;
        }

        if (loosens)
            rest.Keywords["additionalProperties"] = own.Keywords["additionalProperties"];
        if (rest.Keywords.Count > 0 || rest.Boolean is not null)
            own.Rest.Add(rest);
        own.Rest.AddRange(other.Rest);
    }

    /// <summary>The merged schema. Call it when nothing more is added.</summary>
    public SchemaNode Whole()
    {
        if (required is not null)
            own.Keywords["required"] = SchemaValue.Of(required.Keys);
        return own;
    }

    private void Require(SchemaValue known, SchemaValue value)
    {
        if (required is null)
        {
            required = new(StringComparer.Ordinal);
            foreach (var name in Texts(known))
                required.TryAdd(name, true);
        }

        foreach (var name in Texts(value))
            required.TryAdd(name, true);
    }

    public static bool AreEqual(SchemaNode one, SchemaNode other) => IdentityOf(one) == IdentityOf(other);

    /// <summary>A value that is equal for equal schemas: a reference without other keywords equals another to the same target.</summary>
    public static (SchemaNode Node, bool IsReference) IdentityOf(SchemaNode node) =>
        node is { Target: { } target, Keywords.Count: 1 } ? (target, true) : (node, false);

    /// <summary>Whether the merge would lose a limit of <paramref name="one"/> on further properties, because the other schema names some of them.</summary>
    private static bool Loosens(SchemaNode one, SchemaNode other) =>
        one.Node("additionalProperties") is { Boolean: not true }
        && (other.Has("patternProperties") || other.Map("properties").Keys.Any(name => !one.Map("properties").ContainsKey(name)));

    /// <summary>A single value with the constraints of both; null when there is none.</summary>
    private SchemaValue? Both(string keyword, SchemaValue one, SchemaValue other) => keyword switch
    {
        "properties" or "patternProperties" when one.Map is { } map && other.Map is { } more => Maps(map, more),
        "additionalProperties" or "items" or "propertyNames" when one.Node is { } node && other.Node is { } more => AllOf(node, more),
        "type" => Types(Texts(one).ToList(), Texts(other).ToList()),
        "enum" => Choices(one.Raw, other.Raw),
        "minimum" or "exclusiveMinimum" or "minLength" or "minItems" or "minProperties" => Limit(one, other, 1),
        "maximum" or "exclusiveMaximum" or "maxLength" or "maxItems" or "maxProperties" => Limit(one, other, -1),
        _ when one.Raw.ValueKind != JsonValueKind.Undefined && other.Raw.ValueKind != JsonValueKind.Undefined && JsonValueComparer.Instance.Equals(one.Raw, other.Raw) => one,
        _ => default(SchemaValue?),
    };

    private SchemaValue Maps(OrderedDictionary<string, SchemaNode> one, OrderedDictionary<string, SchemaNode> other)
    {
        var all = one;
        if (!made.Contains(one))
        {
            all = new OrderedDictionary<string, SchemaNode>(one);
            made.Add(all);
        }

        foreach (var (name, node) in other)
            all[name] = all.TryGetValue(name, out var known) ? AllOf(known, node) : node;
        return SchemaValue.Of(all);
    }

    private static SchemaNode AllOf(SchemaNode one, SchemaNode other)
    {
        if (AreEqual(one, other) || other.Boolean == true)
            return one;
        if (one.Boolean == true)
            return other;
        var both = new SchemaNode(one.Pointer);
        both.Keywords["allOf"] = SchemaValue.Of([one, other]);
        return both;
    }

    private static SchemaValue? Types(List<string> one, List<string> other)
    {
        var both = one.Where(type => other.Contains(type) || (type == "integer" && other.Contains("number")))
            .Concat(other.Where(type => type == "integer" && one.Contains("number")))
            .Distinct().ToList();
        return both.Count switch
        {
            0 => default(SchemaValue?),
            1 => SchemaValue.Of(both[0]),
            _ => SchemaValue.Of(both),
        };
    }

    private SchemaValue? Choices(JsonElement one, JsonElement other)
    {
        if (one.ValueKind != JsonValueKind.Array || other.ValueKind != JsonValueKind.Array)
            return null;
        spend(one.GetArrayLength());
        var matches = new HashSet<JsonElement>(other.EnumerateArray(), JsonValueComparer.Instance);
        var both = one.EnumerateArray().Where(matches.Contains).ToList();
        return both.Count > 0 ? SchemaValue.Of(both) : default(SchemaValue?);
    }

    private static SchemaValue? Limit(SchemaValue one, SchemaValue other, int sign) =>
        one.Raw.ValueKind != JsonValueKind.Number || other.Raw.ValueKind != JsonValueKind.Number ? default(SchemaValue?)
        : SchemaNumber.Compare(one.Raw, other.Raw) * sign >= 0 ? one : other;

    private static IEnumerable<string> Texts(SchemaValue value) => SchemaNode.Strings(value.Raw);
}
