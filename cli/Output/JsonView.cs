using System.Text;
using System.Text.Json;

namespace Dragoman.Cli.Output;

/// <summary>The values of the API's JSON as people read them.</summary>
internal static class JsonView
{
    private const string Nothing = "-";

    /// <summary>The value at a path of members; a hyphen when there is none.</summary>
    public static string Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return Nothing;
        }

        return Text(element);
    }

    public static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => Nothing,
        JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : "\"\"",
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array when value.GetArrayLength() == 0 => "none",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Text)),
        JsonValueKind.Object when value.GetPropertyCount() == 0 => "none",
        JsonValueKind.Object => string.Join(", ", value.EnumerateObject().Select(member => $"{member.Name}={Text(member.Value)}")),
        _ => value.GetRawText(),
    };

    /// <summary>Whether something is active, from its member <c>disabled</c>.</summary>
    public static string StateOf(JsonElement element) =>
        element.TryGetProperty("disabled"u8, out var disabled) && disabled.ValueKind == JsonValueKind.True ? "disabled" : "active";

    /// <summary>The members with their values; those of inner objects have the outer name in front.</summary>
    public static IEnumerable<(string Name, string Value)> Rows(JsonElement element, string outer = "")
    {
        foreach (var member in element.EnumerateObject())
        {
            var name = outer.Length == 0 ? Words(member.Name) : $"{outer}: {Words(member.Name)}";
            if (member.Value.ValueKind == JsonValueKind.Object && member.Name != "tags")
            {
                foreach (var row in Rows(member.Value, name))
                    yield return row;
            }
            else
            {
                yield return (name, member.Value.ValueKind == JsonValueKind.Null && outer == "allow" ? "all" : Text(member.Value));
            }
        }
    }

    /// <summary><c>requests per minute</c> for <c>requestsPerMinute</c>.</summary>
    public static string Words(string name)
    {
        var words = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter))
                words.Append(' ');
            words.Append(char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }
}
