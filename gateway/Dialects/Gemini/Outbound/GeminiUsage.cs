using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>
/// Reads <c>usageMetadata</c>. Candidates exclude thoughts, and prompts include cached tokens (specs/dialects.md 2.14, P-29). The
/// details by modality repeat the totals.
/// </summary>
internal static class GeminiUsage
{
    /// <summary>The number of kinds of counts for a <see cref="TextDeltaTemplate"/>.</summary>
    public const int Kinds = 11;

    private const int Prompt = 0;
    private const int ToolUse = 1;
    private const int Candidates = 2;
    private const int Thoughts = 3;
    private const int Cached = 4;
    private const int PromptAudio = 5;
    private const int PromptImages = 6;
    private const int CachedAudio = 7;
    private const int CachedImages = 8;
    private const int CandidateAudio = 9;
    private const int CandidateImages = 10;

    /// <summary>The kind of a count that only repeats a part of a total.</summary>
    private const int None = -1;

    /// <summary>The reader starts at the object's start and stops at its end. False without counts, as in the early chunks of Vertex.</summary>
    /// <param name="reader">The reader of the chunk.</param>
    /// <param name="template">Learns the place of every number, used or not, because most grow with each chunk.</param>
    /// <param name="usage">The counts.</param>
    public static bool TryRead(scoped ref Utf8JsonReader reader, TextDeltaTemplate template, out Usage usage)
    {
        Span<long> counts = stackalloc long[Kinds];
        counts.Clear();
        var tier = ServiceTier.Standard;
        var isCounted = false;
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("promptTokenCount"u8))
                isCounted |= ReadCount(ref reader, counts, Prompt, template);
            else if (reader.ValueSpan.SequenceEqual("toolUsePromptTokenCount"u8))
                ReadCount(ref reader, counts, ToolUse, template);
            else if (reader.ValueSpan.SequenceEqual("candidatesTokenCount"u8))
                isCounted |= ReadCount(ref reader, counts, Candidates, template);
            else if (reader.ValueSpan.SequenceEqual("thoughtsTokenCount"u8))
                isCounted |= ReadCount(ref reader, counts, Thoughts, template);
            else if (reader.ValueSpan.SequenceEqual("cachedContentTokenCount"u8))
                ReadCount(ref reader, counts, Cached, template);
            else if (reader.ValueSpan.SequenceEqual("promptTokensDetails"u8))
                ReadDetails(ref reader, counts, PromptAudio, PromptImages, template);
            else if (reader.ValueSpan.SequenceEqual("cacheTokensDetails"u8))
                ReadDetails(ref reader, counts, CachedAudio, CachedImages, template);
            else if (reader.ValueSpan.SequenceEqual("candidatesTokensDetails"u8))
                ReadDetails(ref reader, counts, CandidateAudio, CandidateImages, template);
            else if (reader.ValueSpan.SequenceEqual("serviceTier"u8) || reader.ValueSpan.SequenceEqual("trafficType"u8))
                ReadTier(ref reader, ref tier);
            else
                SkipValue(ref reader, template);
        }

        usage = Of(counts, tier);
        return isCounted;
    }

    /// <param name="counts">The counts by kind.</param>
    /// <param name="tier">How the request was processed.</param>
    public static Usage Of(ReadOnlySpan<long> counts, ServiceTier tier) =>
        new(counts[Prompt] + counts[ToolUse], counts[Candidates] + counts[Thoughts], counts[Cached], Reasoning: counts[Thoughts])
        {
            AudioInput = Math.Max(0, counts[PromptAudio] - counts[CachedAudio]),
            AudioCacheRead = counts[CachedAudio],
            ImageInput = Math.Max(0, counts[PromptImages] - counts[CachedImages]),
            AudioOutput = counts[CandidateAudio],
            ImageOutput = counts[CandidateImages],
            Tier = tier,
        };

    private static bool ReadCount(scoped ref Utf8JsonReader reader, scoped Span<long> counts, int kind, TextDeltaTemplate template)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value))
        {
            counts[kind] = value;
            template.MarkCount(reader, kind);
            return true;
        }

        reader.Skip();
        return false;
    }

    /// <summary>Reads a list such as <c>[{"modality":"AUDIO","tokenCount":7}]</c>.</summary>
    private static void ReadDetails(scoped ref Utf8JsonReader reader, scoped Span<long> counts, int audio, int images, TextDeltaTemplate template)
    {
        reader.Read();
        if (!reader.Enters(JsonTokenType.StartArray))
            return;
        while (reader.NextObject())
        {
            var kind = KindOf(reader, audio, images);
            while (reader.NextMember())
            {
                if (kind != None && reader.ValueSpan.SequenceEqual("tokenCount"u8))
                    ReadCount(ref reader, counts, kind, template);
                else
                    SkipValue(ref reader, template);
            }
        }
    }

    /// <param name="reader">A copy, because the modality may come after its count.</param>
    /// <param name="audio">The kind of audio.</param>
    /// <param name="images">The kind of images.</param>
    private static int KindOf(Utf8JsonReader reader, int audio, int images)
    {
        while (reader.NextMember())
        {
            if (!reader.ValueSpan.SequenceEqual("modality"u8))
            {
                reader.SkipValue();
                continue;
            }

            reader.Read();
            return reader.TokenType != JsonTokenType.String ? None
                : reader.ValueSpan.SequenceEqual("AUDIO"u8) ? audio
                : reader.ValueSpan.SequenceEqual("IMAGE"u8) ? images
                : None;
        }

        return None;
    }

    private static void ReadTier(scoped ref Utf8JsonReader reader, ref ServiceTier tier)
    {
        ReadOnlySpan<byte> word = default;
        reader.ReadText(ref word);
        if (ServiceTiers.Of(word) is var read and not ServiceTier.Standard)
            tier = read;
    }

    private static void SkipValue(scoped ref Utf8JsonReader reader, TextDeltaTemplate template)
    {
        reader.Read();
        var depth = reader.CurrentDepth;
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            MarkNumber(reader, template);
            return;
        }

        while (reader.Read() && reader.CurrentDepth > depth)
            MarkNumber(reader, template);
    }

    private static void MarkNumber(in Utf8JsonReader reader, TextDeltaTemplate template)
    {
        if (reader.TokenType == JsonTokenType.Number)
            template.MarkPadding(reader);
    }
}
