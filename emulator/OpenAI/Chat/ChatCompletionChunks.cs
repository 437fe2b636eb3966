using System.Buffers;
using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;

namespace Dragoman.Emulator.OpenAI.Chat;

/// <summary>OpenAI's <c>chat.completion.chunk</c> events (<c>specs/dialects.md 1.1</c>, fixtures <c>openai-chat/stream-*</c>).</summary>
internal sealed class ChatCompletionChunks(string id, long created, ChatCompletionRequest request, OpenAIVariant variant) : IChunkFormat
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private readonly DeterministicRandom padding = new(request.Seed);
    private readonly HashSet<int> spoken = [];
    private bool began;

    public void Begin(IBufferWriter<byte> output, Choice choice)
    {
        if (variant.FiltersContent && !began)
            ServerSentEvents.Write(output, WritePromptFilter);
        began = true;
        // A choice that calls tools has its role in the first call.
        if (!choice.CallsTools || choice.Thinks)
        {
            WriteChunk(output, choice, json =>
            {
                json.WriteString("role"u8, "assistant"u8);
                json.WriteString("content"u8, ""u8);
                json.WriteNull("refusal"u8);
            });
        }
    }

    public bool Write(IBufferWriter<byte> output, Choice choice, in Delta delta, Usage? usage)
    {
        var (text, calls, callIndex) = (delta.Text, delta.Calls, delta.CallIndex);
        switch (delta.Kind)
        {
            case DeltaKind.Thinking:
                if (variant.ShowsReasoning)
                    WriteChunk(output, choice, json => json.WriteString("reasoning_content"u8, text));
                break;
            case DeltaKind.Text when text.Length > 0:
                if (request.AudioFormat is null)
                    WriteChunk(output, choice, json => json.WriteString("content"u8, text), token: text);
                else
                    Speak(output, choice, text);
                break;
            case DeltaKind.Refusal when text.Length > 0:
                WriteChunk(output, choice, json => json.WriteString("refusal"u8, text));
                break;
            case DeltaKind.ToolCallStart:
                WriteChunk(output, choice, json =>
                {
                    if (callIndex == 0 && !choice.Thinks)
                    {
                        json.WriteString("role"u8, "assistant"u8);
                        json.WriteNull("content"u8);
                    }

                    WriteCall(json, callIndex, calls[0].Id, calls[0].Name, "");
                });
                break;
            case DeltaKind.ToolCallArguments:
                WriteChunk(output, choice, json => WriteCall(json, callIndex, null, null, text));
                break;
        }

        return false;
    }

    public void Finish(IBufferWriter<byte> output, Choice choice, Usage? usage)
    {
        if (spoken.Contains(choice.Index))
            WriteChunk(output, choice, json => WriteAudio(json, static audio => audio.WriteNumber("expires_at"u8, 4102444800)));
        WriteChunk(output, choice, static _ => { }, finishReason: choice.FinishReason);
    }

    public void End(IBufferWriter<byte> output, Usage usage)
    {
        if (request.IncludesUsage)
        {
            ServerSentEvents.Write(output, json =>
            {
                BeginChunk(json);
                json.WriteStartArray("choices"u8);
                json.WriteEndArray();
                json.WritePropertyName("usage"u8);
                OpenAIUsage.Write(json, usage);
                EndChunk(json);
            });
        }

        output.Write(ServerSentEvents.Done);
    }

    public void Error(IBufferWriter<byte> output) => ServerSentEvents.Write(output, variant.ErrorOf(Refusal.Unavailable).Write);

    private void Speak(IBufferWriter<byte> output, Choice choice, string text)
    {
        if (spoken.Add(choice.Index))
            WriteChunk(output, choice, json => WriteAudio(json, audio => audio.WriteString("id"u8, AudioId(choice))));
        WriteChunk(output, choice, json => WriteAudio(json, audio => audio.WriteString("transcript"u8, text)));
        WriteChunk(output, choice, json => WriteAudio(json, audio => audio.WriteBase64String("data"u8, SpokenAudio.Of(text))));
    }

    private static void WriteAudio(Utf8JsonWriter json, Action<Utf8JsonWriter> write)
    {
        json.WriteStartObject("audio"u8);
        write(json);
        json.WriteEndObject();
    }

    private string AudioId(Choice choice) => $"audio_{id[9..]}{choice.Index}";

    private static void WriteCall(Utf8JsonWriter json, int index, string? id, string? name, string arguments)
    {
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        if (id is not null)
        {
            json.WriteString("id"u8, id);
            json.WriteString("type"u8, "function"u8);
        }

        json.WriteStartObject("function"u8);
        if (name is not null)
            json.WriteString("name"u8, name);
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteChunk(IBufferWriter<byte> output, Choice choice, Action<Utf8JsonWriter> writeDelta, string? token = null, string? finishReason = null) =>
        ServerSentEvents.Write(output, json =>
        {
            BeginChunk(json);
            json.WriteStartArray("choices"u8);
            json.WriteStartObject();
            json.WriteNumber("index"u8, choice.Index);
            json.WriteStartObject("delta"u8);
            writeDelta(json);
            json.WriteEndObject();
            WriteLogprobs(json, token);
            json.WriteString("finish_reason"u8, finishReason);
            variant.WriteChoice(json, token is not null);
            json.WriteEndObject();
            json.WriteEndArray();
            if (request.IncludesUsage)
                json.WriteNull("usage"u8);
            EndChunk(json);
        });

    private void WriteLogprobs(Utf8JsonWriter json, string? token)
    {
        if (request.TopLogprobs is not { } alternatives || token is null)
        {
            json.WriteNull("logprobs"u8);
            return;
        }

        json.WriteStartObject("logprobs"u8);
        json.WriteStartArray("content"u8);
        TokenLogprobs.Write(json, token, alternatives);
        json.WriteEndArray();
        json.WriteNull("refusal"u8);
        json.WriteEndObject();
    }

    private void BeginChunk(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "chat.completion.chunk"u8);
        json.WriteNumber("created"u8, created);
        json.WriteString("model"u8, request.Model.Snapshot);
        json.WriteString("service_tier"u8, "default"u8);
        json.WriteString("system_fingerprint"u8, "fp_emulator"u8);
    }

    private void EndChunk(Utf8JsonWriter json)
    {
        if (request.Obfuscates)
            json.WriteString("obfuscation"u8, Letters.AsSpan(0, 1 + padding.Below(Letters.Length - 1)));
        json.WriteEndObject();
    }

    private void WritePromptFilter(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("choices"u8);
        json.WriteEndArray();
        json.WriteNumber("created"u8, 0);
        json.WriteString("id"u8, ""u8);
        json.WriteString("model"u8, ""u8);
        json.WriteString("object"u8, ""u8);
        variant.WritePrompt(json);
        json.WriteEndObject();
    }
}
