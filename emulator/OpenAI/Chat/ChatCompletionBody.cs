using System.Text.Json;
using Dragoman.Emulator.Completions;

namespace Dragoman.Emulator.OpenAI.Chat;

/// <summary>Writes OpenAI's <c>chat.completion</c> object (fixtures <c>openai-chat/nonstream-*</c>).</summary>
internal sealed class ChatCompletionBody(string id, long created, ChatCompletionRequest request, OpenAIVariant variant)
{
    public void Write(Utf8JsonWriter json, IReadOnlyList<SaidChoice> choices, Usage usage)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, created);
        json.WriteString("model"u8, request.Model.Snapshot);
        json.WriteStartArray("choices"u8);
        foreach (var said in choices)
            WriteChoice(json, said);
        json.WriteEndArray();
        variant.WritePrompt(json);
        json.WritePropertyName("usage"u8);
        OpenAIUsage.Write(json, usage);
        json.WriteString("service_tier"u8, "default"u8);
        json.WriteString("system_fingerprint"u8, "fp_emulator"u8);
        json.WriteEndObject();
    }

    private void WriteChoice(Utf8JsonWriter json, SaidChoice said)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, said.Choice.Index);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        var isSpoken = request.AudioFormat is not null && said.Calls.Count == 0;
        json.WriteString("content"u8, said.Calls.Count > 0 || said.Choice.IsRefusal || isSpoken ? null : said.Text);
        json.WriteString("refusal"u8, said.Choice.IsRefusal ? said.Text : null);
        if (variant.ShowsReasoning && said.Thinking.Length > 0)
            json.WriteString("reasoning_content"u8, said.Thinking);
        json.WriteStartArray("annotations"u8);
        json.WriteEndArray();
        if (isSpoken && !said.Choice.IsRefusal)
            WriteAudio(json, said);
        if (said.Calls.Count > 0)
            WriteCalls(json, said);
        json.WriteEndObject();
        WriteLogprobs(json, said);
        json.WriteString("finish_reason"u8, said.Choice.FinishReason);
        variant.WriteChoice(json, hasText: true);
        json.WriteEndObject();
    }

    private void WriteAudio(Utf8JsonWriter json, SaidChoice said)
    {
        json.WriteStartObject("audio"u8);
        json.WriteString("id"u8, $"audio_{id[9..]}{said.Choice.Index}");
        json.WriteBase64String("data"u8, said.Pieces.SelectMany(SpokenAudio.Of).ToArray());
        json.WriteNumber("expires_at"u8, 4102444800);
        json.WriteString("transcript"u8, said.Text);
        json.WriteEndObject();
    }

    private static void WriteCalls(Utf8JsonWriter json, SaidChoice said)
    {
        json.WriteStartArray("tool_calls"u8);
        foreach (var call in said.Calls)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, call.Id);
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, call.Name);
            json.WriteString("arguments"u8, call.Arguments);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteLogprobs(Utf8JsonWriter json, SaidChoice said)
    {
        if (request.TopLogprobs is not { } alternatives)
        {
            json.WriteNull("logprobs"u8);
            return;
        }

        json.WriteStartObject("logprobs"u8);
        json.WriteStartArray("content"u8);
        foreach (var piece in said.Choice.IsRefusal ? [] : said.Pieces)
            TokenLogprobs.Write(json, piece, alternatives);
        json.WriteEndArray();
        json.WriteNull("refusal"u8);
        json.WriteEndObject();
    }
}
