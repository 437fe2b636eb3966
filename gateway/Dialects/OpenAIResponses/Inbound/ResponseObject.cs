using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Inbound;

/// <summary>
/// Writes OpenAI's <c>response</c> object. It repeats the client's own values of the request's members, and always has
/// <c>store: false</c> (specs/dialects.md 3.6).
/// </summary>
internal sealed class ResponseObject
{
    private static readonly (string Name, string Otherwise)[] BeforeModel =
    [
        ("instructions", "null"), ("max_output_tokens", "null"), ("max_tool_calls", "null"),
    ];

    private static readonly (string Name, string Otherwise)[] BeforeStore =
    [
        ("parallel_tool_calls", "true"), ("previous_response_id", "null"), ("prompt_cache_key", "null"), ("reasoning", """{"effort":null,"summary":null}"""),
        ("safety_identifier", "null"), ("service_tier", "\"auto\""),
    ];

    private static readonly (string Name, string Otherwise)[] AfterStore =
    [
        ("temperature", "null"), ("text", """{"format":{"type":"text"}}"""), ("tool_choice", "\"auto\""), ("tools", "[]"), ("top_logprobs", "0"),
        ("top_p", "null"), ("truncation", "\"disabled\""),
    ];

    private static readonly (string Name, string Otherwise)[] AfterUsage =
    [
        ("user", "null"), ("metadata", "{}"),
    ];

    private static readonly (string Name, string Otherwise)[] Echoed = [.. BeforeModel, .. BeforeStore, .. AfterStore, .. AfterUsage];

    private readonly AnswerContext context;

    /// <summary>The client's values to repeat, by name. They are copies, because the request is released when the answer begins.</summary>
    private readonly Dictionary<string, byte[]> said = [];

    public ResponseObject(AnswerContext context)
    {
        this.context = context;
        if (context.Request.Source is not { } members)
            return;
        foreach (var (name, _) in Echoed)
        {
            // Line ends between the client's JSON tokens would end a line of the stream.
            if (members.Find(name).Span is { IsEmpty: false } value)
                said.Add(name, JsonText.OnOneLine(value).ToArray());
        }
    }

    public static string IdOf(AnswerContext context) => "resp_" + context.RequestId;

    /// <param name="output">Receives the JSON.</param>
    /// <param name="status">One of OpenAI's status values.</param>
    /// <param name="items">The output's items, comma-separated.</param>
    /// <param name="usage">The token counts. Null while they are unknown.</param>
    /// <param name="incompleteReason">Why the answer is incomplete, or null.</param>
    /// <param name="error">Why the answer failed, or null.</param>
    public void Write(IBufferWriter<byte> output, string status, ReadOnlySpan<byte> items, Usage? usage, string? incompleteReason = null, GatewayError? error = null)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        writer.WriteStartObject();
        writer.WriteString("id"u8, IdOf(context));
        writer.WriteString("object"u8, "response"u8);
        writer.WriteNumber("created_at"u8, context.CreatedAt.ToUnixTimeSeconds());
        writer.WriteString("status"u8, status);
        writer.WriteBoolean("background"u8, false);
        if (status == "completed")
            writer.WriteNumber("completed_at"u8, context.Clock.GetUtcNow().ToUnixTimeSeconds());
        else
            writer.WriteNull("completed_at"u8);
        writer.WritePropertyName("error"u8);
        if (error is null)
            writer.WriteNullValue();
        else
            ResponsesFailure.WriteError(writer, error);
        if (incompleteReason is null)
        {
            writer.WriteNull("incomplete_details"u8);
        }
        else
        {
            writer.WriteStartObject("incomplete_details"u8);
            writer.WriteString("reason"u8, incompleteReason);
            writer.WriteEndObject();
        }

        Echo(writer, BeforeModel);
        writer.WriteString("model"u8, context.Request.Model);
        writer.WritePropertyName("output"u8);
        writer.WriteRawValue([(byte)'[', .. items, (byte)']'], skipInputValidation: true);
        Echo(writer, BeforeStore);
        writer.WriteBoolean("store"u8, false);
        Echo(writer, AfterStore);
        WriteUsage(writer, usage);
        Echo(writer, AfterUsage);
        writer.WriteEndObject();
    }

    private void Echo(Utf8JsonWriter writer, (string Name, string Otherwise)[] members)
    {
        foreach (var (name, otherwise) in members)
        {
            writer.WritePropertyName(name);
            if (!said.TryGetValue(name, out var value))
                writer.WriteRawValue(otherwise, skipInputValidation: true);
            else if (name == "text" && JsonMembers.TryRead(value) is { } text && !text.Has("format"u8))
                WriteWithFormat(writer, text);
            else
                writer.WriteRawValue(value, skipInputValidation: true);
        }
    }

    private static void WriteWithFormat(Utf8JsonWriter writer, JsonMembers text)
    {
        var whole = new EditedJson(text);
        whole.Add("""
            "format":{"type":"text"}
            """u8);
        writer.WriteRawValue(whole.Written.Span, skipInputValidation: true);
    }

    private void WriteUsage(Utf8JsonWriter writer, Usage? told)
    {
        if (told is not { Origin: not UsageOrigin.Absent } usage)
        {
            writer.WriteNull("usage"u8);
            return;
        }

        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("input_tokens"u8, usage.InputTotal);
        writer.WriteStartObject("input_tokens_details"u8);
        writer.WriteNumber("cached_tokens"u8, usage.CacheRead);
        writer.WriteNumber("cache_write_tokens"u8, usage.CacheWrite);
        writer.WriteEndObject();
        writer.WriteNumber("output_tokens"u8, usage.OutputTotal);
        writer.WriteStartObject("output_tokens_details"u8);
        writer.WriteNumber("reasoning_tokens"u8, usage.Reasoning);
        writer.WriteEndObject();
        writer.WriteNumber("total_tokens"u8, usage.Total);
        CostMember.Write(writer, context, usage);
        writer.WriteEndObject();
    }
}
