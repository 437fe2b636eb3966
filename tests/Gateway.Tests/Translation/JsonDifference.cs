using System.Text.Json;

namespace Dragoman.Gateway.Tests.Translation;

/// <summary>The places at which one JSON differs from another. Each place is the highest one that is completely new or changed.</summary>
internal sealed class JsonDifference
{
    private readonly SortedDictionary<string, JsonElement?> places = new(StringComparer.Ordinal);

    public JsonDifference(JsonElement before, JsonElement after) => Compare("", before, after);

    /// <summary>The places with their new values. Null when a value was removed.</summary>
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

    /// <summary>Skips equal items at the beginning and the end, and compares the items in between in pairs. The longer array has the rest.</summary>
    private void CompareArrays(string path, JsonElement before, JsonElement after)
    {
        var (old, now) = (before.GetArrayLength(), after.GetArrayLength());
        var start = 0;
        while (start < old && start < now && JsonElement.DeepEquals(before[start], after[start]))
            start++;
        var end = 0;
        while (end < old - start && end < now - start && JsonElement.DeepEquals(before[old - 1 - end], after[now - 1 - end]))
            end++;
        for (var index = start; index < Math.Max(old, now) - end; index++)
        {
            if (index >= old - end)
                places[$"{path}[{index}]"] = after[index];
            else if (index >= now - end)
                places[$"{path}[{index}]"] = null;
            else
                Compare($"{path}[{index}]", before[index], after[index]);
        }
    }
}
