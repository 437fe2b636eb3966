using System.Text.Json;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Mistral;

/// <summary>Mistral's <c>chat.completion</c> object (fixtures <c>mistral/nonstream-*</c>), which chat and FIM share.</summary>
internal sealed class ChatBody(string id, long created, CompletionOptions options) : IBodyFormat
{
    private bool inThinking;
    private bool inText;
    private IReadOnlyList<ToolCall> calls = [];

    public void Begin(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, created);
        json.WriteString("model"u8, options.RequestedModel);
        json.WriteStartArray("choices"u8);
    }

    public void BeginChoice(Utf8JsonWriter json, Choice choice)
    {
        (inThinking, inText, this.calls) = (false, false, []);
        json.WriteStartObject();
        json.WriteNumber("index"u8, choice.Index);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WritePropertyName("content"u8);
        if (!choice.Thinks)
            return;
        json.WriteStartArray();
    }

    public void Write(Utf8JsonWriter json, Choice choice, in Delta delta)
    {
        switch (delta.Kind)
        {
            case DeltaKind.Thinking:
                if (!inThinking)
                    BeginThinking(json);
                json.WriteStringValueSegment(delta.Text, isFinalSegment: false);
                break;
            case DeltaKind.Text or DeltaKind.Refusal:
                if (inThinking)
                    EndThinking(json, closed: true);
                if (!inText && choice.Thinks)
                    BeginTextChunk(json);
                inText = true;
                json.WriteStringValueSegment(delta.Text, isFinalSegment: false);
                break;
            default:
                this.calls = delta.Calls;
                break;
        }
    }

    public void EndChoice(Utf8JsonWriter json, Choice choice)
    {
        if (inThinking)
            EndThinking(json, closed: choice.FinishReason != "length" || this.calls.Count > 0);
        if (inText)
            json.WriteStringValueSegment("", isFinalSegment: true);
        if (choice.Thinks)
        {
            if (inText)
                json.WriteEndObject();
            json.WriteEndArray();
        }
        else if (!inText)
        {
            json.WriteStringValue(""u8);
        }

        if (this.calls.Count > 0)
            WriteCalls(json, this.calls, options.Model.OmitsToolCallType);
        else
            json.WriteNull("tool_calls"u8);
        json.WriteEndObject();
        json.WriteString("finish_reason"u8, choice.FinishReason);
        json.WriteEndObject();
    }

    public void End(Utf8JsonWriter json, Usage usage)
    {
        json.WriteEndArray();
        json.WritePropertyName("usage"u8);
        MistralUsage.Write(json, usage);
        json.WriteEndObject();
    }

    /// <summary>Writes complete calls. OpenAI's clients expect a <c>type</c>, which some of Mistral's models leave out.</summary>
    public static void WriteCalls(Utf8JsonWriter json, IReadOnlyList<ToolCall> calls, bool withoutType)
    {
        json.WriteStartArray("tool_calls"u8);
        for (var index = 0; index < calls.Count; index++)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, calls[index].Id);
            if (!withoutType)
                json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, calls[index].Name);
            json.WriteString("arguments"u8, calls[index].Arguments);
            json.WriteEndObject();
            json.WriteNumber("index"u8, index);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void BeginThinking(Utf8JsonWriter json)
    {
        inThinking = true;
        json.WriteStartObject();
        json.WriteString("type"u8, "thinking"u8);
        json.WriteStartArray("thinking"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WritePropertyName("text"u8);
    }

    private void EndThinking(Utf8JsonWriter json, bool closed)
    {
        inThinking = false;
        json.WriteStringValueSegment("", isFinalSegment: true);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteBoolean("closed"u8, closed);
        json.WriteEndObject();
    }

    private static void BeginTextChunk(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WritePropertyName("text"u8);
    }
}
