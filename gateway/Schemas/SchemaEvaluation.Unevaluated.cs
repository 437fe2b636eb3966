using System.Globalization;
using System.Text.Json;
using Dragoman.Locales;

namespace Dragoman.Schemas;

/// <summary>The <c>unevaluated</c> keywords, which apply to members and items that no other keyword has evaluated.</summary>
internal sealed partial class SchemaEvaluation
{
    private static OrderedDictionary<string, JsonElement> ItemsOf(JsonElement array) =>
        new(array.EnumerateArray().Select((item, index) => KeyValuePair.Create(IndexName(index), item)));

    private static string IndexName(int index) => index.ToString(CultureInfo.InvariantCulture);

    private Wording? FindInUnevaluated(SchemaNode schema, string keyword, JsonElement value, OrderedDictionary<string, JsonElement> children, AnswerPlace? at)
    {
        if (schema.Node(keyword) is not { Boolean: not true } rest || children.Count == 0)
            return null;
        var evaluated = new Evaluated(value, children);
        Evaluate(schema, evaluated, keyword);
        if (!evaluated.IsCertain)
        {
            doubts++;
            return null;
        }

        return children.Where(child => !evaluated.Names.Contains(child.Key))
            .Select(child => Find(rest, child.Value, at?.Member(child.Key)))
            .FirstOrDefault(found => found is not null);
    }

    /// <summary>Collects what a schema for which the value is valid has evaluated.</summary>
    private void Evaluate(SchemaNode schema, Evaluated evaluated, string? without = null)
    {
        // Each schema may add all names again: its own and those of the value.
        if (!TrySpend(1 + evaluated.Children.Count + schema.Map("properties").Count + schema.List("prefixItems").Count))
        {
            evaluated.IsCertain = false;
            return;
        }

        if (evaluated.Whole.ValueKind == JsonValueKind.Array)
            EvaluateItems(schema, evaluated, without);
        else
            EvaluateProperties(schema, evaluated, without);
        if (schema.Target is { } target)
            Evaluate(target, evaluated);
        foreach (var part in schema.List("allOf"))
            Evaluate(part, evaluated);
        foreach (var part in schema.List("anyOf").Concat(schema.List("oneOf")))
        {
            if (Holds(part, evaluated.Whole, evaluated))
                Evaluate(part, evaluated);
        }

        if (schema.Node("if") is not { } condition)
            return;
        var holds = Holds(condition, evaluated.Whole, evaluated);
        if (holds)
            Evaluate(condition, evaluated);
        if (schema.Node(holds ? "then" : "else") is { } consequence)
            Evaluate(consequence, evaluated);
    }

    private void EvaluateItems(SchemaNode schema, Evaluated evaluated, string? without)
    {
        if (schema.Has("items") || (schema.Has("unevaluatedItems") && without != "unevaluatedItems"))
            evaluated.Names.UnionWith(evaluated.Children.Keys);
        evaluated.Names.UnionWith(Enumerable.Range(0, schema.List("prefixItems").Count).Select(IndexName));
        if (schema.Node("contains") is { } contained)
            evaluated.Names.UnionWith(evaluated.Children.Where(item => Holds(contained, item.Value, evaluated)).Select(item => item.Key).ToList());
    }

    private void EvaluateProperties(SchemaNode schema, Evaluated evaluated, string? without)
    {
        if (schema.Has("additionalProperties") || (schema.Has("unevaluatedProperties") && without != "unevaluatedProperties"))
            evaluated.Names.UnionWith(evaluated.Children.Keys);
        evaluated.Names.UnionWith(schema.Map("properties").Keys);
        foreach (var name in evaluated.Children.Keys)
        {
            foreach (var pattern in schema.Map("patternProperties").Keys)
            {
                var matches = Matches(pattern, name);
                evaluated.IsCertain &= matches is not null;
                if (matches == true)
                    evaluated.Names.Add(name);
            }

            foreach (var dependent in Dependents(schema, name))
                Evaluate(dependent, evaluated);
        }
    }

    private bool Holds(SchemaNode schema, JsonElement value, Evaluated evaluated)
    {
        var verdict = Judge(schema, value);
        evaluated.IsCertain &= verdict is not null;
        return verdict == true;
    }

    /// <summary>The members, by name, or items, by index, that were evaluated.</summary>
    private sealed class Evaluated(JsonElement whole, OrderedDictionary<string, JsonElement> children)
    {
        public JsonElement Whole => whole;

        public OrderedDictionary<string, JsonElement> Children => children;

        public HashSet<string> Names { get; } = [];

        public bool IsCertain { get; set; } = true;
    }
}
