using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Startup;

namespace Dragoman.Configuration;

/// <summary>Reads members of the configuration's objects by type; a value of another type is a mistake.</summary>
public sealed partial class ConfigurationReader
{
    /// <summary>The allowed members of each object that was read, by its pointer.</summary>
    private readonly Dictionary<string, string[]> allowedAt = [];

    /// <summary>Pointers of values that are wrong as a whole; mistakes inside them are not reported.</summary>
    private readonly HashSet<string> broken = [];

    /// <summary>A duration in seconds, up to a day; null when it is not given.</summary>
    private TimeSpan? Seconds(JsonObject members, string name, string pointer, int above = 0)
    {
        if (members[name] is not { } value)
            return null;
        if (value.GetValueKind() == JsonValueKind.Number && value.GetValue<double>() is <= 86_400 and var seconds && seconds > above)
            return TimeSpan.FromSeconds(seconds);
        Broken($"{pointer}/{name}", $"must be a number of seconds above {above} and up to 86400");
        return null;
    }

    private IEnumerable<(string Key, JsonNode? Value, string Pointer)> Entries(JsonObject members, string pointer)
    {
        if (members[pointer[1..]] is not { } node)
            yield break;
        if (node is not JsonObject entries)
        {
            Broken(pointer, "must be an object, one member an entry");
            yield break;
        }

        foreach (var (key, value) in entries)
            yield return (key, value, $"{pointer}/{ConfigurationText.Escape(key)}");
    }

    /// <summary>The node as an object; every member that is not allowed is a mistake.</summary>
    private JsonObject Members(JsonNode? node, string pointer, params string[] allowed)
    {
        allowedAt[pointer] = allowed;
        if (node is not JsonObject members)
        {
            Broken(pointer, "must be an object");
            return [];
        }

        foreach (var (name, _) in members)
        {
            if (!allowed.Contains(name, StringComparer.OrdinalIgnoreCase))
                Mistake($"{pointer}/{ConfigurationText.Escape(name)}", $"is not known{NearestName.Suggest(name, allowed)}; allowed: {string.Join(", ", allowed.Where(word => word != "$schema"))}");
        }

        return members;
    }

    /// <summary>A text that is not empty and has no control characters; null when it is not given and after a mistake.</summary>
    private string? Text(JsonObject members, string name, string pointer)
    {
        var at = $"{pointer}/{ConfigurationText.Escape(name)}";
        if (members[name] is not { } value)
            return null;
        if (!variableText.TryGetValue(at, out var text))
        {
            if (value.GetValueKind() != JsonValueKind.String)
            {
                Broken(at, "must be a string");
                return null;
            }

            text = value.GetValue<string>();
        }

        if (WrongTextOf(text) is not { } wrong)
            return text;
        Broken(at, wrong);
        return null;
    }

    private static string? WrongTextOf(string text) =>
        text.Length == 0 ? "must not be empty; leave it out, or give it a value"
        : text.Any(char.IsControl) ? "must not hold control characters such as line ends"
        : null;

    private bool? Switch(JsonObject members, string name, string pointer)
    {
        if (members[name] is not { } value)
            return null;
        if (value.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
            return value.GetValue<bool>();
        Broken($"{pointer}/{name}", "must be true or false");
        return null;
    }

    /// <summary>A whole number, however it is written: <c>1000</c>, <c>1e3</c>, <c>1000.0</c>.</summary>
    private int? Count(JsonObject members, string name, string pointer)
    {
        if (members[name] is not { } value)
            return null;
        if (value is JsonValue number && number.TryGetValue<double>(out var count) && count > 0 && count == Math.Truncate(count))
        {
            if (count <= int.MaxValue)
                return (int)count;
            Broken($"{pointer}/{name}", $"must be a whole number up to {int.MaxValue}");
            return null;
        }

        Broken($"{pointer}/{name}", "must be a whole number above 0");
        return null;
    }

    private List<string>? ReadTexts(JsonObject members, string name, string pointer)
    {
        if (members[name] is not { } value)
            return null;
        if (value is not JsonArray list || list.Any(item => item?.GetValueKind() != JsonValueKind.String))
        {
            Broken($"{pointer}/{name}", variableText.ContainsKey($"{pointer}/{name}") ? "must be a list of strings, in a variable as JSON: [\"a\", \"b\"]" : "must be a list of strings");
            return null;
        }

        List<string> texts = [.. list.Select(item => item!.GetValue<string>())];
        foreach (var (index, text) in texts.Index())
        {
            if (WrongTextOf(text) is { } wrong)
                Mistake($"{pointer}/{name}/{index}", wrong);
        }

        return [.. texts.Where(text => WrongTextOf(text) is null)];
    }

    /// <summary>Reports that a value is wrong as a whole; mistakes inside it are not reported.</summary>
    private void Broken(string pointer, string what)
    {
        Mistake(pointer, what);
        broken.Add(pointer);
    }

    /// <summary>Reports a word that is not among the allowed ones.</summary>
    private void Unknown(string pointer, string word, IReadOnlyCollection<string> allowed, string what = "is not known") =>
        Mistake(pointer, $"{Printable.Quote(word)} {what}{NearestName.Suggest(word, allowed)}; allowed: {string.Join(", ", allowed)}");

    private void Mistake(string pointer, string what)
    {
        if (IsBroken(pointer))
            return;
        what = variableMistake.TryGetValue(pointer, out var noJson) ? noJson : $"{(pointer.Length == 0 ? "/" : ConfigurationText.Shorten(pointer))} {what}";
        mistakes.Add($"{GivenBy(pointer)}: {what}");
    }

    private bool IsBroken(string pointer)
    {
        if (broken.Count == 0)
            return false;
        for (var end = pointer.Length; end >= 0; end = end == 0 ? -1 : pointer.LastIndexOf('/', end - 1))
        {
            if (broken.Contains(pointer[..end]))
                return true;
        }

        return false;
    }
}
