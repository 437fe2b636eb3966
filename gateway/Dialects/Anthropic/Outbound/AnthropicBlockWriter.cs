using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>Writes a conversation's parts as content blocks (specs/dialects.md 2.2, 2.4, 2.6).</summary>
internal sealed class AnthropicBlockWriter(Utf8JsonWriter writer, AnthropicCacheMarks marks, LossReport losses)
{
    private const int ToolCallIdLength = 24;

    private static readonly string[] ImageTypes = ["image/jpeg", "image/png", "image/gif", "image/webp"];

    public void WriteSystem(IReadOnlyList<TextPart> parts)
    {
        if (parts.Count == 0)
            return;
        writer.WriteStartArray("system"u8);
        foreach (var part in parts)
            Write(part);
        writer.WriteEndArray();
    }

    public void WriteMessages(IReadOnlyList<AnthropicMessage> messages)
    {
        writer.WriteStartArray("messages"u8);
        foreach (var message in messages)
        {
            writer.WriteStartObject();
            writer.WriteString("role"u8, message.Role switch
            {
                Role.Assistant => "assistant"u8,
                Role.System => "system"u8,
                _ => "user"u8,
            });
            writer.WriteStartArray("content"u8);
            foreach (var part in message.Parts)
                Write(part);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Write(Part part)
    {
        losses.Work.Spend();
        writer.WriteStartObject();
        switch (part)
        {
            case TextPart text:
                WriteText(text.Text);
                break;
            case RefusalPart refusal:
                WriteText(refusal.Text);
                break;
            case ReasoningPart { State: { } state } reasoning:
                WriteThinking(reasoning.Text, state);
                break;
            case ImagePart image:
                WriteImage(image);
                break;
            case DocumentPart document:
                WriteDocument(document);
                break;
            case ToolCallPart call:
                WriteCall(call);
                break;
            case ToolResultPart result:
                WriteResult(result);
                break;
            case AudioPart:
                throw GatewayException.Invalid("messages", TargetText.NoSound);
            default:
                throw GatewayException.Invalid("messages", TargetText.CannotBeSentTo(part.GetType().Name, "anthropic"));
        }

        marks.Write(writer, part, part.Cache);
        writer.WriteEndObject();
    }

    private void WriteText(string text)
    {
        writer.WriteString("type"u8, "text"u8);
        writer.WriteText("text"u8, text);
    }

    /// <summary>Writes thinking exactly as the model wrote it.</summary>
    private void WriteThinking(string text, OpaqueState state)
    {
        if (state.Kind == StateKind.AnthropicRedacted)
        {
            writer.WriteString("type"u8, "redacted_thinking"u8);
            writer.WriteText("data"u8, state.Value);
            return;
        }

        writer.WriteString("type"u8, "thinking"u8);
        writer.WriteText("thinking"u8, text);
        writer.WriteString("signature"u8, state.Value);
    }

    private void WriteImage(ImagePart image)
    {
        if (image.Detail is not (null or "auto"))
            losses.Dropped("detail");
        if (image.Source is InlineMedia { MediaType: var type } && !ImageTypes.Contains(type, StringComparer.OrdinalIgnoreCase))
            throw GatewayException.Invalid("messages", TargetText.PictureType(type, string.Join(", ", ImageTypes)));
        writer.WriteString("type"u8, "image"u8);
        WriteSource(image.Source);
    }

    private void WriteDocument(DocumentPart document)
    {
        writer.WriteString("type"u8, "document"u8);
        if (document.Source is InlineMedia inline && inline.ReadText() is { } text)
        {
            writer.WriteStartObject("source"u8);
            writer.WriteString("type"u8, "text"u8);
            writer.WriteString("media_type"u8, "text/plain"u8);
            writer.WriteText("data"u8, text);
            writer.WriteEndObject();
        }
        else
        {
            if (document.Source is InlineMedia { MediaType: not "application/pdf" and var type })
                throw GatewayException.Invalid("messages", TargetText.DocumentType(type));
            WriteSource(document.Source);
        }

        if (document.FileName is { Length: > 0 } name)
            writer.WriteString("title"u8, name);
    }

    private void WriteSource(MediaSource source)
    {
        writer.WriteStartObject("source"u8);
        if (source is InlineMedia inline)
        {
            writer.WriteString("type"u8, "base64"u8);
            writer.WriteString("media_type"u8, inline.MediaType.ToLowerInvariant());
            writer.WritePropertyName("data"u8);
            inline.WriteBase64(writer);
        }
        else
        {
            writer.WriteString("type"u8, "url"u8);
            writer.WriteString("url"u8, ((LinkedMedia)source).Url);
        }

        writer.WriteEndObject();
    }

    private void WriteCall(ToolCallPart call)
    {
        if (!IsObject(call.Arguments))
            throw GatewayException.Invalid("messages", TargetText.ArgumentsNotObject(call.Id));
        writer.WriteString("type"u8, "tool_use"u8);
        writer.WriteString("id"u8, AcceptableId(call.Id));
        writer.WriteString("name"u8, call.Name);
        writer.WritePropertyName("input"u8);
        writer.WriteRawValue(call.Arguments, skipInputValidation: true);
    }

    private void WriteResult(ToolResultPart result)
    {
        writer.WriteString("type"u8, "tool_result"u8);
        writer.WriteString("tool_use_id"u8, AcceptableId(result.CallId));
        var content = result.Content.Where(part => part is not TextPart { Text: var text } || !string.IsNullOrWhiteSpace(text)).ToList();
        if (content is [TextPart { Cache: null } only])
        {
            writer.WriteText("content"u8, only.Text);
        }
        else if (content.Count > 0)
        {
            writer.WriteStartArray("content"u8);
            foreach (var part in content)
                Write(part);
            writer.WriteEndArray();
        }

        if (result.IsError)
            writer.WriteBoolean("is_error"u8, true);
    }

    /// <summary>Keeps an id of letters, digits, <c>_</c> and <c>-</c>. Any other is replaced, in the same way for a call and its result.</summary>
    private static string AcceptableId(string id) =>
        id.Length > 0 && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-') ? id : "toolu_" + ToolCallId.Alphanumeric(id, ToolCallIdLength);

    private static bool IsObject(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
