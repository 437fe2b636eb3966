using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Mistral;

/// <summary>Writes a conversation as Mistral's <c>messages</c> (specs/dialects.md 1.5, 2.1, 2.2, 2.4).</summary>
internal static class MistralMessageWriter
{
    private const int ToolCallIdLength = 9;

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Turn> turns, LossReport losses)
    {
        turns = ToolResultMedia.MoveBehind(turns, AcceptableId, losses);
        CacheMarks.Drop(turns, losses);
        CallState.Drop(turns, losses);
        writer.WriteStartArray("messages"u8);
        for (var index = 0; index < turns.Count; index++)
        {
            var turn = turns[index];
            losses.Work.Spend(1 + turn.Parts.Count);
            if (turn.Name is not null)
                losses.Dropped($"messages[{index}].name");
            if (turn.Role == Role.Tool)
            {
                foreach (var result in turn.Parts.OfType<ToolResultPart>())
                    MessageParts.WriteToolResult(writer, result, AcceptableId(result.CallId), result.ToolName);
            }
            else
            {
                WriteTurn(writer, turn, isLast: index == turns.Count - 1, losses);
            }
        }

        writer.WriteEndArray();
    }

    private static void WriteTurn(Utf8JsonWriter writer, Turn turn, bool isLast, LossReport losses)
    {
        writer.WriteStartObject();
        // Mistral does not answer a conversation that ends with instructions, but Ollama and OpenAI do.
        var endsInInstructions = isLast && turn.Role is (Role.System or Role.Developer);
        if (endsInInstructions)
            losses.Emulated("system");
        writer.WriteString("role"u8, turn.Role switch
        {
            Role.System or Role.Developer when !endsInInstructions => "system",
            Role.Assistant => "assistant",
            _ => "user",
        });
        if (turn.Role != Role.Assistant)
        {
            MessageParts.WriteContent(writer, turn.Parts, WritePart);
            writer.WriteEndObject();
            return;
        }

        if (turn.Parts.OfType<ReasoningPart>().Any())
            losses.Dropped("reasoning");
        var refusal = string.Concat(turn.Parts.OfType<RefusalPart>().Select(part => part.Text));
        writer.WriteText("content"u8, turn.Text + refusal);
        if (turn.ToolCalls.Any())
            MessageParts.WriteToolCalls(writer, turn, AcceptableId);
        else if (isLast)
            writer.WriteBoolean("prefix"u8, true);
        writer.WriteEndObject();
    }

    private static string AcceptableId(string id) => ToolCallId.Alphanumeric(id, ToolCallIdLength);

    private static void WritePart(Utf8JsonWriter writer, Part part)
    {
        switch (part)
        {
            case AudioPart { Source: InlineMedia sound }:
                writer.WriteString("type"u8, "input_audio"u8);
                writer.WritePropertyName("input_audio"u8);
                sound.WriteBase64(writer);
                break;
            case DocumentPart document:
                writer.WriteString("type"u8, "document_url"u8);
                MessageParts.WriteUrl(writer, "document_url"u8, document.Source);
                if (document.FileName is { } name)
                    writer.WriteString("document_name"u8, name);
                break;
            case RefusalPart refusal:
                MessageParts.WriteText(writer, refusal.Text);
                break;
            default:
                throw GatewayException.Invalid("messages", TargetText.CannotBeSent(part.GetType().Name));
        }
    }
}
