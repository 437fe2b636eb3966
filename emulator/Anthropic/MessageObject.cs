using System.Text.Json;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Anthropic;

/// <summary>Writes the <c>message</c> object of a whole answer or at the beginning of a stream (fixtures <c>anthropic/nonstream-*</c>).</summary>
internal sealed class MessageObject(MessagesRequest request)
{
    private readonly string id = $"msg_01{Guid.NewGuid():N}"[..28];

    /// <summary>Writes an answer that is not streamed.</summary>
    public void Write(Utf8JsonWriter json, IReadOnlyList<SaidChoice> choices, Usage usage)
    {
        var said = choices[0];
        Begin(json);
        json.WriteStartArray("content"u8);
        if (said.Choice.ThinkingTokens > 0)
            WriteThinking(json, said.Thinking);
        if (said.Pieces.Count > 0 && !said.Choice.IsRefusal)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, said.Text);
            json.WriteEndObject();
        }

        foreach (var call in said.Calls)
            WriteCall(json, call);
        json.WriteEndArray();
        WriteStop(json, said.Choice);
        json.WritePropertyName("usage"u8);
        WriteUsage(json, usage.CompletionTokens, usage.ThinkingTokens);
        json.WriteEndObject();
    }

    /// <summary>Writes the message at the beginning of a stream, without content.</summary>
    public void WriteBeginning(Utf8JsonWriter json)
    {
        Begin(json);
        json.WriteStartArray("content"u8);
        json.WriteEndArray();
        json.WriteNull("stop_reason"u8);
        json.WriteNull("stop_sequence"u8);
        json.WriteNull("stop_details"u8);
        json.WritePropertyName("usage"u8);
        WriteUsage(json, 1, 0);
        json.WriteEndObject();
    }

    /// <summary>Writes the stop reason as members of the open object.</summary>
    public static void WriteStop(Utf8JsonWriter json, Choice choice)
    {
        json.WriteString("stop_reason"u8, choice switch
        {
            { IsRefusal: true } => "refusal",
            { FinishReason: "length" } => "max_tokens",
            { FinishReason: "tool_calls" } => "tool_use",
            { StopSequence: not null } => "stop_sequence",
            _ => "end_turn",
        });
        json.WriteString("stop_sequence"u8, choice.StopSequence);
        if (!choice.IsRefusal)
        {
            json.WriteNull("stop_details"u8);
            return;
        }

        json.WriteStartObject("stop_details"u8);
        json.WriteString("type"u8, "refusal"u8);
        json.WriteString("category"u8, "cyber"u8);
        json.WriteString("explanation"u8, "This request was blocked under the usage policy."u8);
        json.WriteEndObject();
    }

    public void WriteUsage(Utf8JsonWriter json, long output, long thinking)
    {
        var cache = request.Cache;
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, cache.Total - cache.Read - cache.Written);
        json.WriteNumber("cache_creation_input_tokens"u8, cache.Written);
        json.WriteNumber("cache_read_input_tokens"u8, cache.Read);
        json.WriteStartObject("cache_creation"u8);
        json.WriteNumber("ephemeral_5m_input_tokens"u8, cache.LastsAnHour ? 0 : cache.Written);
        json.WriteNumber("ephemeral_1h_input_tokens"u8, cache.LastsAnHour ? cache.Written : 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, output);
        if (thinking > 0)
        {
            json.WriteStartObject("output_tokens_details"u8);
            json.WriteNumber("thinking_tokens"u8, thinking);
            json.WriteEndObject();
        }

        json.WriteString("service_tier"u8, "standard"u8);
        json.WriteString("inference_geo"u8, "global"u8);
        json.WriteEndObject();
    }

    /// <summary>The signature that proves that this model wrote the thinking.</summary>
    public string Sign(string thinking) => Seal.Of(BlockReader.Provider, request.Model.Id, request.OmitsThinking ? "" : thinking);

    public string RedactedData() => Seal.OfNumber(BlockReader.RedactedProvider, request.Model.Id, request.Seed);

    private void Begin(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model.Id);
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
    }

    private void WriteThinking(Utf8JsonWriter json, string thinking)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "thinking"u8);
        json.WriteString("thinking"u8, request.OmitsThinking ? "" : thinking);
        json.WriteString("signature"u8, Sign(thinking));
        json.WriteEndObject();
        if (!request.Redacts)
            return;
        json.WriteStartObject();
        json.WriteString("type"u8, "redacted_thinking"u8);
        json.WriteString("data"u8, RedactedData());
        json.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter json, ToolCall call)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_use"u8);
        json.WriteString("id"u8, call.Id);
        json.WriteString("name"u8, call.Name);
        json.WritePropertyName("input"u8);
        // The arguments of a call that the limit cut off are incomplete.
        if (PartialJson.IsWhole(call.Arguments))
            json.WriteRawValue(call.Arguments);
        else
            json.WriteRawValue("{}"u8);
        json.WriteStartObject("caller"u8);
        json.WriteString("type"u8, "direct"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
