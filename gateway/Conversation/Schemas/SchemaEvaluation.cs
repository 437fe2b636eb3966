using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dragoman.Conversation.Schemas;

/// <summary>
/// One judgement of one answer. What cannot be judged, for too much work or a pattern that the engine does not have,
/// counts as valid, and nothing is concluded from it: a mismatch that is found is one.
/// </summary>
internal sealed partial class SchemaEvaluation(Dictionary<string, Regex?> patterns)
{
    // Schemas can be written that judge one value exponentially often.
    private const int MostSteps = 1_000_000;

    private int steps;
    private int doubts;

    public string? Find(SchemaNode schema, JsonElement value, string at)
    {
        if (++steps > MostSteps || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            doubts++;
            return null;
        }

        if (schema.Boolean is { } boolean)
            return boolean ? null : Mismatch(at, "is not allowed");
        return (schema.Target is { } target ? Find(target, value, at) : null)
            ?? FindInAny(schema, value, at)
            ?? FindInParts(schema, value, at)
            ?? value.ValueKind switch
            {
                JsonValueKind.Object => FindInObject(schema, value, at),
                JsonValueKind.Array => FindInArray(schema, value, at),
                JsonValueKind.String => FindInText(schema, value.GetString()!, at),
                JsonValueKind.Number => FindInNumber(schema, value, at),
                _ => null,
            };
    }

    private static string Mismatch(string at, string problem) => $"{(at.Length == 0 ? "the answer" : at)} {problem}";

    private bool Fits(SchemaNode schema, JsonElement value) => Find(schema, value, "") is null;

    /// <summary>Null when it cannot be told.</summary>
    private bool? Judge(SchemaNode schema, JsonElement value)
    {
        var before = doubts;
        return Fits(schema, value) ? doubts == before ? true : null : false;
    }

