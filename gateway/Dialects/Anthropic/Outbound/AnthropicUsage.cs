using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>
/// Collects Anthropic's token counts. The last value of each field counts, and the input excludes the cache
/// (specs/dialects.md 1.3, 2.14, P-16, P-56).
/// </summary>
internal sealed class AnthropicUsage
{
    private long? input;
    private long? output;
    private long cacheRead;
    private long cacheWrite;
    private long reasoning;

    /// <summary>The counts so far, in the canonical convention.</summary>
    public Usage Total => input is null && output is null
        ? Usage.Absent
        : new Usage((input ?? 0) + cacheRead + cacheWrite, output ?? 0, cacheRead, cacheWrite, reasoning);

    /// <param name="json">A <c>usage</c> object. Anything else is ignored.</param>
    public void Merge(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
            return;
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueSpan.SequenceEqual("input_tokens"u8))
                input = ReadCount(ref reader) ?? input;
            else if (reader.ValueSpan.SequenceEqual("output_tokens"u8))
                output = ReadCount(ref reader) ?? output;
            else if (reader.ValueSpan.SequenceEqual("cache_read_input_tokens"u8))
                cacheRead = ReadCount(ref reader) ?? cacheRead;
            else if (reader.ValueSpan.SequenceEqual("cache_creation_input_tokens"u8))
                cacheWrite = ReadCount(ref reader) ?? cacheWrite;
            else if (reader.ValueSpan.SequenceEqual("output_tokens_details"u8))
                ReadDetails(ref reader);
            else
                SkipValue(ref reader);
        }
    }

    private void ReadDetails(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueSpan.SequenceEqual("thinking_tokens"u8))
                reasoning = ReadCount(ref reader) ?? reasoning;
            else
                SkipValue(ref reader);
        }
    }

    private static long? ReadCount(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) && count >= 0)
            return count;
        reader.Skip();
        return null;
    }

    private static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
