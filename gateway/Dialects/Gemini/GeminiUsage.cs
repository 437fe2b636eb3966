using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.Gemini;

/// <summary>Reads <c>usageMetadata</c>: candidates do not count their thoughts, prompts do count what was cached (specs/dialects.md 2.14, P-29).</summary>
internal static class GeminiUsage
{
    /// <summary>The reader stands on the object's start and ends on its end; false where there are no counts, as in Vertex' early chunks.</summary>
    public static bool TryRead(scoped ref Utf8JsonReader reader, out Usage usage)
    {
        long prompt = 0, toolUse = 0, candidates = 0, thoughts = 0, cached = 0;
        var isCounted = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueSpan.SequenceEqual("promptTokenCount"u8))
                isCounted |= ReadCount(ref reader, ref prompt);
            else if (reader.ValueSpan.SequenceEqual("toolUsePromptTokenCount"u8))
                ReadCount(ref reader, ref toolUse);
            else if (reader.ValueSpan.SequenceEqual("candidatesTokenCount"u8))
                isCounted |= ReadCount(ref reader, ref candidates);
            else if (reader.ValueSpan.SequenceEqual("thoughtsTokenCount"u8))
                isCounted |= ReadCount(ref reader, ref thoughts);
            else if (reader.ValueSpan.SequenceEqual("cachedContentTokenCount"u8))
                ReadCount(ref reader, ref cached);
            else
                SkipValue(ref reader);
        }

        usage = new Usage(prompt + toolUse, candidates + thoughts, cached, Reasoning: thoughts);
        return isCounted;
    }

    private static bool ReadCount(scoped ref Utf8JsonReader reader, ref long count)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value))
        {
            count = value;
            return true;
        }

        reader.Skip();
        return false;
    }

    private static void SkipValue(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
