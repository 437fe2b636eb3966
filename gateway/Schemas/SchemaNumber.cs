using System.Text.Json;

namespace Dragoman.Schemas;

internal static class SchemaNumber
{
    /// <summary>Exact where the numbers fit a decimal.</summary>
    public static int Compare(JsonElement one, JsonElement other) => one.TryGetDecimal(out var exact) && other.TryGetDecimal(out var exactOther)
        ? exact.CompareTo(exactOther)
        : one.GetDouble().CompareTo(other.GetDouble());
}
