using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>Writes what the answers of OpenAI's chat and text completions share (specs/dialects.md 1.1, 2.14, 2.17).</summary>
internal static class CompletionWriter
{
    public static string ChatId(AnswerContext context) => "chatcmpl-" + context.RequestId;

    public static string TextId(AnswerContext context) => "cmpl-" + context.RequestId;

    /// <summary>The start of every chunk of one stream, up to the choices: <c>data: {…,</c>.</summary>
    public static byte[] ChunkHead(string id, string objectName, AnswerContext context) =>
    [
        .. "data: {\"id\":\""u8, .. JsonText.Escape(id),
        .. "\",\"object\":\""u8, .. JsonText.Escape(objectName),
        .. "\",\"created\":"u8, .. JsonText.Escape(context.CreatedAt.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture)),
        .. ",\"model\":\""u8, .. JsonText.Escape(context.Request.Model), .. "\","u8,
    ];

    /// <summary>Ends a complete stream: the token counts, if the client asked for them and the provider reported them, then <c>[DONE]</c>.</summary>
    public static void EndStream(IBufferWriter<byte> output, ReadOnlySpan<byte> head, AnswerContext context, in Usage usage)
    {
        if (context.Request.IncludeUsage && usage.Origin == UsageOrigin.Reported)
            WriteUsageChunk(output, head, context, usage);
        WriteDone(output);
    }

    public static void WriteDone(IBufferWriter<byte> output) => output.Write("data: [DONE]\n\n"u8);

    /// <summary>Ends a failed stream: an error event without <c>[DONE]</c>.</summary>
    public static void FailStream(IBufferWriter<byte> output, GatewayError error, string requestId)
    {
        output.Write("data: "u8);
        OpenAIErrors.Shape.WriteError(output, error, requestId);
        output.Write("\n\n"u8);
    }

    /// <summary>Writes the chunk without choices that holds the token counts.</summary>
    private static void WriteUsageChunk(IBufferWriter<byte> output, ReadOnlySpan<byte> head, AnswerContext context, in Usage usage)
    {
        output.Write(head);
        output.Write("\"choices\":[],\"usage\":"u8);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
            WriteUsageObject(writer, context, usage);
        output.Write("}\n\n"u8);
    }

    /// <summary>Writes the <c>usage</c> member of an answer, with nothing that the provider did not report (specs/dialects.md 2.14).</summary>
    public static void WriteUsage(Utf8JsonWriter writer, AnswerContext context, in Usage usage)
    {
        if (usage.Origin != UsageOrigin.Reported)
            return;
        writer.WritePropertyName("usage"u8);
        WriteUsageObject(writer, context, usage);
    }

    /// <summary>Text completions have no finish reason for tool calls (specs/dialects.md 2.18).</summary>
    public static string TextFinishReason(StopReason reason) => FinishReason(reason == StopReason.ToolCalls ? StopReason.Stop : reason);

    public static string FinishReason(StopReason reason) => reason switch
    {
        StopReason.Length or StopReason.ContextWindow => "length",
        StopReason.ToolCalls => "tool_calls",
        StopReason.ContentFilter => "content_filter",
        _ => "stop",
    };

    public static void WriteEscaped(Utf8JsonWriter writer, ReadOnlySpan<byte> name, EscapedText text)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue([(byte)'"', .. text.Bytes, (byte)'"'], skipInputValidation: true);
    }

    public static void WriteChatLogprobs(Utf8JsonWriter writer, EscapedText entries)
    {
        writer.WritePropertyName("logprobs"u8);
        if (entries.Length == 0)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteRawValue([.. "{\"content\":["u8, .. entries.Bytes, .. "],\"refusal\":null}"u8], skipInputValidation: true);
    }

    private static void WriteUsageObject(Utf8JsonWriter writer, AnswerContext context, in Usage usage)
    {
        writer.WriteStartObject();
        writer.WriteNumber("prompt_tokens"u8, usage.InputTotal);
        writer.WriteNumber("completion_tokens"u8, usage.OutputTotal);
        writer.WriteNumber("total_tokens"u8, usage.Total);
        writer.WriteStartObject("prompt_tokens_details"u8);
        writer.WriteNumber("cached_tokens"u8, usage.CacheRead);
        if (usage.CacheWrite > 0)
            writer.WriteNumber("cache_write_tokens"u8, usage.CacheWrite);
        writer.WriteEndObject();
        writer.WriteStartObject("completion_tokens_details"u8);
        writer.WriteNumber("reasoning_tokens"u8, usage.Reasoning);
        writer.WriteEndObject();
        CostMember.Write(writer, context, usage);
        writer.WriteEndObject();
    }
}
