using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>Writes an answer as Anthropic's <c>message</c> object (specs/dialects.md 1.3), and the members that streams share with it.</summary>
internal static class AnthropicAnswer
{
    private const int IdLetters = 24;

    public static void Write(AnswerContext context, ChatAnswer answer, IBufferWriter<byte> output)
    {
        var choice = answer.Choices.Count > 0 ? answer.Choices[0] : new AnswerChoice();
        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        writer.WriteStartObject();
        WriteHead(writer, context);
        writer.WriteStartArray("content"u8);
        var calls = 0;
        foreach (var block in choice.Blocks)
        {
            // The client could not run a call that a limit cut off. The stop reason shows the client that the answer is incomplete.
            if (block is AnswerToolCall call && (!IsCutOff(choice) || HasObject(call)))
            {
                calls++;
                WriteCall(writer, context, call);
            }
            else if (block is not AnswerToolCall)
            {
                WriteBlock(writer, context, block);
            }
        }

        writer.WriteEndArray();
        WriteStop(writer, ReasonOf(choice.StopReason ?? StopReason.Stop, calls > 0, choice.Refusal.Length > 0), choice.StopSequence);
        WriteUsage(writer, answer.Usage, context);
        writer.WriteEndObject();
    }

    /// <summary>Writes the members that precede a message's content.</summary>
    public static void WriteHead(Utf8JsonWriter writer, AnswerContext context)
    {
        writer.WriteString("id"u8, "msg_" + context.RequestId);
        writer.WriteString("type"u8, "message"u8);
        writer.WriteString("role"u8, "assistant"u8);
        writer.WriteString("model"u8, context.Request.Model);
    }

    public static void WriteStop(Utf8JsonWriter writer, string? reason, string? sequence)
    {
        writer.WriteString("stop_reason"u8, reason);
        writer.WriteString("stop_sequence"u8, reason == "stop_sequence" ? sequence : null);
        if (reason != "refusal")
        {
            writer.WriteNull("stop_details"u8);
            return;
        }

        writer.WriteStartObject("stop_details"u8);
        writer.WriteString("type"u8, "refusal"u8);
        writer.WriteNull("category"u8);
        writer.WriteNull("explanation"u8);
        writer.WriteEndObject();
    }

    /// <summary>Anthropic requires the counts, so a count that the provider did not report is written as zero (specs/dialects.md 2.14).</summary>
    /// <param name="writer">Receives the member.</param>
    /// <param name="usage">The counts.</param>
    /// <param name="context">Knows the cost; null where it is not known yet.</param>
    public static void WriteUsage(Utf8JsonWriter writer, in Usage usage, AnswerContext? context = null)
    {
        var known = usage.Origin == UsageOrigin.Reported ? usage : Usage.Absent;
        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("input_tokens"u8, Math.Max(0, known.InputTotal - known.CacheRead - known.CacheWrite));
        writer.WriteNumber("cache_creation_input_tokens"u8, known.CacheWrite);
        writer.WriteNumber("cache_read_input_tokens"u8, known.CacheRead);
        writer.WriteNumber("output_tokens"u8, known.OutputTotal);
        if (known.Reasoning > 0)
        {
            writer.WriteStartObject("output_tokens_details"u8);
            writer.WriteNumber("thinking_tokens"u8, known.Reasoning);
            writer.WriteEndObject();
        }

        if (context is not null)
            CostMember.Write(writer, context, usage);
        writer.WriteEndObject();
    }

    /// <summary>An answer with calls stops with <c>tool_use</c>, unless a limit or a filter ended it (specs/dialects.md 2.17).</summary>
    public static string ReasonOf(StopReason reason, bool hasCalls, bool isRefusal) => reason switch
    {
        StopReason.Length => "max_tokens",
        StopReason.ContextWindow => "model_context_window_exceeded",
        StopReason.ContentFilter => "refusal",
        _ when hasCalls => "tool_use",
        _ when isRefusal => "refusal",
        StopReason.StopSequence => "stop_sequence",
        _ => "end_turn",
    };

