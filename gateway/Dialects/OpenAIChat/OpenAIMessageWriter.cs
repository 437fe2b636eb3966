using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>Writes a conversation as OpenAI's <c>messages</c> (specs/dialects.md 2.1, 2.2, 2.4).</summary>
internal static class OpenAIMessageWriter
{
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Turn> turns, ReasoningEcho echo, LossReport losses)
    {
        turns = ToolResultMedia.MoveBehind(turns, AcceptableId, losses);
        CacheMarks.Drop(turns, losses);
        CallState.Drop(turns, losses);
        writer.WriteStartArray("messages"u8);
        foreach (var turn in turns)
            WriteTurn(writer, turn, echo, losses);
        writer.WriteEndArray();
    }

    private static void WriteTurn(Utf8JsonWriter writer, Turn turn, ReasoningEcho echo, LossReport losses)
    {
        losses.Work.Spend(1 + turn.Parts.Count);
        if (turn.Role == Role.Tool)
        {
            foreach (var result in turn.Parts.OfType<ToolResultPart>())
                MessageParts.WriteToolResult(writer, result, AcceptableId(result.CallId), name: null);
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
            MessageParts.WriteContent(writer, turn.Parts, WritePart);
        writer.WriteEndObject();
    }

    private static void WriteAssistant(Utf8JsonWriter writer, Turn turn, ReasoningEcho echo, LossReport losses)
    {
        var text = turn.Text;
        var hasCalls = turn.ToolCalls.Any();
        WriteReasoning(writer, turn, echo == ReasoningEcho.Always || (echo == ReasoningEcho.ToolCalls && hasCalls), losses);
        if (text.Length > 0 || !hasCalls)
            writer.WriteText("content"u8, text);
        else
            writer.WriteNull("content"u8);
        if (turn.Parts.OfType<RefusalPart>().FirstOrDefault() is { } refusal)
            writer.WriteString("refusal"u8, refusal.Text);
        if (hasCalls)
            MessageParts.WriteToolCalls(writer, turn, AcceptableId);
    }

    /// <summary>Earlier reasoning is not part of the protocol, but some servers require it, even when it is empty (P-57).</summary>
    private static void WriteReasoning(Utf8JsonWriter writer, Turn turn, bool isWanted, LossReport losses)
    {
        var reasoning = string.Concat(turn.Parts.OfType<ReasoningPart>().Select(part => part.Text));
        if (isWanted && (reasoning.Length > 0 || turn.ToolCalls.Any()))
            writer.WriteText("reasoning_content"u8, reasoning);
        else if (turn.Parts.OfType<ReasoningPart>().Any())
            losses.Dropped("reasoning");
    }

    /// <summary>OpenAI accepts at most 40 characters (P-10).</summary>
    private static string AcceptableId(string id) => id.Length <= 40 ? id : "call_" + ToolCallId.Alphanumeric(id, 24);

    private static void WritePart(Utf8JsonWriter writer, Part part)
    {
        switch (part)
        {
            case AudioPart { Source: InlineMedia sound } audio:
                MessageParts.WriteSound(writer, sound, audio.Format);
                break;
            case DocumentPart { Source: InlineMedia file } when file.ReadText() is { } text:
                MessageParts.WriteText(writer, text);
                break;
            case DocumentPart { Source: InlineMedia file } document:
                writer.WriteString("type"u8, "file"u8);
                writer.WriteStartObject("file"u8);
                writer.WriteString("filename"u8, document.FileName ?? "file");
                writer.WritePropertyName("file_data"u8);
                file.WriteDataUrl(writer);
                writer.WriteEndObject();
                break;
            default:
                throw GatewayException.Invalid("messages", TargetText.CannotBeSent(part.GetType().Name));
        }
    }
}
