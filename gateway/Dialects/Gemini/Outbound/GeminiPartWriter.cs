using System.Buffers.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>Writes <c>systemInstruction</c> and <c>contents</c> (specs/dialects.md 1.4, 2.2, 2.4, 2.6).</summary>
/// <param name="writer">A writer inside the request object.</param>
/// <param name="upstreamModel">The model whose opaque state may be replayed.</param>
internal sealed class GeminiPartWriter(Utf8JsonWriter writer, string upstreamModel)
{
    /// <summary>The value that Google documents for a call whose signature is lost (P-23).</summary>
    private const string LostSignature = "skip_thought_signature_validator";

    private const string FilesApi = "https://generativelanguage.googleapis.com/v1beta/files/";

    private readonly GeminiModel model = GeminiModel.Of(upstreamModel);

    /// <summary>Whether a linked picture, sound or document is a file that Google stores itself.</summary>
    public static bool IsKept(MediaSource source) =>
        source is LinkedMedia { Url: var url }
        && (url.StartsWith(FilesApi, StringComparison.Ordinal) || url.StartsWith("gs://", StringComparison.Ordinal));

    public void Write(GeminiConversation conversation, LossReport losses)
    {
        ReportLosses(conversation, losses);
        if (conversation.Instructions.Count > 0)
        {
            writer.WriteStartObject("systemInstruction"u8);
            writer.WriteStartArray("parts"u8);
            foreach (var part in conversation.Instructions)
                WriteText(part.Text);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        var turnBegin = 0;
        for (var index = 0; index < conversation.Contents.Count; index++)
        {
            if (conversation.Contents[index].BeginsTurn)
                turnBegin = index;
        }

        writer.WriteStartArray("contents"u8);
        for (var index = 0; index < conversation.Contents.Count; index++)
        {
            losses.Work.Spend(1 + conversation.Contents[index].Parts.Count);
            WriteContent(conversation.Contents[index], isCurrentTurn: index >= turnBegin);
        }

        writer.WriteEndArray();
    }

    private void ReportLosses(GeminiConversation conversation, LossReport losses)
    {
        var parts = conversation.Contents.SelectMany(content => content.Parts).ToList();
        if (parts.Exists(part => part is ReasoningPart && SignatureOf(part) is null))
            losses.Dropped("reasoning");
        if (parts.Exists(part => part is ImagePart { Detail: not (null or "auto") }))
            losses.Dropped("detail");
    }

    private void WriteContent(GeminiContent content, bool isCurrentTurn)
    {
        List<Part> parts = [.. content.Parts.Where(part => SignatureOf(part) is not null || part is not (ReasoningPart or TextPart { Text: "" }))];
        if (parts.Count == 0)
            parts.Add(new TextPart(" "));
        var firstCall = parts.Find(part => part is ToolCallPart);
        writer.WriteStartObject();
        writer.WriteString("role"u8, content.IsModel ? "model"u8 : "user"u8);
        writer.WriteStartArray("parts"u8);
        foreach (var part in parts)
        {
            var signature = content.IsModel ? SignatureOf(part) : null;
            if (signature is null && isCurrentTurn && model.DemandsSignatures && ReferenceEquals(part, firstCall))
                signature = LostSignature;
            WritePart(part, signature);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The part's signature, if this model made it and it is valid base64; else null (P-24).</summary>
    private string? SignatureOf(Part part) =>
        part.State is { } state && state.BelongsTo(StateKind.GeminiThoughtSignature, upstreamModel) && state.Value.Length > 0 && Base64.IsValid(state.Value)
            ? state.Value
            : null;

    private void WritePart(Part part, string? signature)
    {
        writer.WriteStartObject();
        switch (part)
        {
            case TextPart text:
                writer.WriteText("text"u8, text.Text);
                break;
            case RefusalPart refusal:
                writer.WriteText("text"u8, refusal.Text);
                break;
            case ReasoningPart reasoning:
                writer.WriteText("text"u8, reasoning.Text);
                if (reasoning.Text.Length > 0)
                    writer.WriteBoolean("thought"u8, true);
                break;
            case ToolCallPart call:
                WriteCall(call);
                break;
            case ToolResultPart result:
                WriteResult(result);
                break;
            case ImagePart image:
                WriteMedia(image.Source);
                break;
            case AudioPart audio:
                WriteMedia(audio.Source);
                break;
            case DocumentPart document:
                WriteMedia(document.Source);
                break;
            default:
                throw GatewayException.Invalid("messages", TargetText.CannotBeSentTo(part.GetType().Name, "gemini"));
        }

        if (signature is not null)
            writer.WriteString("thoughtSignature"u8, signature);
        writer.WriteEndObject();
    }

    private void WriteText(string text)
    {
        writer.WriteStartObject();
        writer.WriteText("text"u8, text);
        writer.WriteEndObject();
    }

    private void WriteCall(ToolCallPart call)
    {
        writer.WriteStartObject("functionCall"u8);
        WriteId(call.Id);
        writer.WriteString("name"u8, call.Name);
        writer.WritePropertyName("args"u8);
        writer.WriteRawValue(call.Arguments, skipInputValidation: true);
        writer.WriteEndObject();
    }

    /// <summary>Older models match calls and results by position alone.</summary>
    private void WriteId(string id)
    {
        if (model.DemandsSignatures)
            writer.WriteString("id"u8, id);
    }

    private void WriteResult(ToolResultPart result)
    {
        writer.WriteStartObject("functionResponse"u8);
        WriteId(result.CallId);
        writer.WriteString("name"u8, result.ToolName);
        writer.WritePropertyName("response"u8);
        if (!result.IsError && IsPlainObject(result.Text))
        {
            writer.WriteRawValue(result.Text, skipInputValidation: true);
        }
        else
        {
            writer.WriteStartObject();
            writer.WriteText(result.IsError ? "error"u8 : "output"u8, result.Text);
            writer.WriteEndObject();
        }

        var media = result.Content.Where(part => part is not TextPart).ToList();
        if (media.Count > 0)
        {
            writer.WriteStartArray("parts"u8);
            foreach (var part in media)
                WritePart(part, signature: null);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    /// <summary>Whether the text is a JSON object without references, which Gemini would try to resolve (specs/dialects.md 2.4).</summary>
    private static bool IsPlainObject(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith("{"))
            return false;
        try
        {
            using var document = JsonDocument.Parse(text);
            return !HasReference(document.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool HasReference(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(member => member.NameEquals("$ref"u8) || member.NameEquals("$defs"u8) || HasReference(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(HasReference),
        _ => false,
    };

    private void WriteMedia(MediaSource source)
    {
        if (source is InlineMedia inline)
        {
            writer.WriteStartObject("inlineData"u8);
            writer.WriteString("mimeType"u8, inline.MediaType);
            writer.WritePropertyName("data"u8);
            inline.WriteBase64(writer);
        }
        else if (source is LinkedMedia linked && IsKept(source))
        {
            writer.WriteStartObject("fileData"u8);
            writer.WriteString("fileUri"u8, linked.Url);
        }
        else
        {
            throw GatewayException.Invalid("messages", TargetText.OnlyBytes);
        }

        writer.WriteEndObject();
    }
}
