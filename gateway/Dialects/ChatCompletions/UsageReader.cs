using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>Reads the <c>usage</c> object of chat-completion servers and converts it to the canonical convention (specs/dialects.md 2.14).</summary>
internal static class UsageReader
{
    /// <summary>The reader starts at the object's start and stops at its end. False for an empty object.</summary>
    public static bool TryRead(scoped ref Utf8JsonReader reader, out Usage usage)
    {
        long? input = null, output = null;
        long cacheRead = 0, cacheWrite = 0, reasoning = 0;
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("prompt_tokens"u8))
                input = ReadCount(ref reader);
            else if (reader.ValueSpan.SequenceEqual("completion_tokens"u8))
                output = ReadCount(ref reader);
            else if (reader.ValueSpan.SequenceEqual("num_cached_tokens"u8))
                cacheRead = ReadCount(ref reader) ?? cacheRead;
            else if (reader.ValueSpan.SequenceEqual("prompt_tokens_details"u8))
                ReadDetails(ref reader, "cached_tokens"u8, ref cacheRead, "cache_write_tokens"u8, ref cacheWrite);
            else if (reader.ValueSpan.SequenceEqual("completion_tokens_details"u8))
                ReadDetails(ref reader, "reasoning_tokens"u8, ref reasoning, default, ref reasoning);
            else
                reader.SkipValue();
        }

        usage = new Usage(input ?? 0, output ?? 0, cacheRead, cacheWrite, reasoning);
        return input is not null || output is not null;
    }

    private static void ReadDetails(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> first, ref long firstCount, ReadOnlySpan<byte> second, ref long secondCount)
    {
        reader.Read();
        if (!reader.Enters(JsonTokenType.StartObject))
            return;
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual(first))
                firstCount = ReadCount(ref reader) ?? firstCount;
            else if (!second.IsEmpty && reader.ValueSpan.SequenceEqual(second))
                secondCount = ReadCount(ref reader) ?? secondCount;
            else
                reader.SkipValue();
        }
    }

    private static long? ReadCount(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count))
            return count;
        reader.Skip();
        return null;
    }
}
