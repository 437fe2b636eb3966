using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Ollama;

/// <summary>Writes Ollama's answer objects, including the final one with counts and durations (specs/ollama.md 2.1, 5.4).</summary>
internal static class OllamaAnswer
{
    public const string StreamContentType = "application/x-ndjson";

    /// <summary>Answers a request without a prompt, which loads or unloads a model.</summary>
    public static void WriteLoaded(OllamaForm form, AnswerContext context, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        WriteHead(writer, context);
        WriteEmptyText(writer, form);
        writer.WriteBoolean("done"u8, true);
        writer.WriteString("done_reason"u8, context.Request.Unloads ? "unload"u8 : "load"u8);
        writer.WriteEndObject();
    }

    /// <exception cref="GatewayException">The provider withheld the whole answer, or a call's arguments are not a JSON object.</exception>
    public static void Write(OllamaForm form, AnswerContext context, ChatAnswer answer, IBufferWriter<byte> output)
    {
        var choice = answer.Choices.Count > 0 ? answer.Choices[0] : new AnswerChoice();
        var total = Elapsed(context);
        // A call that a limit or a filter cut off is dropped (specs/dialects.md 2.17).
        IReadOnlyList<AnswerToolCall> calls = choice.StopReason is StopReason.Length or StopReason.ContextWindow or StopReason.ContentFilter
            ? [.. choice.ToolCalls.Where(IsWhole)]
            : choice.ToolCalls;
        if (choice.StopReason == StopReason.ContentFilter && choice.Words.Length + calls.Count == 0 && !HasPictures(choice))
            throw new GatewayException(ContentWithheld);

        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        WriteHead(writer, context);
        if (form == OllamaForm.Chat)
        {
            writer.WriteStartObject("message"u8);
            writer.WriteString("role"u8, "assistant"u8);
        }

        WriteEscaped(writer, form == OllamaForm.Chat ? "content"u8 : "response"u8, choice.Words.Bytes);
        if (choice.Reasoning.Length > 0 && !context.Request.Reasoning.IsOff)
            WriteEscaped(writer, "thinking"u8, choice.Reasoning.Bytes);
        WritePictures(writer, choice);
        if (calls.Count > 0)
        {
            writer.WriteStartArray("tool_calls"u8);
            for (var index = 0; index < calls.Count; index++)
                WriteToolCall(writer, index, calls[index]);
            writer.WriteEndArray();
        }

        if (form == OllamaForm.Chat)
            writer.WriteEndObject();
        if (choice.LogprobEntries.Length > 0)
        {
            writer.WritePropertyName("logprobs"u8);
            writer.WriteRawValue([(byte)'[', .. choice.LogprobEntries.Bytes, (byte)']'], skipInputValidation: true);
        }

        // The time of the first token is unknown without a stream, so all of the time counts as generation.
        WriteEnd(writer, context, choice.StopReason, answer.Usage, total, TimeSpan.Zero, TimeSpan.Zero);
        writer.WriteEndObject();
    }

    public static readonly GatewayError ContentWithheld = new(ErrorKind.ContentBlocked, ProviderText.Withheld)
    {
        Code = "content_filter",
    };

    /// <summary>Writes <c>{"model":…,"created_at":…</c> and leaves the object open.</summary>
    public static void WriteHead(Utf8JsonWriter writer, AnswerContext context)
    {
        writer.WriteStartObject();
        writer.WriteString("model"u8, context.Request.Model);
        writer.WriteString("created_at"u8, context.Clock.GetUtcNow().UtcDateTime);
    }

    public static void WriteEmptyText(Utf8JsonWriter writer, OllamaForm form)
    {
        if (form == OllamaForm.Generate)
        {
            writer.WriteString("response"u8, ""u8);
            return;
        }

        writer.WriteStartObject("message"u8);
        writer.WriteString("role"u8, "assistant"u8);
        writer.WriteString("content"u8, ""u8);
        writer.WriteEndObject();
    }

    /// <summary>Writes one element of <c>tool_calls</c>.</summary>
    /// <exception cref="GatewayException">The arguments are not a JSON object; Ollama has no other form for them (P-33).</exception>
    public static void WriteToolCall(Utf8JsonWriter writer, int index, AnswerToolCall call)
    {
        var json = ReadArguments(call);
        if (!IsObject(json))
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.ArgumentsNotObject(call.Name)));

        writer.WriteStartObject();
        writer.WriteString("id"u8, call.Id);
        writer.WriteStartObject("function"u8);
        writer.WriteNumber("index"u8, index);
        writer.WriteString("name"u8, call.Name);
        writer.WritePropertyName("arguments"u8);
        writer.WriteRawValue(json, skipInputValidation: true);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Writes the members of the final object: <c>done</c>, its reason, counts and durations in nanoseconds, none of them zero.</summary>
    public static void WriteEnd(Utf8JsonWriter writer, AnswerContext context, StopReason? reason, in Usage usage, TimeSpan total, TimeSpan load, TimeSpan prompt)
    {
        writer.WriteBoolean("done"u8, true);
        writer.WriteString("done_reason"u8, reason is { } known && known.IsLimit() ? "length"u8 : "stop"u8);
        writer.WriteNumber("total_duration"u8, Nanoseconds(total));
        writer.WriteNumber("load_duration"u8, Nanoseconds(load));
        writer.WriteNumber("prompt_eval_count"u8, Math.Max(1, usage.InputTotal));
        writer.WriteNumber("prompt_eval_duration"u8, Nanoseconds(prompt));
        writer.WriteNumber("eval_count"u8, Math.Max(1, usage.OutputTotal));
        writer.WriteNumber("eval_duration"u8, Nanoseconds(total - load - prompt));
        CostMember.Write(writer, context, usage);
    }

    public static TimeSpan Elapsed(AnswerContext context) => context.Clock.GetElapsedTime(context.StartedAt);

    private static long Nanoseconds(TimeSpan time) => Math.Max(1, (long)time.TotalNanoseconds);

    private static void WriteEscaped(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ReadOnlySpan<byte> escaped)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue([(byte)'"', .. escaped, (byte)'"'], skipInputValidation: true);
    }

    /// <summary>Whether the call's arguments are a complete JSON object.</summary>
    public static bool IsWhole(AnswerToolCall call) => IsObject(ReadArguments(call));

    /// <summary>Whether the media is a picture. Ollama's messages cannot hold sound.</summary>
    public static bool IsPicture(string mediaType) => mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase);

    private static bool HasPictures(AnswerChoice choice) => choice.Blocks.OfType<MediaBlock>().Any(media => IsPicture(media.MediaType));

    private static void WritePictures(Utf8JsonWriter writer, AnswerChoice choice)
    {
        if (!HasPictures(choice))
            return;
        writer.WriteStartArray("images"u8);
        foreach (var picture in choice.Blocks.OfType<MediaBlock>().Where(media => IsPicture(media.MediaType)))
            writer.WriteStringValue(picture.Base64.Bytes);
        writer.WriteEndArray();
    }

    private static ReadOnlySpan<byte> ReadArguments(AnswerToolCall call)
    {
        var json = new ArrayBufferWriter<byte>(Math.Max(2, call.Arguments.Length));
        JsonText.Unescape(call.Arguments.Bytes, json);
        return JsonText.OnOneLine(json.WrittenSpan);
    }

    private static bool IsObject(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
