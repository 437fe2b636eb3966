using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>Reads <c>usageMetadata</c>. Candidates exclude thoughts, and prompts include cached tokens (specs/dialects.md 2.14, P-29).</summary>
internal static class GeminiUsage
{
    /// <summary>The number of kinds of counts for a <see cref="TextDeltaTemplate"/>.</summary>
    public const int Kinds = 5;

    private const int Prompt = 0;
    private const int ToolUse = 1;
    private const int Candidates = 2;
    private const int Thoughts = 3;
    private const int Cached = 4;

    /// <summary>The reader starts at the object's start and stops at its end. False without counts, as in the early chunks of Vertex.</summary>
    /// <param name="reader">The reader of the chunk.</param>
    /// <param name="template">Learns the place of every number, used or not, because most grow with each chunk.</param>
    /// <param name="usage">The counts.</param>
    public static bool TryRead(scoped ref Utf8JsonReader reader, TextDeltaTemplate template, out Usage usage)
    {
        Span<long> counts = stackalloc long[Kinds];
        counts.Clear();
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
            else
                SkipValue(ref reader, template);
        }

        usage = Of(counts);
        return isCounted;
    }

    /// <param name="counts">The counts by kind.</param>
    public static Usage Of(ReadOnlySpan<long> counts) =>
        new(counts[Prompt] + counts[ToolUse], counts[Candidates] + counts[Thoughts], counts[Cached], Reasoning: counts[Thoughts]);

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
