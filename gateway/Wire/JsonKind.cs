using System.Text.Json;

namespace Dragoman.Wire;

/// <summary>Names the kind of a JSON value for an error message.</summary>
public static class JsonKind
{
    /// <summary>With its article: <c>an object</c>, <c>a string</c>, <c>null</c>.</summary>
    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
