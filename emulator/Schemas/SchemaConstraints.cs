using System.Text.Json;
using Dragoman.Emulator.Generation;

namespace Dragoman.Emulator.Schemas;

/// <summary>
/// The constraints of a JSON Schema on one value, with references resolved, <c>allOf</c> merged and a branch of each
/// <c>anyOf</c> and <c>oneOf</c> chosen.
/// </summary>
internal sealed class SchemaConstraints
{
    private const int MostReferences = 64;

    private readonly JsonElement root;
    private readonly DeterministicRandom random;
    private readonly bool shallow;
    private int references;

    /// <param name="schema">An object or a boolean.</param>
    /// <param name="root">The document that <c>$ref</c> points into.</param>
    /// <param name="random">The generator that chooses branches.</param>
    /// <param name="shallow">Whether to prefer branches that end a recursion.</param>
    public SchemaConstraints(JsonElement schema, JsonElement root, DeterministicRandom random, bool shallow)
    {
        this.root = root;
        this.random = random;
        this.shallow = shallow;
        Merge(schema);
    }

    /// <summary>The allowed types. Null when all are allowed.</summary>
    public List<string>? Types { get; private set; }

    public JsonElement? Const { get; private set; }

    public List<JsonElement>? Enum { get; private set; }

    /// <summary>The schemas by property, in the schema's order. A property has several when <c>allOf</c> repeats it.</summary>
    public Dictionary<string, List<JsonElement>> Properties { get; } = [];

    public List<string> Required { get; } = [];

    /// <summary>Members that are required when another member is present.</summary>
    public List<(string Property, string Needs)> DependentRequired { get; } = [];

    public List<JsonElement> AdditionalProperties { get; } = [];

    public List<(string Pattern, JsonElement Schema)> PatternProperties { get; } = [];

    public List<JsonElement> PropertyNames { get; } = [];

    public int MinProperties { get; private set; }

    public int MaxProperties { get; private set; } = int.MaxValue;

    public List<JsonElement> Items { get; } = [];

    public List<JsonElement> PrefixItems { get; } = [];

    public List<JsonElement> Contains { get; } = [];

    public int MinItems { get; private set; }

    public int MaxItems { get; private set; } = int.MaxValue;

    public bool UniqueItems { get; private set; }

    public int MinLength { get; private set; }

    public int MaxLength { get; private set; } = int.MaxValue;

    public string? Pattern { get; private set; }

    public string? Format { get; private set; }

    public double? Least { get; private set; }

    public double? Most { get; private set; }

    public bool LeastIsExcluded { get; private set; }

    public bool MostIsExcluded { get; private set; }

    public double? MultipleOf { get; private set; }

    private void Merge(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return;
        foreach (var keyword in schema.EnumerateObject())
            MergeKeyword(keyword.Name, keyword.Value);
    }

