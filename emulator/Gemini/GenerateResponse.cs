using System.Text.Json;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Gemini;

/// <summary>Writes a <c>GenerateContentResponse</c>: the whole answer, or a chunk of a stream (fixtures <c>gemini/*</c>).</summary>
internal sealed class GenerateResponse(GenerateRequest request)
{
    private readonly string id = Guid.NewGuid().ToString("N")[..22];

    /// <summary>Writes an answer that is not streamed.</summary>
    public void Write(Utf8JsonWriter json, IReadOnlyList<SaidChoice> choices, Usage usage)
    {
        json.WriteStartObject();
        json.WriteStartArray("candidates"u8);
        foreach (var said in choices)
            WriteCandidate(json, said.Choice, writer => WriteParts(writer, said), isLast: true);
        json.WriteEndArray();
        End(json, usage);
    }

    /// <summary>Writes a chunk with one part, or the last chunk of a candidate.</summary>
    public void WriteChunk(Utf8JsonWriter json, Choice choice, Action<Utf8JsonWriter>? writeParts, Usage usage, bool isLast)
    {
        json.WriteStartObject();
        json.WriteStartArray("candidates"u8);
        WriteCandidate(json, choice, writeParts, isLast);
        json.WriteEndArray();
        End(json, usage);
    }

    /// <summary>Writes the answer to a blocked prompt, without candidates.</summary>
    public void WriteBlocked(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("promptFeedback"u8);
        json.WriteString("blockReason"u8, "PROHIBITED_CONTENT"u8);
        json.WriteEndObject();
        End(json, new(request.Completion.PromptTokens, 0));
    }

    public static void WriteText(Utf8JsonWriter json, string text, bool isThought = false, string? signature = null)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        if (isThought)
            json.WriteBoolean("thought"u8, true);
        if (signature is not null)
            json.WriteString("thoughtSignature"u8, signature);
        json.WriteEndObject();
    }

    /// <summary>Writes all calls. The first one has the signature.</summary>
    public void WriteCalls(Utf8JsonWriter json, IReadOnlyList<ToolCall> calls, bool thinks)
    {
        for (var index = 0; index < calls.Count; index++)
        {
            var call = calls[index];
            json.WriteStartObject();
            json.WriteStartObject("functionCall"u8);
            if (request.Model.IsThird || request.Model.IsEmulated)
                json.WriteString("id"u8, call.Id);
            json.WriteString("name"u8, call.Name);
            json.WritePropertyName("args"u8);
            // The arguments of a call that the limit cut off are incomplete.
            json.WriteRawValue(PartialJson.IsWhole(call.Arguments) ? call.Arguments : "{}");
            json.WriteEndObject();
            if (index == 0 && (thinks || request.Model.IsThird))
                json.WriteString("thoughtSignature"u8, Signature.Of(request.Seed));
            json.WriteEndObject();
        }
    }

    /// <summary>The signature of an answer in text. Only the third generation has one.</summary>
    public string? TextSignature => request.Model.IsThird ? Signature.Of(request.Seed) : null;

    private void WriteParts(Utf8JsonWriter json, SaidChoice said)
    {
        if (request.IncludesThoughts && said.Thinking.Length > 0)
            WriteText(json, said.Thinking, isThought: true);
        if (said.Pieces.Count > 0)
            WriteText(json, said.Text, signature: TextSignature);
        WriteCalls(json, said.Calls, said.Choice.Thinks);
    }

    private static void WriteCandidate(Utf8JsonWriter json, Choice choice, Action<Utf8JsonWriter>? writeParts, bool isLast)
    {
        json.WriteStartObject();
        var isRefused = choice.IsRefusal && isLast;
        if (!choice.IsRefusal)
        {
            json.WriteStartObject("content"u8);
            if (writeParts is not null)
            {
                json.WriteStartArray("parts"u8);
                writeParts(json);
                json.WriteEndArray();
            }

            json.WriteString("role"u8, "model"u8);
            json.WriteEndObject();
        }

        if (isLast)
            json.WriteString("finishReason"u8, choice.IsRefusal ? "SAFETY"u8 : choice.FinishReason == "length" ? "MAX_TOKENS"u8 : "STOP"u8);
        json.WriteNumber("index"u8, choice.Index);
        if (isRefused)
        {
            json.WriteStartArray("safetyRatings"u8);
            json.WriteStartObject();
            json.WriteString("category"u8, "HARM_CATEGORY_DANGEROUS_CONTENT"u8);
            json.WriteString("probability"u8, "HIGH"u8);
            json.WriteBoolean("blocked"u8, true);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void End(Utf8JsonWriter json, Usage usage)
    {
        var candidates = usage.CompletionTokens - usage.ThinkingTokens;
        json.WriteStartObject("usageMetadata"u8);
        json.WriteNumber("promptTokenCount"u8, usage.PromptTokens);
        if (candidates > 0)
            json.WriteNumber("candidatesTokenCount"u8, candidates);
        json.WriteNumber("totalTokenCount"u8, usage.PromptTokens + usage.CompletionTokens);
        json.WriteStartArray("promptTokensDetails"u8);
        json.WriteStartObject();
        json.WriteString("modality"u8, "TEXT"u8);
        json.WriteNumber("tokenCount"u8, usage.PromptTokens);
        json.WriteEndObject();
        json.WriteEndArray();
        if (usage.ThinkingTokens > 0)
            json.WriteNumber("thoughtsTokenCount"u8, usage.ThinkingTokens);
        json.WriteEndObject();
        json.WriteString("modelVersion"u8, request.Model.Id);
        json.WriteString("responseId"u8, id);
        json.WriteEndObject();
    }
}
