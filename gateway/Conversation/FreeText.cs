using System.Text;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Conversation;

/// <param name="Format">Raw JSON of the grammar that the text has to follow; null: any text.</param>
public sealed record FreeText(string? Format)
{
    /// <summary>Whether the text is bound to a grammar; the format may also say that any text will do.</summary>
    public bool HasGrammar => Format is not null && Format.Contains("\"grammar\"", StringComparison.Ordinal);

    /// <summary>The arguments' schema of the function that stands in for the tool.</summary>
    public const string Parameters =
        """{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}""";

    /// <summary>The arguments of a call with this text.</summary>
    public static string ArgumentsOf(string input) => $$"""{"input":"{{Encoding.UTF8.GetString(JsonText.Escape(input))}}"}""";

    /// <summary>The text of a call with these arguments; null when they are no such object.</summary>
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