    private void MergeKeyword(string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "$ref" or "$dynamicRef":
                if (references++ < MostReferences && SchemaReference.Resolve(this.root, value) is { } target)
                    Merge(target);
                break;
            case "allOf" when value.ValueKind == JsonValueKind.Array:
                foreach (var part in value.EnumerateArray())
                    Merge(part);
                break;
            case "anyOf" or "oneOf" when value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0:
                Merge(Branch([.. value.EnumerateArray()]));
                break;
            case "then" or "else" when this.random.Below(2) == 0:
                Merge(value);
                break;
            case "type":
                MergeTypes(value);
                break;
            case "const":
                Const = value;
                break;
            case "enum" when value.ValueKind == JsonValueKind.Array:
                List<JsonElement> allowed = [.. value.EnumerateArray()];
                Enum = Enum is null ? allowed : Enum.FindAll(one => allowed.Exists(other => JsonElement.DeepEquals(one, other)));
                break;
            default:
                if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number))
                    MergeNumber(keyword, number);
                else
                    MergeStructure(keyword, value);
                break;
        }
    }

    private void MergeTypes(JsonElement value)
    {
        List<string> given = value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array => [.. value.EnumerateArray().Where(type => type.ValueKind == JsonValueKind.String).Select(type => type.GetString()!)],
            _ => [],
        };
        if (given.Count == 0)
            return;
        if (Types is null)
        {
            Types = given;
            return;
        }

        var both = Types.FindAll(given.Contains);
        if (!both.Contains("integer") && ((Types.Contains("integer") && given.Contains("number")) || (Types.Contains("number") && given.Contains("integer"))))
            both.Add("integer");
        Types = both;
    }

    private void MergeNumber(string keyword, double number)
    {
        switch (keyword)
        {
            case "minimum" when Least is null || number > Least:
                (Least, LeastIsExcluded) = (number, false);
                break;
            case "exclusiveMinimum" when Least is null || number >= Least:
                (Least, LeastIsExcluded) = (number, true);
                break;
            case "maximum" when Most is null || number < Most:
                (Most, MostIsExcluded) = (number, false);
                break;
            case "exclusiveMaximum" when Most is null || number <= Most:
                (Most, MostIsExcluded) = (number, true);
                break;
            case "multipleOf":
                MultipleOf = number;
                break;
            case "minLength":
                MinLength = Math.Max(MinLength, Size(number));
                break;
            case "maxLength":
                MaxLength = Math.Min(MaxLength, Size(number));
                break;
            case "minItems":
                MinItems = Math.Max(MinItems, Size(number));
                break;
            case "maxItems":
                MaxItems = Math.Min(MaxItems, Size(number));
                break;
            case "minContains" when number > 1:
                MinItems = Math.Max(MinItems, Size(number));
                break;
            case "minProperties":
                MinProperties = Math.Max(MinProperties, Size(number));
                break;
            case "maxProperties":
                MaxProperties = Math.Min(MaxProperties, Size(number));
                break;
        }
    }

    private void MergeStructure(string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "properties" when value.ValueKind == JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    if (!Properties.TryGetValue(property.Name, out var schemas))
                        Properties[property.Name] = schemas = [];
                    schemas.Add(property.Value);
                }

                break;
            case "required" when value.ValueKind == JsonValueKind.Array:
                foreach (var name in value.EnumerateArray())
                {
                    if (name.ValueKind == JsonValueKind.String && !Required.Contains(name.GetString()!))
                        Required.Add(name.GetString()!);
                }

                break;
            case "dependentRequired" when value.ValueKind == JsonValueKind.Object:
                foreach (var property in value.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.Array))
                {
                    DependentRequired.AddRange(property.Value.EnumerateArray()
                        .Where(name => name.ValueKind == JsonValueKind.String).Select(name => (property.Name, name.GetString()!)));
                }

                break;
            case "additionalProperties" or "unevaluatedProperties":
                AdditionalProperties.Add(value);
                break;
            case "patternProperties" when value.ValueKind == JsonValueKind.Object:
                PatternProperties.AddRange(value.EnumerateObject().Select(property => (property.Name, property.Value)));
                break;
            case "propertyNames":
                PropertyNames.Add(value);
                break;
            case "items" when value.ValueKind == JsonValueKind.Array:
                PrefixItems.AddRange(value.EnumerateArray());
                break;
            case "prefixItems" when value.ValueKind == JsonValueKind.Array:
                PrefixItems.AddRange(value.EnumerateArray());
                break;
            case "items" or "additionalItems":
                Items.Add(value);
                break;
            case "contains":
                Contains.Add(value);
                break;
            case "uniqueItems":
                UniqueItems = value.ValueKind == JsonValueKind.True;
                break;
            case "pattern" when value.ValueKind == JsonValueKind.String:
                Pattern = value.GetString();
                break;
            case "format" when value.ValueKind == JsonValueKind.String:
                Format = value.GetString();
                break;
        }
    }

    private JsonElement Branch(List<JsonElement> branches)
    {
        var possible = branches.FindAll(branch => branch.ValueKind != JsonValueKind.False);
        if (possible.Count == 0)
            return branches[0];
        if (this.shallow)
            return possible.Find(branch => !branch.ToString().Contains("\"$ref\"", StringComparison.Ordinal)) is { ValueKind: JsonValueKind.Object } leaf ? leaf : possible[0];
        var meaningful = possible.FindAll(branch => !IsNull(branch));
        return this.random.Pick<JsonElement>((meaningful.Count > 0 ? meaningful : possible).ToArray());
    }

    private static bool IsNull(JsonElement branch) =>
        branch.ValueKind == JsonValueKind.Object && branch.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("null"u8);

    private static int Size(double number) => (int)Math.Clamp(Math.Ceiling(number), 0, int.MaxValue);
}
