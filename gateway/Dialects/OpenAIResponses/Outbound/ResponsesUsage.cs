using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Outbound;

/// <summary>Reads what a finished response used (specs/dialects.md 2.14).</summary>
internal static class ResponsesUsage
{
    /// <summary>The counts; null when the response reports none.</summary>
    /// <param name="response">The finished response.</param>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static Usage? Read(in ReportedResponse response)
    {
        if (!response.Usage.StartsWith("{"u8))
            return null;
        var reader = new Utf8JsonReader(response.Usage);
        reader.Read();
        if (!UsageReader.TryRead(ref reader, out var usage))
            return null;
        return usage with
        {
            Searches = usage.Searches + CountSearches(response.Output),
            Tier = usage.Tier == ServiceTier.Standard ? ServiceTiers.Of(response.ServiceTier) : usage.Tier,
        };
    }

    /// <summary>OpenAI charges for each call of its web search that searches; opening a page in it is free.</summary>
    private static int CountSearches(ReadOnlySpan<byte> output)
    {
        // Most outputs have no such call, and may be long.
        if (!output.StartsWith("["u8) || output.IndexOf("\"web_search_call\""u8) < 0)
            return 0;
        var count = 0;
        var reader = new Utf8JsonReader(output);
        reader.Read();
        while (reader.NextObject())
        {
            if (IsSearch(ref reader))
                count++;
        }

        return count;
    }

    private static bool IsSearch(scoped ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> type = default;
        ReadOnlySpan<byte> action = default;
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("type"u8))
            {
                reader.ReadText(ref type);
            }
            else if (reader.ValueSpan.SequenceEqual("action"u8))
            {
                reader.Read();
                if (!reader.Enters(JsonTokenType.StartObject))
                    continue;
                while (reader.NextMember())
                {
                    if (reader.ValueSpan.SequenceEqual("type"u8))
                        reader.ReadText(ref action);
                    else
                        reader.SkipValue();
                }
            }
            else
            {
                reader.SkipValue();
            }
        }

        return type.SequenceEqual("web_search_call"u8) && (action.IsEmpty || action.SequenceEqual("search"u8));
    }
}
