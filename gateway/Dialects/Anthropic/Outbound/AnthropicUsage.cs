using System.Text;
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
    private long? cacheWrite;
    private long cacheWriteMinutes;
    private long cacheWriteHour;
    private long reasoning;
    private long searches;
    private ServiceTier tier;
    private bool isFast;
    private ServingRegion region;

    /// <summary>What a compaction of the conversation used, which the other counts exclude (<c>usage.iterations</c>).</summary>
    private Usage compaction = Usage.Absent;

    /// <summary>The counts so far, in the canonical convention.</summary>
    public Usage Total => input is null && output is null ? Usage.Absent : Main.Plus(compaction);

    private Usage Main
    {
        get
        {
            var written = cacheWrite ?? (cacheWriteMinutes + cacheWriteHour);
            return new Usage((input ?? 0) + cacheRead + written, output ?? 0, cacheRead, written, reasoning)
            {
                CacheWriteHour = cacheWriteHour,
                Searches = (int)Math.Min(searches, int.MaxValue),
                Tier = isFast ? ServiceTier.Fast : tier,
                Region = region,
            };
        }
    }

    /// <param name="json">A <c>usage</c> object. Anything else is ignored.</param>
    public void Merge(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
            return;
        var reader = new Utf8JsonReader(json);
        if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            Merge(ref reader);
    }

    private void Merge(ref Utf8JsonReader reader)
    {
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
            else if (reader.ValueSpan.SequenceEqual("iterations"u8))
                ReadIterations(ref reader);
            else if (reader.ValueSpan.SequenceEqual("service_tier"u8))
                ReadTier(ref reader);
            else if (reader.ValueSpan.SequenceEqual("speed"u8))
                isFast = ReadWord(ref reader).SequenceEqual("fast"u8);
            else if (reader.ValueSpan.SequenceEqual("inference_geo"u8))
                ReadRegion(ref reader);
            else if (reader.ValueSpan.SequenceEqual("output_tokens_details"u8) || reader.ValueSpan.SequenceEqual("cache_creation"u8) || reader.ValueSpan.SequenceEqual("server_tool_use"u8))
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
            else if (reader.ValueSpan.SequenceEqual("ephemeral_5m_input_tokens"u8))
                cacheWriteMinutes = ReadCount(ref reader) ?? cacheWriteMinutes;
            else if (reader.ValueSpan.SequenceEqual("ephemeral_1h_input_tokens"u8))
                cacheWriteHour = ReadCount(ref reader) ?? cacheWriteHour;
            else if (reader.ValueSpan.SequenceEqual("web_search_requests"u8))
                searches = ReadCount(ref reader) ?? searches;
            else
                SkipValue(ref reader);
        }
    }

    private void ReadIterations(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        compaction = Usage.Absent;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            var isCompaction = IsCompaction(reader);
            var iteration = new AnthropicUsage { tier = tier, isFast = isFast, region = region };
            iteration.Merge(ref reader);
            if (isCompaction)
                compaction = compaction.Plus(iteration.Total);
        }
    }

    /// <param name="reader">A copy, because the type may come after the counts.</param>
    private static bool IsCompaction(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueSpan.SequenceEqual("type"u8))
                return ReadWord(ref reader).SequenceEqual("compaction"u8);
            SkipValue(ref reader);
        }

        return false;
    }

    private void ReadTier(ref Utf8JsonReader reader)
    {
        if (ReadWord(ref reader) is { IsEmpty: false } word)
            tier = ServiceTiers.Of(word);
    }

    private void ReadRegion(ref Utf8JsonReader reader)
    {
        var word = ReadWord(ref reader);
        region = word.IsEmpty || Ascii.EqualsIgnoreCase(word, "global"u8) || Ascii.EqualsIgnoreCase(word, "not_available"u8) ? ServingRegion.Global
            : Ascii.EqualsIgnoreCase(word, "us"u8) ? ServingRegion.Us
            : Ascii.EqualsIgnoreCase(word, "eu"u8) ? ServingRegion.Eu
            : ServingRegion.Unlisted;
    }

    /// <summary>The text of the next value; empty for any other value.</summary>
    private static ReadOnlySpan<byte> ReadWord(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.ValueSpan;
        reader.Skip();
        return default;
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