    private static string? FindInAny(SchemaNode schema, JsonElement value, string at)
    {
        if (schema.Has("type") && schema.Strings("type").ToList() is { Count: > 0 } types && !types.Exists(type => IsOfType(type, value)))
            return Mismatch(at, $"must be of type {string.Join(" or ", types)}, not {RequestObject.Describe(value)}");
        if (schema.Raw("const") is { } constant && !JsonElement.DeepEquals(constant, value))
            return Mismatch(at, "is not the constant that is asked for");
        if (schema.Raw("enum") is { ValueKind: JsonValueKind.Array } choices && !choices.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value)))
            return Mismatch(at, "is none of the values of enum");
        return null;
    }

    private string? FindInParts(SchemaNode schema, JsonElement value, string at)
    {
        foreach (var part in schema.List("allOf"))
        {
            if (Find(part, value, at) is { } mismatch)
                return mismatch;
        }

        if (schema.Has("anyOf") && !schema.List("anyOf").Any(part => Fits(part, value)))
            return Mismatch(at, "fits no schema of anyOf");
        if (schema.Has("oneOf"))
        {
            var verdicts = schema.List("oneOf").Select(part => Judge(part, value)).ToList();
            var fitting = verdicts.Count(verdict => verdict == true);
            if (fitting > 1 || verdicts.TrueForAll(verdict => verdict == false))
                return Mismatch(at, $"fits {fitting} schemas of oneOf, not one");
        }

        if (schema.Node("not") is { } not && Judge(not, value) == true)
            return Mismatch(at, "fits what not forbids");
        return schema.Node("if") is { } condition && Judge(condition, value) is { } holds && schema.Node(holds ? "then" : "else") is { } consequence
            ? Find(consequence, value, at)
            : null;
    }

    private string? FindInObject(SchemaNode schema, JsonElement value, string at)
    {
        var members = new OrderedDictionary<string, JsonElement>();
        foreach (var member in value.EnumerateObject())
            members[member.Name] = member.Value;
        if (schema.Strings("required").FirstOrDefault(name => !members.ContainsKey(name)) is { } missing)
            return Mismatch(at, $"lacks \"{missing}\"");
        if (Size(schema, "Properties", members.Count, at) is { } size)
            return size;
        var properties = schema.Map("properties");
        foreach (var (name, member) in members)
        {
            var pointer = $"{at}/{SchemaDocument.Escape(name)}";
            var verdicts = schema.Map("patternProperties").Select(one => (Schema: one.Value, Matches: Matches(patterns[one.Key], name))).ToList();
            var matching = verdicts.Where(one => one.Matches == true).Select(one => one.Schema).ToList();
            if (properties.TryGetValue(name, out var declared))
                matching.Add(declared);
            if (matching.Count == 0 && verdicts.TrueForAll(one => one.Matches == false) && schema.Node("additionalProperties") is { } additional)
                matching.Add(additional);
            if (matching.Select(one => Find(one, member, pointer)).FirstOrDefault(found => found is not null) is { } mismatch)
                return mismatch;
            if (schema.Node("propertyNames") is { } names && !Fits(names, SchemaValue.Of(name).Raw))
                return Mismatch(pointer, "has a name that propertyNames forbids");
            if (Dependents(schema, name).Select(dependent => Find(dependent, value, at)).FirstOrDefault(found => found is not null) is { } dependence)
                return dependence;
            if (DependentNames(schema, name).Any(need => !members.ContainsKey(need)))
                return Mismatch(at, $"lacks what \"{name}\" needs beside it");
        }

        return FindInUnevaluated(schema, "unevaluatedProperties", value, members, at);
    }

    /// <summary>What applies to an object that has the property; <c>dependencies</c> is how draft 7 says it.</summary>
    private static IEnumerable<SchemaNode> Dependents(SchemaNode schema, string name)
    {
        foreach (var keyword in (string[])["dependentSchemas", "dependencies"])
        {
            if (schema.Map(keyword).TryGetValue(name, out var dependent))
                yield return dependent;
        }
    }

    private static IEnumerable<string> DependentNames(SchemaNode schema, string name) => ((string[])["dependentRequired", "dependencies"])
        .Select(keyword => schema.Raw(keyword) is { ValueKind: JsonValueKind.Object } map && map.TryGetProperty(name, out var names) ? names : default)
        .Where(names => names.ValueKind == JsonValueKind.Array)
        .SelectMany(SchemaNode.Strings);

    private string? FindInArray(SchemaNode schema, JsonElement value, string at)
    {
        if (Size(schema, "Items", value.GetArrayLength(), at) is { } size)
            return size;
        var prefix = schema.List("prefixItems");
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var expected = index < prefix.Count ? prefix[index] : schema.Node("items");
            if (expected is not null && Find(expected, item, $"{at}/{index}") is { } mismatch)
                return mismatch;
            index++;
        }

        if (schema.Node("contains") is { } contained)
        {
            var verdicts = value.EnumerateArray().Select(item => Judge(contained, item)).ToList();
            var count = verdicts.Count(verdict => verdict == true);
            if (verdicts.Count(verdict => verdict != false) < (Number(schema, "minContains") ?? 1) || count > (Number(schema, "maxContains") ?? int.MaxValue))
                return Mismatch(at, $"has {count} items that fit contains");
        }

        if (schema.Raw("uniqueItems") is { ValueKind: JsonValueKind.True } && !AreUnique([.. value.EnumerateArray()]))
            return Mismatch(at, "has equal items");
        return schema.Has("unevaluatedItems") ? FindInUnevaluated(schema, "unevaluatedItems", value, ItemsOf(value), at) : null;
    }

    private bool AreUnique(JsonElement[] items)
    {
        for (var item = 1; item < items.Length; item++)
        {
            for (var other = 0; other < item; other++)
            {
                if (++steps > MostSteps)
                {
                    doubts++;
                    return true;
                }

                if (JsonElement.DeepEquals(items[item], items[other]))
                    return false;
            }
        }

        return true;
    }

    private string? FindInText(SchemaNode schema, string text, string at)
    {
        if (Size(schema, "Length", text.EnumerateRunes().Count(), at) is { } size)
            return size;
        if (schema.Strings("pattern").FirstOrDefault() is { } source && Matches(patterns[source], text) == false)
            return Mismatch(at, $"does not match the pattern {source}");
        return schema.Strings("format").FirstOrDefault() is { } format && !SchemaFormat.Fits(format, text) ? Mismatch(at, $"is not of format {format}") : null;
    }

    private static string? FindInNumber(SchemaNode schema, JsonElement value, string at)
    {
        foreach (var keyword in (ReadOnlySpan<string>)["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"])
        {
            if (schema.Raw(keyword) is { ValueKind: JsonValueKind.Number } limit && !Satisfies(keyword, value, limit))
                return Mismatch(at, $"does not satisfy {keyword}: {limit.GetRawText()}");
        }

        return null;
    }

    private static bool Satisfies(string keyword, JsonElement value, JsonElement limit)
    {
        var order = SchemaNumber.Compare(value, limit);
        return keyword switch
        {
            "minimum" => order >= 0,
            "maximum" => order <= 0,
            "exclusiveMinimum" => order > 0,
            "exclusiveMaximum" => order < 0,
            _ => !limit.TryGetDecimal(out var step) || step <= 0 || !value.TryGetDecimal(out var number) || number % step == 0,
        };
    }

    private static string? Size(SchemaNode schema, string of, int size, string at)
    {
        if (Number(schema, "min" + of) is { } least && size < least)
            return Mismatch(at, $"has {size}, fewer than min{of} {least}");
        return Number(schema, "max" + of) is { } most && size > most ? Mismatch(at, $"has {size}, more than max{of} {most}") : null;
    }

    private static double? Number(SchemaNode schema, string keyword) => schema.Raw(keyword) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    /// <summary>Null when it cannot be told.</summary>
    private bool? Matches(Regex? pattern, string text)
    {
        try
        {
            if (pattern is not null)
                return pattern.IsMatch(text);
            doubts++;
            return null;
        }
        catch (RegexMatchTimeoutException)
        {
            doubts++;
            return null;
        }
    }

    private static bool IsOfType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => true,
    };
}
