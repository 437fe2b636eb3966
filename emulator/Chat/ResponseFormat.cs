using System.Text.Json;

namespace Dragoman.Emulator.Chat;

/// <summary>The required format of the answer's text.</summary>
/// <param name="IsJson">Whether the text must be JSON and nothing else.</param>
/// <param name="Schema">The JSON Schema for the text. Null for any object.</param>
internal sealed record ResponseFormat(bool IsJson, JsonElement? Schema)
{
    public static ResponseFormat Text { get; } = new(false, null);
}
