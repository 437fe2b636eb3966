using System.Buffers;
using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Completions;

namespace Dragoman.Emulator.OpenAI;

/// <summary>Writes the legacy <c>text_completion</c>, streamed and not (<c>specs/dialects.md 2.18</c>).</summary>
internal sealed class TextCompletionFormat(string id, long created, TextCompletionRequest request, OpenAIVariant variant) : IChunkFormat
{
    public void Begin(IBufferWriter<byte> output, Choice choice)
    {
    }

    public bool Write(IBufferWriter<byte> output, Choice choice, in Delta delta, Usage? usage)
    {
        if (delta.Text.Length > 0)
            WriteChunk(output, choice, delta.Text, null);
        return false;
    }

    public void Finish(IBufferWriter<byte> output, Choice choice, Usage? usage) => WriteChunk(output, choice, "", choice.FinishReason);

    public void End(IBufferWriter<byte> output, Usage usage)
    {
        if (request.IncludesUsage)
        {
            ServerSentEvents.Write(output, json =>
            {
                BeginObject(json);
                json.WriteEndArray();
                json.WritePropertyName("usage"u8);
                OpenAIUsage.Write(json, usage);
                json.WriteEndObject();
            });
        }

        output.Write(ServerSentEvents.Done);
    }

    public void Error(IBufferWriter<byte> output) => ServerSentEvents.Write(output, variant.ErrorOf(Refusal.Unavailable).Write);

    public void Write(Utf8JsonWriter json, IReadOnlyList<SaidChoice> choices, Usage usage)
    {
        BeginObject(json);
        foreach (var said in choices)
            WriteChoice(json, said.Choice.Index, said.Text, said.Choice.FinishReason);
        json.WriteEndArray();
        json.WritePropertyName("usage"u8);
        OpenAIUsage.Write(json, usage);
        json.WriteEndObject();
    }

    private void WriteChunk(IBufferWriter<byte> output, Choice choice, string text, string? finishReason) =>
        ServerSentEvents.Write(output, json =>
        {
            BeginObject(json);
            WriteChoice(json, choice.Index, text, finishReason);
            json.WriteEndArray();
            if (request.IncludesUsage)
                json.WriteNull("usage"u8);
            json.WriteEndObject();
        });

    private void BeginObject(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "text_completion"u8);
        json.WriteNumber("created"u8, created);
        json.WriteString("model"u8, request.Model.Snapshot);
        json.WriteStartArray("choices"u8);
    }

    private void WriteChoice(Utf8JsonWriter json, int index, string text, string? finishReason)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteNumber("index"u8, index);
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, finishReason);
        variant.WriteChoice(json, text.Length > 0);
        json.WriteEndObject();
    }
}
