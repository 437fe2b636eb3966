using System.Collections.Frozen;

namespace Dragoman.Schemas;

/// <summary>The part of JSON Schema that one kind of provider accepts, as data (specs/dialects.md 2.5).</summary>
public sealed class SchemaRules
{
    private static readonly string[] Shared =
        ["type", "properties", "required", "items", "anyOf", "enum", "description", "minItems"];

    public static readonly SchemaRules OpenAIStrict = new()
    {
        Keywords = FrozenSet.Create([.. Shared, "additionalProperties", "$ref", "const", "title", "maxItems", "pattern", "format",
            "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
        Formats = FrozenSet.Create("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"),
        IsClosed = true,
        RequiresAll = true,
        DeepestObjects = 10,
        NeedsObjectRoot = true,
    };

    public static readonly SchemaRules AnthropicNative = new()
    {
        Keywords = FrozenSet.Create([.. Shared, "additionalProperties", "$ref", "const", "title", "format"]),
        Formats = FrozenSet.Create("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"),
        IsClosed = true,
        NeedsObjectRoot = true,
        Recursion = RecursionLimit.None,
        MostOptional = 24,
        MostMinItems = 1,
        PrimitiveChoices = true,
    };

    public static readonly SchemaRules GeminiJsonSchema = new()
    {
        Keywords = FrozenSet.Create([.. Shared, "additionalProperties", "$ref", "oneOf", "prefixItems", "title", "format",
            "maxItems", "minimum", "maximum", "default", "examples", "propertyOrdering"]),
        KeepsUnknown = true,
        ConstAsEnum = true,
        Recursion = RecursionLimit.Optional,
    };

    /// <summary>Only checks the schema and leaves it as the client sent it.</summary>
    public static readonly SchemaRules Permissive = new();

    private SchemaRules()
    {
    }

    /// <summary>The accepted keywords; null when all are accepted and the schema is not changed.</summary>
    internal FrozenSet<string>? Keywords { get; private init; }

    /// <summary>The accepted values of <c>format</c>; null for any.</summary>
    internal FrozenSet<string>? Formats { get; private init; }

    /// <summary>Whether keywords that JSON Schema does not define are kept.</summary>
    internal bool KeepsUnknown { get; private init; }

    /// <summary>
    /// Whether every object needs <c>additionalProperties: false</c>, and every schema needs a type or a choice without
    /// constraints beside it.
    /// </summary>
    internal bool IsClosed { get; private init; }

    /// <summary>Whether every property must be required, so that an optional one becomes nullable.</summary>
    internal bool RequiresAll { get; private init; }

    internal bool NeedsObjectRoot { get; private init; }

    internal RecursionLimit Recursion { get; private init; }

    internal bool ConstAsEnum { get; private init; }

    /// <summary>How deep objects may be nested. The limit of 5,000 properties is enforced by <see cref="SchemaDocument.MostNodes"/>.</summary>
    internal int DeepestObjects { get; private init; } = int.MaxValue;

    internal int MostOptional { get; private init; } = int.MaxValue;

    internal int MostMinItems { get; private init; } = int.MaxValue;

    /// <summary>Whether an <c>enum</c> may contain only strings, numbers, booleans and null.</summary>
    internal bool PrimitiveChoices { get; private init; }
}
