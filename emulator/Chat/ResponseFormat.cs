using System.Text.Json;

namespace Dragoman.Emulator.Chat;

/// <summary>What the answer's text has to be.</summary>
/// <param name="IsJson">JSON and nothing else.</param>
/// <param name="Schema">The JSON Schema it has to be valid against; null for any object.</param>
internal sealed record ResponseFormat(bool IsJson, JsonElement? Schema)
{
    public static ResponseFormat Text { get; } = new(false, null);
}
