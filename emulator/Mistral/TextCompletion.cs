using System.Buffers;
using System.Text.Json;
using Dragoman.Emulator.Completions;

namespace Dragoman.Emulator.Mistral;

/// <summary>
/// Writes OpenAI's legacy <c>text_completion</c>, streamed and not (<c>specs/dialects.md 2.18</c>). With
/// <paramref name="usageComesLast"/> (<c>stream_options.include_usage</c>) a stream has usage in a last chunk without
/// choices, else in the last choice's finish chunk.
/// </summary>
internal sealed class TextCompletion(string id, long created, string model, bool usageComesLast) : IChunkFormat, IBodyFormat
{
    private bool inText;

    public void Begin(IBufferWriter<byte> output, Choice choice)
    {
    }

    public bool Write(IBufferWriter<byte> output, Choice choice, in Delta delta, Usage? usage)
    {
        if (delta.Text.Length > 0)
            WriteChunk(output, choice, delta.Text, null, null);
        return false;
    }

    public void Finish(IBufferWriter<byte> output, Choice choice, Usage? usage) =>
        WriteChunk(output, choice, "", choice.FinishReason, usageComesLast ? null : usage);

    public void End(IBufferWriter<byte> output, Usage usage)
    {
        if (usageComesLast)
            WriteChunk(output, null, "", null, usage);
        output.Write(ServerSentEvents.Done);
    }

    public void Error(IBufferWriter<byte> output)
    {
        output.Write(ServerSentEvents.DataPrefix);
        using (var json = new Utf8JsonWriter(output, ServerSentEvents.WriterOptions))
            MistralError.Unavailable.Write(json);
        output.Write(ServerSentEvents.EventEnd);
    }

    public void Begin(Utf8JsonWriter json)
    {
        BeginObject(json);
        json.WriteStartArray("choices"u8);
    }

    public void BeginChoice(Utf8JsonWriter json, Choice choice)
    {
        inText = false;
        json.WriteStartObject();
        json.WriteNumber("index"u8, choice.Index);
        json.WritePropertyName("text"u8);
    }

    public void Write(Utf8JsonWriter json, Choice choice, in Delta delta)
    {
        inText = true;
        json.WriteStringValueSegment(delta.Text, isFinalSegment: false);
    }

    public void EndChoice(Utf8JsonWriter json, Choice choice)
    {
        if (inText)
            json.WriteStringValueSegment("", isFinalSegment: true);
        else
            json.WriteStringValue(""u8);
        EndChoice(json, choice.FinishReason);
    }

    public void End(Utf8JsonWriter json, Usage usage)
    {
        json.WriteEndArray();
        json.WritePropertyName("usage"u8);
        MistralUsage.Write(json, usage);
        json.WriteEndObject();
    }

    private void WriteChunk(IBufferWriter<byte> output, Choice? choice, string text, string? finishReason, Usage? usage)
    {
        output.Write(ServerSentEvents.DataPrefix);
        using (var json = new Utf8JsonWriter(output, ServerSentEvents.WriterOptions))
        {
            BeginObject(json);
            json.WriteStartArray("choices"u8);
            if (choice is not null)
            {
                json.WriteStartObject();
                json.WriteNumber("index"u8, choice.Index);
                json.WriteString("text"u8, text);
                EndChoice(json, finishReason);
            }

            json.WriteEndArray();
            if (usage is { } used)
            {
                json.WritePropertyName("usage"u8);
                MistralUsage.Write(json, used);
            }

            json.WriteEndObject();
        }

        output.Write(ServerSentEvents.EventEnd);
    }

    private void BeginObject(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "text_completion"u8);
        json.WriteNumber("created"u8, created);
        json.WriteString("model"u8, model);
    }

    private static void EndChoice(Utf8JsonWriter json, string? finishReason)
    {
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, finishReason);
        json.WriteEndObject();
    }
}
