using System.Collections.Frozen;

namespace Dragoman.Schemas;

/// <summary>The keywords of JSON Schema 2020-12 and of earlier drafts, by the kind of their value.</summary>
internal static class SchemaVocabulary
{
    public static readonly FrozenSet<string> Schemas = FrozenSet.Create(
        "additionalProperties", "additionalItems", "items", "contains", "not", "if", "then", "else", "propertyNames", "unevaluatedItems", "unevaluatedProperties");

    public static readonly FrozenSet<string> Lists = FrozenSet.Create("allOf", "anyOf", "oneOf", "prefixItems");

    public static readonly FrozenSet<string> Maps = FrozenSet.Create("properties", "patternProperties", "dependentSchemas", "$defs", "definitions");

    /// <summary>Keywords that identify a document and say nothing about a value.</summary>
    public static readonly FrozenSet<string> Identity = FrozenSet.Create("$schema", "$id", "$anchor", "$dynamicAnchor", "$vocabulary", "$comment", "$defs", "definitions");

    /// <summary>Keywords that limit which values are valid, with the type that they apply to; empty for any type.</summary>
    public static readonly FrozenDictionary<string, string> Assertions = new Dictionary<string, string>
    {
        ["type"] = "",
        ["enum"] = "",
        ["const"] = "",
        ["allOf"] = "",
        ["anyOf"] = "",
        ["oneOf"] = "",
        ["not"] = "",
        ["if"] = "",
        ["then"] = "",
        ["else"] = "",
        ["$ref"] = "",
        ["$dynamicRef"] = "",
        ["properties"] = "object",
        ["required"] = "object",
        ["additionalProperties"] = "object",
        ["patternProperties"] = "object",
        ["propertyNames"] = "object",
        ["minProperties"] = "object",
        ["maxProperties"] = "object",
        ["dependentRequired"] = "object",
        ["dependentSchemas"] = "object",
        ["dependencies"] = "object",
        ["unevaluatedProperties"] = "object",
        ["items"] = "array",
        ["prefixItems"] = "array",
        ["additionalItems"] = "array",
        ["contains"] = "array",
        ["minContains"] = "array",
        ["maxContains"] = "array",
        ["minItems"] = "array",
        ["maxItems"] = "array",
        ["uniqueItems"] = "array",
        ["unevaluatedItems"] = "array",
        ["minLength"] = "string",
        ["maxLength"] = "string",
        ["pattern"] = "string",
        ["format"] = "string",
        ["minimum"] = "number",
        ["maximum"] = "number",
        ["exclusiveMinimum"] = "number",
        ["exclusiveMaximum"] = "number",
        ["multipleOf"] = "number",
    }.ToFrozenDictionary();

    /// <summary>Keywords that do not limit values but inform the model; they become notes when they are removed.</summary>
    public static readonly FrozenSet<string> Hints = FrozenSet.Create("default", "examples", "example", "contentEncoding", "contentMediaType", "contentSchema");

    /// <summary>Whether the value of a keyword may contain schemas, alone or beside other values.</summary>
    public static bool HoldsSchemas(string keyword) => Schemas.Contains(keyword) || Lists.Contains(keyword) || Maps.Contains(keyword) || keyword == "dependencies";

    public static bool IsKnown(string keyword) => Assertions.ContainsKey(keyword) || Identity.Contains(keyword) || Hints.Contains(keyword);
}
