using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>Converts <c>logprobsResult</c> to the entries of OpenAI's <c>logprobs.content</c> (specs/dialects.md 2.7).</summary>
internal static class GeminiLogprobs
{
    /// <returns>The entries, comma-separated and without brackets. Empty when there are none.</returns>
    public static ReadOnlyMemory<byte> Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        var result = document.RootElement;
        if (!TryGetList(result, "chosenCandidates", out var chosen))
            return default;
        List<JsonElement> top = TryGetList(result, "topCandidates", out var steps) ? [.. steps.EnumerateArray()] : [];
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartArray();
            var step = 0;
            foreach (var token in chosen.EnumerateArray())
            {
                writer.WriteStartObject();
                WriteToken(writer, token);
                writer.WriteStartArray("top_logprobs"u8);
                if (step < top.Count && TryGetList(top[step], "candidates", out var alternatives))
                {
                    foreach (var alternative in alternatives.EnumerateArray())
                    {
                        writer.WriteStartObject();
                        WriteToken(writer, alternative);
                        writer.WriteEndObject();
                    }
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
                step++;
            }

            writer.WriteEndArray();
        }

        return output.WrittenMemory[1..^1];
    }

    private static bool TryGetList(JsonElement owner, string name, out JsonElement list)
    {
        list = default;
        return owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out list) && list.ValueKind == JsonValueKind.Array;
    }

    private static void WriteToken(Utf8JsonWriter writer, JsonElement token)
    {
        // OpenAI's value for a token that is very unlikely.
        const double unlikely = -9999;
        var text = token.ValueKind == JsonValueKind.Object && token.TryGetProperty("token", out var given) && given.ValueKind == JsonValueKind.String ? JsonText.ReadString(given) : "";
        writer.WriteString("token"u8, text);
        writer.WritePropertyName("logprob"u8);
        if (token.ValueKind == JsonValueKind.Object && token.TryGetProperty("logProbability", out var value) && value.ValueKind == JsonValueKind.Number)
            value.WriteTo(writer);
        else
            writer.WriteNumberValue(unlikely);
        writer.WriteStartArray("bytes"u8);
        foreach (var each in Encoding.UTF8.GetBytes(text))
            writer.WriteNumberValue(each);
        writer.WriteEndArray();
    }
}
