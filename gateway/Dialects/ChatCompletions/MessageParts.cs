using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>Writes the parts of a message that are the same for OpenAI and Mistral (specs/dialects.md 2.2, 2.4).</summary>
internal static class MessageParts
{
    /// <param name="writer">A writer inside the message object.</param>
    /// <param name="parts">The parts in the client's order.</param>
    /// <param name="writeOther">Writes the members of a part that is neither text nor image, inside its object.</param>
    public static void WriteContent(Utf8JsonWriter writer, IReadOnlyList<Part> parts, Action<Utf8JsonWriter, Part> writeOther)
    {
        // Providers reject an empty part and an empty list of parts (P-51).
        List<Part> shown = [.. parts.Where(part => part is not TextPart { Text: "" })];
        if (shown is [] or [TextPart])
        {
            writer.WriteText("content"u8, shown is [TextPart text] ? text.Text : "");
            return;
        }

        writer.WriteStartArray("content"u8);
        foreach (var part in shown)
        {
            writer.WriteStartObject();
            if (part is TextPart each)
                WriteText(writer, each.Text);
            else if (part is ImagePart image)
                WriteImage(writer, image);
            else
                writeOther(writer, part);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteText(Utf8JsonWriter writer, string text)
    {
        writer.WriteString("type"u8, "text"u8);
        writer.WriteText("text"u8, text);
    }

    /// <param name="writer">A writer inside the message object.</param>
    /// <param name="turn">The assistant's turn.</param>
    /// <param name="idOf">Converts an id to one that the provider accepts.</param>
    public static void WriteToolCalls(Utf8JsonWriter writer, Turn turn, Func<string, string> idOf)
    {
        writer.WriteStartArray("tool_calls"u8);
        foreach (var call in turn.ToolCalls)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, idOf(call.Id));
            writer.WriteString("type"u8, "function"u8);
            writer.WriteStartObject("function"u8);
            writer.WriteString("name"u8, call.Name);
            writer.WriteText("arguments"u8, call.Arguments);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes a message of role <c>tool</c> whose media were already moved. The name is null for a provider without one.</summary>
    public static void WriteToolResult(Utf8JsonWriter writer, ToolResultPart result, string id, string? name)
    {
        writer.WriteStartObject();
        writer.WriteString("role"u8, "tool"u8);
        writer.WriteString("tool_call_id"u8, id);
        if (name is not null)
            writer.WriteString("name"u8, name);
        writer.WriteText("content"u8, result.IsError ? "Error: " + result.Text : result.Text);
        writer.WriteEndObject();
    }

    /// <summary>Writes a member with the media's URL: a <c>data:</c> URL for inline media.</summary>
    public static void WriteUrl(Utf8JsonWriter writer, ReadOnlySpan<byte> name, MediaSource source)
    {
        writer.WritePropertyName(name);
        if (source is InlineMedia inline)
            inline.WriteDataUrl(writer);
        else
            writer.WriteStringValue(((LinkedMedia)source).Url);
    }

    /// <summary>Writes the members of a part that is a sound.</summary>
    public static void WriteSound(Utf8JsonWriter writer, InlineMedia sound, string format)
    {
        writer.WriteString("type"u8, "input_audio"u8);
        writer.WriteStartObject("input_audio"u8);
        writer.WritePropertyName("data"u8);
        sound.WriteBase64(writer);
        writer.WriteString("format"u8, format);
        writer.WriteEndObject();
    }

    private static void WriteImage(Utf8JsonWriter writer, ImagePart image)
    {
        writer.WriteString("type"u8, "image_url"u8);
        writer.WriteStartObject("image_url"u8);
        WriteUrl(writer, "url"u8, image.Source);
        if (image.Detail is { } detail)
            writer.WriteString("detail"u8, detail);
        writer.WriteEndObject();
    }
}
