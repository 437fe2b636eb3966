using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>
/// Reads the <c>usage</c> object of chat completions and of Responses, which differ only in names, and converts it to the
/// canonical convention (specs/dialects.md 2.14).
/// </summary>
internal ref struct UsageReader
{
    private long? input;
    private long? output;
    private long? total;
    private long cacheRead;
    private long cacheWrite;
    private long audioInput;
    private long audioCacheRead;
    private long imageInput;
    private long reasoning;
    private long audioOutput;
    private long imageOutput;
    private long searches;
    private ServiceTier tier;

    /// <summary>The reader starts at the object's start and stops at its end. False for an empty object.</summary>
    public static bool TryRead(scoped ref Utf8JsonReader reader, out Usage usage)
    {
        var counts = default(UsageReader);
        while (reader.NextMember())
            counts.ReadMember(ref reader);
        usage = counts.ToUsage();
        return counts.input is not null || counts.output is not null;
    }

    private void ReadMember(scoped ref Utf8JsonReader reader)
    {
        switch (reader.ValueSpan)
        {
            case var name when name.SequenceEqual("prompt_tokens"u8) || name.SequenceEqual("input_tokens"u8):
                input = ReadCount(ref reader);
                break;
            case var name when name.SequenceEqual("completion_tokens"u8) || name.SequenceEqual("output_tokens"u8):
                output = ReadCount(ref reader);
                break;
            case var name when name.SequenceEqual("total_tokens"u8):
                total = ReadCount(ref reader);
                break;
            case var name when name.SequenceEqual("prompt_tokens_details"u8) || name.SequenceEqual("input_tokens_details"u8):
                ReadInputDetails(ref reader);
                break;
            case var name when name.SequenceEqual("completion_tokens_details"u8) || name.SequenceEqual("output_tokens_details"u8):
                ReadOutputDetails(ref reader);
                break;
            // Mistral, DeepSeek, Together and Moonshot, and LiteLLM with its relatives, in this order.
            case var name when name.SequenceEqual("num_cached_tokens"u8) || name.SequenceEqual("prompt_cache_hit_tokens"u8)
                || name.SequenceEqual("cached_tokens"u8) || name.SequenceEqual("cache_read_input_tokens"u8):
                cacheRead = Math.Max(cacheRead, ReadCount(ref reader) ?? 0);
                break;
            case var name when name.SequenceEqual("cache_creation_input_tokens"u8):
                cacheWrite = Math.Max(cacheWrite, ReadCount(ref reader) ?? 0);
                break;
            case var name when name.SequenceEqual("num_search_queries"u8):
                searches = ReadCount(ref reader) ?? searches;
                break;
            case var name when name.SequenceEqual("server_tool_use"u8):
                ReadTools(ref reader);
                break;
            case var name when name.SequenceEqual("service_tier"u8):
                ReadOnlySpan<byte> word = default;
                reader.ReadText(ref word);
                tier = ServiceTiers.Of(word);
                break;
            default:
                reader.SkipValue();
                break;
        }
    }

    private void ReadInputDetails(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!reader.Enters(JsonTokenType.StartObject))
            return;
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("cached_tokens"u8))
                cacheRead = Math.Max(cacheRead, ReadCount(ref reader) ?? 0);
            else if (reader.ValueSpan.SequenceEqual("cache_write_tokens"u8))
                cacheWrite = Math.Max(cacheWrite, ReadCount(ref reader) ?? 0);
            else if (reader.ValueSpan.SequenceEqual("audio_tokens"u8))
                audioInput = ReadCount(ref reader) ?? audioInput;
            else if (reader.ValueSpan.SequenceEqual("image_tokens"u8))
                imageInput = ReadCount(ref reader) ?? imageInput;
            else if (reader.ValueSpan.SequenceEqual("cached_tokens_details"u8))
                ReadCachedDetails(ref reader);
            else
                reader.SkipValue();
        }
    }

    private void ReadCachedDetails(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!reader.Enters(JsonTokenType.StartObject))
            return;
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("audio_tokens"u8))
                audioCacheRead = ReadCount(ref reader) ?? audioCacheRead;
            else
                reader.SkipValue();
        }
    }

    private void ReadOutputDetails(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!reader.Enters(JsonTokenType.StartObject))
            return;
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("reasoning_tokens"u8))
                reasoning = ReadCount(ref reader) ?? reasoning;
            else if (reader.ValueSpan.SequenceEqual("audio_tokens"u8))
                audioOutput = ReadCount(ref reader) ?? audioOutput;
            else if (reader.ValueSpan.SequenceEqual("image_tokens"u8))
                imageOutput = ReadCount(ref reader) ?? imageOutput;
            else
                reader.SkipValue();
        }
    }

    private void ReadTools(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!reader.Enters(JsonTokenType.StartObject))
            return;
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("web_search_requests"u8))
                searches = ReadCount(ref reader) ?? searches;
            else
                reader.SkipValue();
        }
    }

    /// <summary>
    /// xAI reports reasoning beside the completion, which only the total shows, and Grok at Azure reports a prompt without what
    /// was cached, which only shows when it is smaller.
    /// </summary>
    private readonly Usage ToUsage()
    {
        var prompt = input ?? 0;
        var completion = output ?? 0;
        var isReasoningBeside = reasoning > 0 && total == prompt + completion + reasoning;
        var isCacheBeside = cacheRead + cacheWrite > prompt;
        return new Usage(
            isCacheBeside ? prompt + cacheRead + cacheWrite : prompt,
            isReasoningBeside ? completion + reasoning : completion,
            cacheRead,
            cacheWrite,
            reasoning)
        {
            AudioInput = Math.Max(0, audioInput - audioCacheRead),
            AudioCacheRead = audioCacheRead,
            ImageInput = imageInput,
            AudioOutput = audioOutput,
            ImageOutput = imageOutput,
            Searches = (int)Math.Min(searches, int.MaxValue),
            Tier = tier,
        };
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
