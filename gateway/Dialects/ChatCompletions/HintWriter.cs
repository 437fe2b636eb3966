using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>Writes the hints that a server supports under OpenAI's names and reports the others as lost (specs/dialects.md 2.9).</summary>
internal static class HintWriter
{
    /// <param name="writer">A writer inside the request object.</param>
    /// <param name="hints">The client's hints.</param>
    /// <param name="taken">The members that the server supports.</param>
    /// <param name="losses">Records the other hints.</param>
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
