using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.Mistral;

/// <summary>Writes a conversation as Mistral's <c>messages</c> (specs/dialects.md 1.5, 2.1, 2.2, 2.4).</summary>
internal static class MistralMessageWriter
{
    private const int ToolCallIdLength = 9;

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Turn> turns, LossReport losses)
    {
        writer.WriteStartArray("messages"u8);
        for (var index = 0; index < turns.Count; index++)
        {
            var turn = turns[index];
            if (turn.Name is not null)
                losses.Dropped($"messages[{index}].name");
            if (turn.Role == Role.Tool)
            {
                foreach (var result in turn.Parts.OfType<ToolResultPart>())
                    WriteToolResult(writer, result, losses);
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
        // Mistral does not answer a conversation that ends in instructions; Ollama and OpenAI do.
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
            WriteContent(writer, turn.Parts);
            writer.WriteEndObject();
            return;
        }

        if (turn.Parts.OfType<ReasoningPart>().Any())
            losses.Dropped("reasoning");
        var refusal = string.Concat(turn.Parts.OfType<RefusalPart>().Select(part => part.Text));
        writer.WriteString("content"u8, turn.Text + refusal);
        if (turn.ToolCalls.Any())
            WriteToolCalls(writer, turn);
        else if (isLast)
            writer.WriteBoolean("prefix"u8, true);
        writer.WriteEndObject();
    }

    private static void WriteToolCalls(Utf8JsonWriter writer, Turn turn)
    {
        writer.WriteStartArray("tool_calls"u8);
        foreach (var call in turn.ToolCalls)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, ToolCallId.Alphanumeric(call.Id, ToolCallIdLength));
            writer.WriteString("type"u8, "function"u8);
            writer.WriteStartObject("function"u8);
            writer.WriteString("name"u8, call.Name);
            writer.WriteString("arguments"u8, call.Arguments);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteToolResult(Utf8JsonWriter writer, ToolResultPart result, LossReport losses)
    {
        if (result.Content.Any(part => part is not TextPart))
            losses.Dropped("tool result media");
        writer.WriteStartObject();
        writer.WriteString("role"u8, "tool"u8);
        writer.WriteString("tool_call_id"u8, ToolCallId.Alphanumeric(result.CallId, ToolCallIdLength));
        if (result.ToolName is { } name)
            writer.WriteString("name"u8, name);
        writer.WriteString("content"u8, result.IsError ? "Error: " + result.Text : result.Text);
        writer.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter writer, IReadOnlyList<Part> parts)
    {
        // Providers refuse an empty part, and an empty list of parts (P-51).
        List<Part> shown = [.. parts.Where(part => part is not TextPart { Text: "" })];
        if (shown is [] or [TextPart])
        {
            writer.WriteString("content"u8, shown is [TextPart text] ? text.Text : "");
            return;
        }

        writer.WriteStartArray("content"u8);
        foreach (var part in shown)
        {
            writer.WriteStartObject();
            WritePart(writer, part);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WritePart(Utf8JsonWriter writer, Part part)
    {
        switch (part)
        {
            case TextPart text:
                writer.WriteString("type"u8, "text"u8);
                writer.WriteString("text"u8, text.Text);
                break;
            case ImagePart image:
                writer.WriteString("type"u8, "image_url"u8);
                writer.WriteStartObject("image_url"u8);
                writer.WriteString("url"u8, UrlOf(image.Source));
                if (image.Detail is { } detail)
                    writer.WriteString("detail"u8, detail);
                writer.WriteEndObject();
                break;
            case AudioPart { Source: InlineMedia sound }:
                writer.WriteString("type"u8, "input_audio"u8);
                writer.WriteString("input_audio"u8, sound.Base64);
                break;
            case DocumentPart document:
                writer.WriteString("type"u8, "document_url"u8);
                writer.WriteString("document_url"u8, UrlOf(document.Source));
                if (document.FileName is { } name)
                    writer.WriteString("document_name"u8, name);
                break;
            case RefusalPart refusal:
                writer.WriteString("type"u8, "text"u8);
                writer.WriteString("text"u8, refusal.Text);
                break;
            default:
                throw GatewayException.Invalid("messages", $"a {part.GetType().Name} cannot be sent to this provider");
        }
    }

    private static string UrlOf(MediaSource source) => source is InlineMedia inline ? inline.DataUrl : ((LinkedMedia)source).Url;
}
