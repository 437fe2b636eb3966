using System.Text.Json;

namespace Dragoman.Gateway.Tests.Translation;

/// <summary>The places at which one JSON differs from another, each as high up as it is wholly new or changed.</summary>
internal sealed class JsonDifference
{
    private readonly SortedDictionary<string, JsonElement?> places = new(StringComparer.Ordinal);

    public JsonDifference(JsonElement before, JsonElement after) => Compare("", before, after);

    /// <summary>With what stands there now; null where something is gone.</summary>
    public IReadOnlyDictionary<string, JsonElement?> Places => places;

    public bool Equals(JsonDifference other) =>
        places.Keys.SequenceEqual(other.places.Keys) && places.All(place => Same(place.Value, other.places[place.Key]));

    private static bool Same(JsonElement? one, JsonElement? other) =>
        one is null || other is null ? one is null && other is null : JsonElement.DeepEquals(one.Value, other.Value);

    private void Compare(string path, JsonElement before, JsonElement after)
    {
        if (JsonElement.DeepEquals(before, after))
            return;
        switch (before.ValueKind, after.ValueKind)
        {
            case (JsonValueKind.Object, JsonValueKind.Object):
                CompareObjects(path, before, after);
                break;
            case (JsonValueKind.Array, JsonValueKind.Array):
                CompareArrays(path, before, after);
                break;
            default:
                places[path] = after;
                break;
        }
    }

    private void CompareObjects(string path, JsonElement before, JsonElement after)
    {
        foreach (var member in after.EnumerateObject())
        {
            var at = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            if (before.TryGetProperty(member.Name, out var old))
                Compare(at, old, member.Value);
            else
                places[at] = member.Value;
        }

        foreach (var member in before.EnumerateObject())
        {
            if (!after.TryGetProperty(member.Name, out _))
                places[path.Length == 0 ? member.Name : $"{path}.{member.Name}"] = null;
        }
    }

    private void CompareArrays(string path, JsonElement before, JsonElement after)
    {
        var shared = Math.Min(before.GetArrayLength(), after.GetArrayLength());
        for (var index = 0; index < shared; index++)
            Compare($"{path}[{index}]", before[index], after[index]);
        for (var index = shared; index < after.GetArrayLength(); index++)
            places[$"{path}[{index}]"] = after[index];
        for (var index = shared; index < before.GetArrayLength(); index++)
            places[$"{path}[{index}]"] = null;
    }
}
