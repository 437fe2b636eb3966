using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>Writes the hints that a server takes under OpenAI's names; the others are lost (specs/dialects.md 2.9).</summary>
internal static class HintWriter
{
    /// <param name="writer">Inside the request object.</param>
    /// <param name="hints">The client's.</param>
    /// <param name="taken">The members that the server knows.</param>
    /// <param name="losses">Gets the others.</param>
    public static void Write(Utf8JsonWriter writer, RequestHints hints, IReadOnlyCollection<string> taken, LossReport losses)
    {
        foreach (var name in hints.SetMembers())
        {
            if (!taken.Contains(name))
                losses.Dropped(name);
            else
                WriteMember(writer, hints, name);
        }
    }

    private static void WriteMember(Utf8JsonWriter writer, RequestHints hints, string name)
    {
        writer.WritePropertyName(name);
        switch (name)
        {
            case "user":
                writer.WriteStringValue(hints.User);
                break;
            case "metadata":
                writer.WriteRawValue(hints.Metadata!, skipInputValidation: true);
                break;
            case "service_tier":
                writer.WriteStringValue(hints.ServiceTier);
                break;
            case "prompt_cache_key":
                writer.WriteStringValue(hints.PromptCacheKey);
                break;
            case "store":
                writer.WriteBooleanValue(hints.Store == true);
                break;
            case "verbosity":
                writer.WriteStringValue(hints.Verbosity);
                break;
            default:
                writer.WriteRawValue(hints.Prediction!, skipInputValidation: true);
                break;
        }
    }
}