    /// <summary>
    /// An id that holds only the characters that Anthropic allows. The client returns this id with the call and with its
    /// result. The request's id keeps the ids of different answers distinct.
    /// </summary>
    public static string CallId(AnswerContext context, string id) => id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-')
        ? id
        : "toolu_" + ToolCallId.Alphanumeric($"{context.RequestId} {id}", IdLetters);

    public static bool ShowsReasoning(ChatRequest request) => !request.Reasoning.IsOff;

    public static GatewayException CannotCarry(string mediaType) => new(new GatewayError(
        ErrorKind.UpstreamFailed,
        ProviderText.CannotCarry(mediaType)));

    private static bool IsCutOff(AnswerChoice choice) => choice.StopReason is { } reason && (reason.IsLimit() || reason == StopReason.ContentFilter);

    private static void WriteBlock(Utf8JsonWriter writer, AnswerContext context, AnswerBlock block)
    {
        switch (block)
        {
            case ReasoningBlock when !ShowsReasoning(context.Request):
                break;
            case ReasoningBlock reasoning:
                WriteReasoning(writer, context, reasoning);
                break;
            case WordsBlock { Words.Length: > 0 } words:
                writer.WriteStartObject();
                writer.WriteString("type"u8, "text"u8);
                WriteEscaped(writer, "text"u8, words.Words.Bytes);
                writer.WriteEndObject();
                break;
            case MediaBlock media:
                throw CannotCarry(media.MediaType);
        }
    }

    /// <summary>Writes thinking with its signature, which may be empty (P-19). Thinking without visible text is written as redacted.</summary>
    private static void WriteReasoning(Utf8JsonWriter writer, AnswerContext context, ReasoningBlock block)
    {
        var signature = block.State is { Kind: not StateKind.AnthropicRedacted } state ? context.Envelope.Wrap(state) : "";
        var words = context.Request.Reasoning.IsVisible == false ? default : block.Words.Bytes;
        if (!words.IsEmpty || block.State is { Kind: StateKind.AnthropicSignature } || (signature.Length > 0 && block.Words.Length > 0))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "thinking"u8);
            WriteEscaped(writer, "thinking"u8, words);
            writer.WriteString("signature"u8, signature);
            writer.WriteEndObject();
        }
        else if (signature.Length > 0)
        {
            WriteRedacted(writer, signature);
        }

        if (block.State is { Kind: StateKind.AnthropicRedacted } hidden)
            WriteRedacted(writer, context.Envelope.Wrap(hidden));
    }

    private static void WriteRedacted(Utf8JsonWriter writer, string data)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "redacted_thinking"u8);
        writer.WriteString("data"u8, data);
        writer.WriteEndObject();
    }

    /// <exception cref="GatewayException">The arguments are not a JSON object; Anthropic has no other form for them (P-33).</exception>
    private static void WriteCall(Utf8JsonWriter writer, AnswerContext context, AnswerToolCall call)
    {
        if (!HasObject(call))
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.ArgumentsNotObject(call.Name)));
        writer.WriteStartObject();
        writer.WriteString("type"u8, "tool_use"u8);
        writer.WriteString("id"u8, CallId(context, call.Id));
        writer.WriteString("name"u8, call.Name);
        writer.WritePropertyName("input"u8);
        writer.WriteRawValue(ArgumentsOf(call), skipInputValidation: true);
        writer.WriteEndObject();
    }

    private static string ArgumentsOf(AnswerToolCall call) => call.Arguments.ToString() is { } text && !string.IsNullOrWhiteSpace(text) ? text : "{}";

    private static bool HasObject(AnswerToolCall call)
    {
        try
        {
            using var parsed = JsonDocument.Parse(ArgumentsOf(call));
            return parsed.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void WriteEscaped(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ReadOnlySpan<byte> escaped)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue([(byte)'"', .. escaped, (byte)'"'], skipInputValidation: true);
    }
}
