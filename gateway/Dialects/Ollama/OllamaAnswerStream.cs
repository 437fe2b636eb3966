using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.Ollama;

/// <summary>
/// Writes an answer's events as Ollama's NDJSON lines (specs/dialects.md 3.4): one line per delta, all tool calls in one
/// line, and, only when the answer is complete, a final line with <c>done:true</c>, counts and durations.
/// </summary>
internal sealed class OllamaAnswerStream : IAnswerEvents
{
    private const int DateLength = 28;

    private readonly OllamaForm form;
    private readonly AnswerContext context;
    private readonly IBufferWriter<byte> output;
    private readonly byte[] head;
    private readonly List<AnswerToolCall> toolCalls = [];
    private readonly TimeSpan load;

    /// <summary>The start of a line. Its time is at most a millisecond old.</summary>
    private byte[] lineHead = [];

    private DateTimeOffset lineHeadAt;

    /// <summary>Comma-separated entries that have not been written to a line yet.</summary>
    private readonly EscapedText logprobs = new();

    private TimeSpan? firstToken;
    private StopReason? stopReason;
    private bool hasText;
    private Usage usage;

    public OllamaAnswerStream(OllamaForm form, AnswerContext context, IBufferWriter<byte> output)
    {
        this.form = form;
        this.context = context;
        this.output = output;
        head = [.. "{\"model\":\""u8, .. JsonText.Escape(context.Request.Model), .. "\",\"created_at\":\""u8];
        load = OllamaAnswer.Elapsed(context);
    }

    /// <summary>Writes a line without text. Some clients fail on a blank line (specs/ollama.md 4).</summary>
    public static void WriteEmptyLine(OllamaForm form, AnswerContext context, IBufferWriter<byte> output)
    {
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            OllamaAnswer.WriteHead(writer, context);
            OllamaAnswer.WriteEmptyText(writer, form);
            writer.WriteBoolean("done"u8, false);
            writer.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    public void Start(string? upstreamId)
    {
    }

    public void Text(int choice, ReadOnlySpan<byte> escaped)
    {
        if (choice != 0)
            return;
        hasText |= !escaped.IsEmpty;
        if (form == OllamaForm.Chat)
            WriteLine("\",\"message\":{\"role\":\"assistant\",\"content\":\""u8, escaped, "\"}"u8);
        else
            WriteLine("\",\"response\":\""u8, escaped, "\""u8);
    }

    public void Reasoning(int choice, ReadOnlySpan<byte> escaped)
    {
        if (choice != 0 || context.Request.Reasoning.IsOff)
            return;
        if (form == OllamaForm.Chat)
            WriteLine("\",\"message\":{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\""u8, escaped, "\"}"u8);
        else
            WriteLine("\",\"response\":\"\",\"thinking\":\""u8, escaped, "\""u8);
    }

    public void Refusal(int choice, ReadOnlySpan<byte> escaped) => Text(choice, escaped);

    public void ToolStart(int choice, int slot, string id, string name)
    {
        if (choice == 0)
            toolCalls.Add(new AnswerToolCall(id, name));
    }

    public void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
    {
        if (choice == 0)
            toolCalls[slot].Arguments.Append(escaped);
    }

    public void ToolEnd(int choice, int slot)
    {
    }

    /// <summary>Ollama has no place for state. The gateway itself remembers what must be replayed.</summary>
    public void State(int choice, int? slot, OpaqueState state)
    {
    }

    public void Media(int choice, string mediaType, ReadOnlySpan<byte> base64)
    {
        if (choice != 0 || !OllamaAnswer.IsPicture(mediaType))
            return;
        hasText = true;
        if (form == OllamaForm.Chat)
            WriteLine("\",\"message\":{\"role\":\"assistant\",\"content\":\"\",\"images\":[\""u8, base64, "\"]}"u8);
        else
            WriteLine("\",\"response\":\"\",\"images\":[\""u8, base64, "\"]"u8);
    }

    public void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
        // A token may have no text, so the entries of several tokens can wait for the same line.
        if (choice != 0)
            return;
        if (logprobs.Length > 0)
            logprobs.Append(","u8);
        logprobs.Append(entries);
    }

    public void Usage(in Usage usage) => this.usage = usage;

    public void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
        if (choice != 0)
            return;
        stopReason = reason;
        if (logprobs.Length > 0)
            Text(choice, default);
        if (reason.IsLimit() || reason == StopReason.ContentFilter)
            toolCalls.RemoveAll(call => !OllamaAnswer.IsWhole(call));
        if (toolCalls.Count > 0)
            WriteToolCalls();
        else if (reason == StopReason.ContentFilter && !hasText)
            throw new GatewayException(OllamaAnswer.ContentWithheld);
    }

    public void End()
    {
        var total = OllamaAnswer.Elapsed(context);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            OllamaAnswer.WriteHead(writer, context);
            OllamaAnswer.WriteEmptyText(writer, form);
            OllamaAnswer.WriteEnd(writer, context, stopReason, usage, total, load, (firstToken ?? total) - load);
            writer.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    public void Fail(GatewayError error)
    {
        OllamaErrors.Shape.WriteError(output, error, context.RequestId);
        output.Write("\n"u8);
    }

    private void WriteLine(ReadOnlySpan<byte> opening, ReadOnlySpan<byte> escaped, ReadOnlySpan<byte> closing)
    {
        firstToken ??= OllamaAnswer.Elapsed(context);
        RenewLineHead(opening);
        if (logprobs.Length == 0)
        {
            output.WriteJoined(lineHead, escaped, closing, ",\"done\":false}\n"u8);
            return;
        }

        output.WriteJoined(lineHead, escaped, closing, ",\"logprobs\":["u8, logprobs.Bytes);
        output.Write("],\"done\":false}\n"u8);
        logprobs.Clear();
    }

    /// <summary>Formats the RFC 3339 time at most once per millisecond, because many lines are written at once.</summary>
    private void RenewLineHead(ReadOnlySpan<byte> opening)
    {
        var now = context.Now;
        var isSameKind = lineHead.AsSpan().EndsWith(opening);
        if (isSameKind && now - lineHeadAt < TimeSpan.FromMilliseconds(1))
            return;
        lineHeadAt = now;
        if (!isSameKind)
            lineHead = [.. head, .. stackalloc byte[DateLength], .. opening];
        Utf8Formatter.TryFormat(now.UtcDateTime, lineHead.AsSpan(head.Length), out _, 'O');
    }

    private void WriteToolCalls()
    {
        firstToken ??= OllamaAnswer.Elapsed(context);
        var line = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(line, JsonText.Compact))
        {
            OllamaAnswer.WriteHead(writer, context);
            if (form == OllamaForm.Chat)
            {
                writer.WriteStartObject("message"u8);
                writer.WriteString("role"u8, "assistant"u8);
                writer.WriteString("content"u8, ""u8);
            }
            else
            {
                writer.WriteString("response"u8, ""u8);
            }

            writer.WriteStartArray("tool_calls"u8);
            for (var index = 0; index < toolCalls.Count; index++)
                OllamaAnswer.WriteToolCall(writer, index, toolCalls[index]);
            writer.WriteEndArray();
            if (form == OllamaForm.Chat)
                writer.WriteEndObject();
            writer.WriteBoolean("done"u8, false);
            writer.WriteEndObject();
        }

        output.Write(line.WrittenSpan);
        output.Write("\n"u8);
        foreach (var call in toolCalls)
            call.Arguments.Release();
    }
}
