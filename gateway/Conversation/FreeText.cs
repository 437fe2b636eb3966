using System.Text;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Conversation;

/// <param name="Format">The raw JSON of the grammar that the text must follow; null when any text is allowed.</param>
public sealed record FreeText(string? Format)
{
    /// <summary>Whether the text must follow a grammar. A format may also allow any text.</summary>
    public bool HasGrammar => Format is not null && Format.Contains("\"grammar\"", StringComparison.Ordinal);

    /// <summary>The schema for the arguments of the function that emulates the tool.</summary>
    public const string Parameters =
        """{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}""";

    /// <summary>The arguments of a call with this text.</summary>
    public static string ArgumentsOf(string input) => $$"""{"input":"{{Encoding.UTF8.GetString(JsonText.Escape(input))}}"}""";

    /// <summary>The text of a call with these arguments; null when they are not an object with a string <c>input</c>.</summary>
    public static string? InputOf(string arguments)
    {
        try
        {
            using var parsed = JsonText.Parse(Encoding.UTF8.GetBytes(arguments));
            return parsed.RootElement.ValueKind == JsonValueKind.Object && parsed.RootElement.TryGetProperty("input", out var input) && input.ValueKind == JsonValueKind.String
                ? JsonText.ReadString(input)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
