using System.Text.Json;

namespace Dragoman.Conversation.Schemas;

/// <summary>
/// Puts schemas that all apply into one, for providers without <c>allOf</c>. The result never forbids what the parts
/// allow; what one schema cannot say beside the rest stays in <see cref="SchemaNode.Rest"/>.
/// </summary>
internal static class SchemaMerge
{
    // The values of two enums are compared each with each.
    private const long MostComparisons = 100_000;

    private static readonly string[] Array = ["prefixItems", "items", "unevaluatedItems"];

    /// <summary>Adds to <paramref name="own"/> what <paramref name="other"/> asks.</summary>
    public static void Into(SchemaNode own, SchemaNode other)
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

    public static bool AreEqual(SchemaNode one, SchemaNode other) =>
        one == other || (one.Target is { } target && target == other.Target && one.Keywords.Count == 1 && other.Keywords.Count == 1);

    /// <summary>Whether a limit of <paramref name="one"/> on further properties falls away for those that the other names.</summary>
    private static bool Loosens(SchemaNode one, SchemaNode other) =>
        one.Node("additionalProperties") is { Boolean: not true }
        && (other.Has("patternProperties") || other.Map("properties").Keys.Any(name => !one.Map("properties").ContainsKey(name)));

    /// <summary>The one value that says what both say; null when there is none.</summary>
    private static SchemaValue? Both(string keyword, SchemaValue one, SchemaValue other) => keyword switch
    {
        "properties" or "patternProperties" when one.Map is { } map && other.Map is { } more => Maps(map, more),
        "additionalProperties" or "items" or "propertyNames" when one.Node is { } node && other.Node is { } more => AllOf(node, more),
        "required" => SchemaValue.Of(Texts(one).Union(Texts(other)).ToList()),
        "type" => Types(Texts(one).ToList(), Texts(other).ToList()),
        "enum" => Choices(one.Raw, other.Raw),
        "minimum" or "exclusiveMinimum" or "minLength" or "minItems" or "minProperties" => Limit(one, other, 1),
        "maximum" or "exclusiveMaximum" or "maxLength" or "maxItems" or "maxProperties" => Limit(one, other, -1),
        _ when one.Raw.ValueKind != JsonValueKind.Undefined && other.Raw.ValueKind != JsonValueKind.Undefined && JsonElement.DeepEquals(one.Raw, other.Raw) => one,
        _ => default(SchemaValue?),
    };

    private static SchemaValue Maps(OrderedDictionary<string, SchemaNode> one, OrderedDictionary<string, SchemaNode> other)
    {
        var all = new OrderedDictionary<string, SchemaNode>(one);
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

    private static SchemaValue? Choices(JsonElement one, JsonElement other)
    {
        if (one.ValueKind != JsonValueKind.Array || other.ValueKind != JsonValueKind.Array || (long)one.GetArrayLength() * other.GetArrayLength() > MostComparisons)
            return null;
        var both = one.EnumerateArray().Where(choice => other.EnumerateArray().Any(match => JsonElement.DeepEquals(choice, match))).ToList();
        return both.Count > 0 ? SchemaValue.Of(both) : default(SchemaValue?);
    }

    private static SchemaValue? Limit(SchemaValue one, SchemaValue other, int sign) =>
        one.Raw.ValueKind != JsonValueKind.Number || other.Raw.ValueKind != JsonValueKind.Number ? default(SchemaValue?)
        : SchemaNumber.Compare(one.Raw, other.Raw) * sign >= 0 ? one : other;

    private static IEnumerable<string> Texts(SchemaValue value) => SchemaNode.Strings(value.Raw);
}

internal static class SchemaNumber
{
    /// <summary>Exact where the numbers fit a decimal.</summary>
    public static int Compare(JsonElement one, JsonElement other) => one.TryGetDecimal(out var exact) && other.TryGetDecimal(out var exactOther)
        ? exact.CompareTo(exactOther)
        : one.GetDouble().CompareTo(other.GetDouble());
}
