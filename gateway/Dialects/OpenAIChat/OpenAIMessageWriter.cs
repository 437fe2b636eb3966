using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>Writes a conversation as OpenAI's <c>messages</c> (specs/dialects.md 2.1, 2.2, 2.4).</summary>
internal static class OpenAIMessageWriter
{
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Turn> turns, ReasoningEcho echo, LossReport losses)
    {
        writer.WriteStartArray("messages"u8);
        foreach (var turn in turns)
            WriteTurn(writer, turn, echo, losses);
        writer.WriteEndArray();
    }

    private static void WriteTurn(Utf8JsonWriter writer, Turn turn, ReasoningEcho echo, LossReport losses)
    {
        if (turn.Role == Role.Tool)
        {
            foreach (var result in turn.Parts.OfType<ToolResultPart>())
                WriteToolResult(writer, result, losses);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("role"u8, turn.Role switch
        {
            Role.System => "system",
            Role.Developer => "developer",
            Role.Assistant => "assistant",
            _ => "user",
        });
        if (turn.Name is { } name)
            writer.WriteString("name"u8, name);
        if (turn.Role == Role.Assistant)
            WriteAssistant(writer, turn, echo, losses);
        else
            WriteContent(writer, turn.Parts);
        writer.WriteEndObject();
    }

    private static void WriteAssistant(Utf8JsonWriter writer, Turn turn, ReasoningEcho echo, LossReport losses)
    {
        var text = turn.Text;
        var hasCalls = turn.ToolCalls.Any();
        WriteReasoning(writer, turn, echo == ReasoningEcho.Always || (echo == ReasoningEcho.ToolCalls && hasCalls), losses);
        if (text.Length > 0 || !hasCalls)
            writer.WriteString("content"u8, text);
        else
            writer.WriteNull("content"u8);
        if (turn.Parts.OfType<RefusalPart>().FirstOrDefault() is { } refusal)
            writer.WriteString("refusal"u8, refusal.Text);
        if (!hasCalls)
            return;
        writer.WriteStartArray("tool_calls"u8);
        foreach (var call in turn.ToolCalls)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, AcceptableId(call.Id));
            writer.WriteString("type"u8, "function"u8);
            writer.WriteStartObject("function"u8);
            writer.WriteString("name"u8, call.Name);
            writer.WriteString("arguments"u8, call.Arguments);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Earlier reasoning is not part of the protocol; some servers want it back, even when there was none (P-57).</summary>
    private static void WriteReasoning(Utf8JsonWriter writer, Turn turn, bool isWanted, LossReport losses)
    {
        var reasoning = string.Concat(turn.Parts.OfType<ReasoningPart>().Select(part => part.Text));
        if (isWanted && (reasoning.Length > 0 || turn.ToolCalls.Any()))
            writer.WriteString("reasoning_content"u8, reasoning);
        else if (turn.Parts.OfType<ReasoningPart>().Any())
            losses.Dropped("reasoning");
    }

    private static void WriteToolResult(Utf8JsonWriter writer, ToolResultPart result, LossReport losses)
    {
        if (result.Content.Any(part => part is not TextPart))
            losses.Dropped("tool result media");
        writer.WriteStartObject();
        writer.WriteString("role"u8, "tool"u8);
        writer.WriteString("tool_call_id"u8, AcceptableId(result.CallId));
        writer.WriteString("content"u8, result.IsError ? "Error: " + result.Text : result.Text);
        writer.WriteEndObject();
    }

    /// <summary>OpenAI takes at most 40 characters (P-10).</summary>
    private static string AcceptableId(string id) => id.Length <= 40 ? id : "call_" + ToolCallId.Alphanumeric(id, 24);

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
                writer.WriteString("url"u8, image.Source is InlineMedia inline ? inline.DataUrl : ((LinkedMedia)image.Source).Url);
                if (image.Detail is { } detail)
                    writer.WriteString("detail"u8, detail);
                writer.WriteEndObject();
                break;
            case AudioPart { Source: InlineMedia sound } audio:
                writer.WriteString("type"u8, "input_audio"u8);
                writer.WriteStartObject("input_audio"u8);
                writer.WriteString("data"u8, sound.Base64);
                writer.WriteString("format"u8, audio.Format);
                writer.WriteEndObject();
                break;
            case DocumentPart { Source: InlineMedia file } document:
                writer.WriteString("type"u8, "file"u8);
                writer.WriteStartObject("file"u8);
                writer.WriteString("filename"u8, document.FileName ?? "file");
                writer.WriteString("file_data"u8, file.DataUrl);
                writer.WriteEndObject();
                break;
            default:
                throw GatewayException.Invalid("messages", $"a {part.GetType().Name} cannot be sent to this provider");
        }
    }
}
