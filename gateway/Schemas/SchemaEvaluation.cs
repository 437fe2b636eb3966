using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Schemas;

/// <summary>
/// One validation of one answer. What cannot be decided, because of too much work or a pattern that the engine does not
/// support, counts as valid, and nothing is concluded from it. So every mismatch that is reported is a real one.
/// </summary>
internal sealed partial class SchemaEvaluation(SchemaPatterns patterns, Func<SchemaNode, SchemaFacts> factsOf, WorkLimit work)
{
    /// <summary>A schema can be written so that one value is validated exponentially often. A step examines one value, member or name.</summary>
    private const int MostSteps = 1_000_000;

    /// <summary>Bytes of a text or of a value that are read in one step.</summary>
    private const int BytesOfStep = 64;

    /// <summary>Characters that are matched against a pattern in one step; parts of the automaton may have to be built during the match.</summary>
    private const int MatchedInStep = 16;

    /// <summary>The most characters that a mismatch quotes from the schema.</summary>
    private const int LongestQuote = 200;

    /// <summary>The time limit of the whole validation. Ordinary ones take less than a millisecond.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private readonly long startedAt = TimeProvider.System.GetTimestamp();
    private int steps;
    private int doubts;

    /// <summary>The first mismatch; null when none was found.</summary>
    /// <param name="schema">The schema to validate against.</param>
    /// <param name="value">A value of the answer.</param>
    /// <param name="at">Its place; null when only the result matters.</param>
    public Wording? Find(SchemaNode schema, JsonElement value, AnswerPlace? at)
    {
        if (!TrySpend(1) || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return Doubt();
        if (schema.Boolean is { } boolean)
            return boolean ? null : Mismatch(at, SchemaText.NotAllowed);
        return (schema.Target is { } target ? Find(target, value, at) : null)
            ?? FindInAny(schema, value, at)
            ?? FindInParts(schema, value, at)
            ?? value.ValueKind switch
            {
                JsonValueKind.Object => FindInObject(schema, value, at),
                JsonValueKind.Array => FindInArray(schema, value, at),
                JsonValueKind.String => FindInText(schema, value, at),
                JsonValueKind.Number => FindInNumber(schema, value, at),
                _ => null,
            };
    }

    private static Wording Mismatch(AnswerPlace? at, Wording problem) =>
        SchemaText.Mismatch(at is null || at == AnswerPlace.Root ? SchemaText.TheAnswer : Wording.Verbatim(at.ToString()), problem);

    private static string Quote(string text) => text.Length <= LongestQuote ? text : text[..LongestQuote] + "…";

    /// <summary>False when the validation has taken too long, so that nothing more is examined.</summary>
    /// <exception cref="GatewayException">All work of the request together has taken too long.</exception>
    private bool TrySpend(long count)
    {
        const int betweenLooks = 1024;
        if (steps + count > MostSteps)
        {
            steps = MostSteps;
            return false;
        }

        var before = steps;
        steps += (int)count;
        work.Spend((int)count);
        if (steps / betweenLooks != before / betweenLooks && TimeProvider.System.GetElapsedTime(startedAt) > Longest)
            steps = MostSteps;
        return true;
    }

    private bool TrySpendReading(JsonElement value) => TrySpend(1 + (JsonMarshal.GetRawUtf8Value(value).Length / BytesOfStep));

    /// <summary>Records that no mismatch was found but that the value may be invalid.</summary>
    private Wording? Doubt()
    {
        doubts++;
        return null;
    }

    private bool Fits(SchemaNode schema, JsonElement value) => Find(schema, value, null) is null;

    /// <summary>Whether the value is valid; null when that cannot be decided.</summary>
    private bool? Judge(SchemaNode schema, JsonElement value)
    {
        var before = doubts;
        return Fits(schema, value) ? doubts == before ? true : null : false;
    }

    private Wording? FindInAny(SchemaNode schema, JsonElement value, AnswerPlace? at)
    {
        var facts = factsOf(schema);
        if (facts.Types is { } types && !types.Exists(type => IsOfType(type, value)))
            return Mismatch(at, SchemaText.WrongType(Quote(string.Join(" or ", types)), KindText.Of(value)));
        if (schema.Raw("const") is { } constant)
        {
            if (!TrySpendReading(value))
                return Doubt();
            if (!JsonValueComparer.Instance.Equals(constant, value))
                return Mismatch(at, SchemaText.NotConst);
        }

        if (facts.Choices is { } choices)
        {
            if (!TrySpendReading(value))
                return Doubt();
            if (!choices.Contains(value))
                return Mismatch(at, SchemaText.NotInEnum);
        }

        return null;
    }

    private Wording? FindInParts(SchemaNode schema, JsonElement value, AnswerPlace? at)
    {
        foreach (var part in schema.List("allOf"))
        {
            if (Find(part, value, at) is { } mismatch)
                return mismatch;
        }

        if (schema.Has("anyOf") && !schema.List("anyOf").Any(part => Fits(part, value)))
            return Mismatch(at, SchemaText.NoneOfAny);
        if (schema.Has("oneOf"))
        {
            var verdicts = schema.List("oneOf").Select(part => Judge(part, value)).ToList();
            var fitting = verdicts.Count(verdict => verdict == true);
            if (fitting > 1 || verdicts.TrueForAll(verdict => verdict == false))
                return Mismatch(at, SchemaText.NotExactlyOne(fitting));
        }

        if (schema.Node("not") is { } not && Judge(not, value) == true)
            return Mismatch(at, SchemaText.MatchesNot);
        return schema.Node("if") is { } condition && Judge(condition, value) is { } holds && schema.Node(holds ? "then" : "else") is { } consequence
            ? Find(consequence, value, at)
            : null;
    }

    private Wording? FindInObject(SchemaNode schema, JsonElement value, AnswerPlace? at)
    {
        var facts = factsOf(schema);
        if (!facts.SpeaksOfMembers)
            return null;
        if (!TrySpend(value.GetPropertyCount()))
            return Doubt();
        var members = new OrderedDictionary<string, JsonElement>();
        foreach (var member in value.EnumerateObject())
            members[member.Name] = member.Value;
        if (Array.Find(facts.Required, name => !members.ContainsKey(name)) is { } missing)
            return Mismatch(at, SchemaText.Lacks(Quote(missing)));
        if (Size(schema, "Properties", members.Count, at) is { } size)
            return size;
        var properties = schema.Map("properties");
        foreach (var (name, member) in members)
        {
            var place = at?.Member(name);
            if (SchemasOf(schema, properties, name).Select(one => Find(one, member, place)).FirstOrDefault(found => found is not null) is { } mismatch)
                return mismatch;
            if (schema.Node("propertyNames") is { } names && !Fits(names, SchemaValue.Of(name).Raw))
                return Mismatch(place, SchemaText.WrongName);
            if (Dependents(schema, name).Select(dependent => Find(dependent, value, at)).FirstOrDefault(found => found is not null) is { } dependence)
                return dependence;
            var needed = facts.DependentNames(name);
            if (!TrySpend(needed.Length))
                return Doubt();
            if (Array.Exists(needed, need => !members.ContainsKey(need)))
                return Mismatch(at, SchemaText.LacksTogether(Quote(name)));
        }

        return FindInUnevaluated(schema, "unevaluatedProperties", value, members, at);
    }

    /// <summary>The schemas that apply to a member: those of its name and of matching patterns, else the one for additional members.</summary>
    private List<SchemaNode> SchemasOf(SchemaNode schema, IReadOnlyDictionary<string, SchemaNode> properties, string name)
    {
        var found = new List<SchemaNode>();
        var isCertain = true;
        foreach (var (pattern, one) in schema.Map("patternProperties"))
        {
            var matches = Matches(pattern, name);
            isCertain &= matches is not null;
            if (matches == true)
                found.Add(one);
        }

        if (properties.TryGetValue(name, out var declared))
            found.Add(declared);
        if (found.Count == 0 && isCertain && schema.Node("additionalProperties") is { } additional)
            found.Add(additional);
        return found;
    }

    /// <summary>The schemas that apply to an object with the property; draft 7 names them in <c>dependencies</c>.</summary>
    private static IEnumerable<SchemaNode> Dependents(SchemaNode schema, string name)
    {
        if (schema.Map("dependentSchemas").TryGetValue(name, out var dependent))
            yield return dependent;
        if (schema.Map("dependencies").TryGetValue(name, out dependent))
            yield return dependent;
    }

    private Wording? FindInArray(SchemaNode schema, JsonElement value, AnswerPlace? at)
    {
        if (Size(schema, "Items", value.GetArrayLength(), at) is { } size)
            return size;
        var prefix = schema.List("prefixItems");
        var rest = schema.Node("items");
        var index = 0;
        foreach (var item in prefix.Count > 0 || rest is not null ? value.EnumerateArray() : default)
        {
            var expected = index < prefix.Count ? prefix[index] : rest;
            if (expected is null)
                break;
            if (Find(expected, item, at?.Item(index)) is { } mismatch)
                return mismatch;
            index++;
        }

        if (schema.Node("contains") is { } contained)
        {
            var verdicts = value.EnumerateArray().Select(item => Judge(contained, item)).ToList();
            var count = verdicts.Count(verdict => verdict == true);
            if (verdicts.Count(verdict => verdict != false) < (Number(schema, "minContains") ?? 1) || count > (Number(schema, "maxContains") ?? int.MaxValue))
                return Mismatch(at, SchemaText.WrongContains(count));
        }

        if (schema.Raw("uniqueItems") is { ValueKind: JsonValueKind.True } && !AreUnique(value))
            return Mismatch(at, SchemaText.Duplicates);
        return schema.Has("unevaluatedItems") ? FindInUnevaluated(schema, "unevaluatedItems", value, ItemsOf(value), at) : null;
    }

    private bool AreUnique(JsonElement array)
    {
        if (!TrySpendReading(array) || !TrySpend(array.GetArrayLength()))
        {
            doubts++;
            return true;
        }

        var seen = new HashSet<JsonElement>(JsonValueComparer.Instance);
        return array.EnumerateArray().All(seen.Add);
    }

    private Wording? FindInText(SchemaNode schema, JsonElement value, AnswerPlace? at)
    {
        if (!schema.Has("minLength") && !schema.Has("maxLength") && !schema.Has("pattern") && !schema.Has("format"))
            return null;
        if (!TrySpendReading(value))
            return Doubt();
        var text = value.GetString()!;
        if ((schema.Has("minLength") || schema.Has("maxLength")) && Size(schema, "Length", text.EnumerateRunes().Count(), at) is { } size)
            return size;
        if (schema.Strings("pattern").FirstOrDefault() is { } source && Matches(source, text) == false)
            return Mismatch(at, SchemaText.WrongPattern(Quote(source)));
        return schema.Strings("format").FirstOrDefault() is { } format && !SchemaFormat.Fits(format, text) ? Mismatch(at, SchemaText.WrongFormat(format)) : null;
    }

    private Wording? FindInNumber(SchemaNode schema, JsonElement value, AnswerPlace? at)
    {
        foreach (var keyword in (ReadOnlySpan<string>)["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"])
        {
            if (schema.Raw(keyword) is not { ValueKind: JsonValueKind.Number } limit)
                continue;
            if (!TrySpendReading(value) || !TrySpendReading(limit))
                return Doubt();
            switch (Satisfies(keyword, value, limit))
            {
                case null:
                    doubts++;
                    break;
                case false:
                    return Mismatch(at, SchemaText.WrongNumber(keyword, Quote(limit.GetRawText())));
            }
        }

        return null;
    }

    /// <summary>Whether a number satisfies a limit; null when that cannot be decided.</summary>
    private static bool? Satisfies(string keyword, JsonElement value, JsonElement limit) => keyword switch
    {
        "minimum" => SchemaNumber.Compare(value, limit) >= 0,
        "maximum" => SchemaNumber.Compare(value, limit) <= 0,
        "exclusiveMinimum" => SchemaNumber.Compare(value, limit) > 0,
        "exclusiveMaximum" => SchemaNumber.Compare(value, limit) < 0,
        _ => SchemaNumber.IsMultiple(value, limit),
    };

    private static Wording? Size(SchemaNode schema, string of, int size, AnswerPlace? at)
    {
        if (Number(schema, "min" + of) is { } least && size < least)
            return Mismatch(at, SchemaText.TooFew(size, of, least));
        return Number(schema, "max" + of) is { } most && size > most ? Mismatch(at, SchemaText.TooMuch(size, of, most)) : null;
    }

    private static double? Number(SchemaNode schema, string keyword) => schema.Raw(keyword) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    /// <summary>Whether a text matches a pattern; null when that cannot be decided.</summary>
    private bool? Matches(string pattern, string text)
    {
        var matches = TrySpend(1 + (text.Length / MatchedInStep)) ? patterns.Matches(pattern, text) : null;
        doubts += matches is null ? 1 : 0;
        return matches;
    }

    private static bool IsOfType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && SchemaNumber.Of(value).IsInteger,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => true,
    };
}
