using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Outbound;

/// <summary>Writes a conversation as the items of OpenAI's <c>input</c> (specs/dialects.md 2.1, 2.2, 2.4, 2.6).</summary>
internal sealed class ResponsesInputWriter(Utf8JsonWriter writer, ChatRequest request, string upstreamModel, LossReport losses)
{
    /// <summary>OpenAI rejects a longer id with a 400 (P-10).</summary>
    private const int LongestCallId = 64;

    private readonly bool reasons = OpenAIModels.Reasons(upstreamModel);
    private readonly HashSet<string> freeTextTools = request.FreeTextTools();

    /// <summary>The first call of each id. Built when a result first needs it.</summary>
    private Dictionary<string, ToolCallPart>? calls;

    public static void Write(Utf8JsonWriter writer, ChatRequest request, string upstreamModel, LossReport losses)
    {
        writer.WriteStartArray("input"u8);
        var input = new ResponsesInputWriter(writer, request, upstreamModel, losses);
        foreach (var turn in request.Turns)
            input.WriteTurn(turn);
        writer.WriteEndArray();
    }

    private void WriteTurn(Turn turn)
    {
        losses.Work.Spend(1 + turn.Parts.Count);
        if (turn.Name is not null)
            losses.Dropped("name");
        switch (turn.Role)
        {
            case Role.Tool:
                foreach (var result in turn.Parts.OfType<ToolResultPart>())
                    WriteResult(result);
                break;
            case Role.Assistant:
                WriteAssistant(turn);
                break;
            default:
                writer.WriteStartObject();
                writer.WriteString("type"u8, "message"u8);
                writer.WriteString("role"u8, turn.Role.ToString().ToLowerInvariant());
                WriteContent("content", turn.Parts);
                writer.WriteEndObject();
                break;
        }
    }

    /// <summary>A reasoning item is written before the call or message that it led to. Without one it is dropped (P-36).</summary>
    private void WriteAssistant(Turn turn)
    {
        var waiting = new List<ReasoningPart>();
        var words = new List<Part>();
        foreach (var part in turn.Parts)
        {
            switch (part)
            {
                case ReasoningPart { State: { } state } reasoning when reasons && state.BelongsTo(StateKind.OpenAIReasoning, upstreamModel):
                    WriteWords();
                    waiting.Add(reasoning);
                    break;
                case ReasoningPart:
                    losses.Dropped("reasoning");
                    break;
                case TextPart or RefusalPart:
                    words.Add(part);
                    break;
                case ToolCallPart call:
                    WriteWords();
                    WriteWaiting();
                    WriteCall(call);
                    break;
                default:
                    losses.Dropped("assistant media");
                    break;
            }
        }

        WriteWords();
        if (waiting.Count > 0)
            losses.Dropped("reasoning");

        void WriteWords()
        {
            if (words.Count == 0)
                return;
            WriteWaiting();
            WriteMessage(words);
            words.Clear();
        }

        void WriteWaiting()
        {
            waiting.ForEach(WriteReasoning);
            waiting.Clear();
        }
    }

    /// <summary>Writes reasoning without an id, because OpenAI stores nothing under one.</summary>
    private void WriteReasoning(ReasoningPart reasoning)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "reasoning"u8);
        writer.WriteStartArray("summary"u8);
        if (reasoning.Text.Length > 0)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "summary_text"u8);
            writer.WriteText("text"u8, reasoning.Text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("encrypted_content"u8, reasoning.State!.Value);
        writer.WriteEndObject();
    }

    private void WriteMessage(List<Part> words)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "message"u8);
        writer.WriteString("role"u8, "assistant"u8);
        writer.WriteStartArray("content"u8);
        foreach (var part in words)
        {
            writer.WriteStartObject();
            if (part is RefusalPart refusal)
            {
                writer.WriteString("type"u8, "refusal"u8);
                writer.WriteString("refusal"u8, refusal.Text);
            }
            else
            {
                writer.WriteString("type"u8, "output_text"u8);
                writer.WriteText("text"u8, ((TextPart)part).Text);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteCall(ToolCallPart call)
    {
        var input = freeTextTools.Contains(call.Name) ? FreeText.InputOf(call.Arguments) : null;
        writer.WriteStartObject();
        writer.WriteString("type"u8, input is null ? "function_call"u8 : "custom_tool_call"u8);
        writer.WriteString("call_id"u8, AcceptableId(call.Id));
        writer.WriteString("name"u8, call.Name);
        writer.WriteText(input is null ? "arguments"u8 : "input"u8, input ?? call.Arguments);
        writer.WriteEndObject();
    }

    private void WriteResult(ToolResultPart result)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, result.ToolName is { } name && WasFreeText(name, result.CallId) ? "custom_tool_call_output"u8 : "function_call_output"u8);
        writer.WriteString("call_id"u8, AcceptableId(result.CallId));
        var content = result.IsError ? [new TextPart("Error: "), .. result.Content] : result.Content;
        if (content.All(part => part is TextPart))
            writer.WriteText("output"u8, string.Concat(content.OfType<TextPart>().Select(part => part.Text)));
        else
            WriteContent("output", content);
        writer.WriteEndObject();
    }

    private bool WasFreeText(string name, string callId) =>
        freeTextTools.Contains(name) && CallOf(callId) is { } call && FreeText.InputOf(call.Arguments) is not null;

    private ToolCallPart? CallOf(string id)
    {
        if (calls is null)
        {
            calls = new(StringComparer.Ordinal);
            foreach (var call in request.Turns.SelectMany(turn => turn.ToolCalls))
                calls.TryAdd(call.Id, call);
        }

        return calls.GetValueOrDefault(id);
    }

    private void WriteContent(string name, IReadOnlyList<Part> parts)
    {
        if (parts is [TextPart only])
        {
            writer.WritePropertyName(name);
            writer.WriteTextValue(only.Text);
            return;
        }

        writer.WriteStartArray(name);
        foreach (var part in parts)
        {
            writer.WriteStartObject();
            WritePart(part);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WritePart(Part part)
    {
        switch (part)
        {
            case TextPart text:
                writer.WriteString("type"u8, "input_text"u8);
                writer.WriteText("text"u8, text.Text);
                break;
            case ImagePart image:
                writer.WriteString("type"u8, "input_image"u8);
                MessageParts.WriteUrl(writer, "image_url"u8, image.Source);
                writer.WriteString("detail"u8, image.Detail ?? "auto");
                break;
            case AudioPart { Source: InlineMedia sound } audio:
                MessageParts.WriteSound(writer, sound, audio.Format);
                break;
            case DocumentPart { Source: InlineMedia file } document:
                writer.WriteString("type"u8, "input_file"u8);
                writer.WriteString("filename"u8, document.FileName ?? "file");
                writer.WritePropertyName("file_data"u8);
                file.WriteDataUrl(writer);
                break;
            case DocumentPart { Source: LinkedMedia link }:
                writer.WriteString("type"u8, "input_file"u8);
                writer.WriteString("file_url"u8, link.Url);
                break;
            default:
                throw GatewayException.Invalid("input", TargetText.CannotBeSent(part.GetType().Name));
        }
    }

    private static string AcceptableId(string id) => id.Length <= LongestCallId ? id : "call_" + ToolCallId.Alphanumeric(id, 24);
}
