using System.Text.Json;

namespace Dragoman.Emulator.Azure;

/// <summary>Writes the results of Azure's filter for a text.</summary>
internal static class ContentFilter
{
    /// <param name="json">A writer inside the results.</param>
    /// <param name="blocked">The category that exceeds its limit, or empty.</param>
    public static void WriteCategories(Utf8JsonWriter json, string blocked = "")
    {
        foreach (var category in (ReadOnlySpan<string>)["hate", "self_harm", "sexual", "violence"])
        {
            json.WriteStartObject(category);
            json.WriteBoolean("filtered"u8, category == blocked);
            json.WriteString("severity"u8, category == blocked ? "medium"u8 : "safe"u8);
            json.WriteEndObject();
        }
    }

    public static void WriteJailbreak(Utf8JsonWriter json)
    {
        json.WriteStartObject("jailbreak"u8);
        json.WriteBoolean("filtered"u8, false);
        json.WriteBoolean("detected"u8, false);
        json.WriteEndObject();
    }
}
