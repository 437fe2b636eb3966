using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>
/// Writes an answer's events as Anthropic's stream (specs/dialects.md 3.2): one <c>message_start</c>, the blocks one
/// after another, <c>message_delta</c> and <c>message_stop</c>. A failure is an error event that ends the stream.
/// </summary>
/// <remarks>
/// Anthropic's blocks do not overlap, but a provider's tool calls may. While one call is being written, everything else
/// that arrives is queued and written in order once the call is complete.
/// </remarks>
internal sealed class AnthropicStream(AnswerContext context, IBufferWriter<byte> output) : IAnswerEvents
{
    private readonly bool showsReasoning = AnthropicAnswer.ShowsReasoning(context.Request);
    private readonly bool showsThoughts = context.Request.Reasoning.IsVisible != false;
    private readonly AnthropicWaitingBlocks waiting = new();

    private AnthropicStreamBlock open;
    private int index = -1;
    private byte[] deltaHead = [];
    private int liveSlot = -1;
    private JsonObjectScanner? liveArguments;
    private bool hasStarted;
    private bool hidesThought;
    private bool hasCalls;
    private bool isRefusal;
    private Usage usage = Conversation.Usage.Absent;
    private StopReason stopReason;
    private string? stopSequence;

    private static ReadOnlySpan<byte> DeltaTail => "\"}}\n\n"u8;

    /// <summary>Writes nothing yet, because the provider may still report token counts before the first block.</summary>
    public void Start(string? upstreamId)
    {
    }

    public void Text(int choice, ReadOnlySpan<byte> escaped) => WriteWords(choice, AnthropicStreamBlock.Text, escaped);

    public void Reasoning(int choice, ReadOnlySpan<byte> escaped)
    {
        if (!showsReasoning || choice != 0)
            return;
        if (showsThoughts)
            WriteWords(choice, AnthropicStreamBlock.Thinking, escaped);
        else
            hidesThought = true;
    }

    public void Refusal(int choice, ReadOnlySpan<byte> escaped)
    {
        isRefusal |= choice == 0;
        WriteWords(choice, AnthropicStreamBlock.Text, escaped);
    }

    public void ToolStart(int choice, int slot, string id, string name)
    {
        if (choice != 0)
            return;
        hasCalls = true;
        FinishWholeCall();
        if (open == AnthropicStreamBlock.Tool)
            waiting.AddCall(slot, id, name);
        else
            OpenCall(slot, id, name);
    }

    public void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
    {
        if (choice != 0 || escaped.IsEmpty)
            return;
        if (slot == liveSlot)
            WriteArguments(escaped);
        else
            waiting.AddArguments(slot, escaped);
    }

    public void ToolEnd(int choice, int slot)
    {
        if (choice != 0)
            return;
        if (slot == liveSlot)
        {
            Close();
            Release();
        }
        else
        {
            waiting.EndCall(slot);
        }
    }

    /// <summary>
    /// The format has no place for the state of a call, which the gateway remembers by the call's id, nor for Gemini's
    /// state of a text.
    /// </summary>
    public void State(int choice, int? slot, OpaqueState state)
    {
        if (choice != 0 || slot is not null || !showsReasoning || state.Kind == StateKind.GeminiThoughtSignature)
            return;
        FinishWholeCall();
        if (open == AnthropicStreamBlock.Tool)
            waiting.AddState(state);
        else
            WriteState(state);
    }

    /// <exception cref="GatewayException">Always for the first choice, because this API's assistant messages hold no media.</exception>
    public void Media(int choice, string mediaType, ReadOnlySpan<byte> base64)
    {
        if (choice == 0)
            throw AnthropicAnswer.CannotCarry(mediaType);
    }

    public void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
    }

    public void Usage(in Usage usage) => this.usage = usage;

    public void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
        if (choice != 0)
            return;
        stopReason = reason;
        this.stopSequence = stopSequence;
        Close();
        Release();
        Close();
    }

    public void End()
    {
        EnsureStarted();
        Close();
        WriteEvent("message_delta"u8, writer =>
        {
            writer.WriteStartObject("delta"u8);
            AnthropicAnswer.WriteStop(writer, AnthropicAnswer.ReasonOf(stopReason, hasCalls, isRefusal), stopSequence);
            writer.WriteEndObject();
            AnthropicAnswer.WriteUsage(writer, usage, context);
        });
        output.Write("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8);
    }

    public void Fail(GatewayError error) => WriteFailure(output, error, context.RequestId);

    public static void WriteFailure(IBufferWriter<byte> output, GatewayError error, string requestId)
    {
        output.Write("event: error\ndata: "u8);
        AnthropicErrors.Shape.WriteError(output, error, requestId);
        output.Write("\n\n"u8);
    }

    private void WriteWords(int choice, AnthropicStreamBlock kind, ReadOnlySpan<byte> escaped)
    {
        if (choice != 0 || escaped.IsEmpty)
            return;
        if (open != kind)
        {
            FinishWholeCall();
            if (open == AnthropicStreamBlock.Tool)
            {
                waiting.AddWords(kind, escaped);
                return;
            }

            OpenWords(kind);
        }

        WriteDelta(escaped);
    }

    /// <summary>Ends a call whose arguments are a complete object, even when the provider has not reported its end yet.</summary>
    private void FinishWholeCall()
    {
        if (open != AnthropicStreamBlock.Tool || liveArguments is not { IsComplete: true })
            return;
        Close();
        Release();
    }

    /// <summary>Writes what is queued, up to a call that has not ended.</summary>
    private void Release()
    {
        while (open != AnthropicStreamBlock.Tool && waiting.TryTake(out var next))
        {
            switch (next)
            {
                case AnthropicWaitingWords words:
                    OpenWords(words.Kind);
                    WriteDelta(words.Escaped.Bytes);
                    break;
                case AnthropicWaitingState state:
                    WriteState(state.State);
                    break;
                case AnthropicWaitingCall call:
                    OpenCall(call.Slot, call.Id, call.Name);
                    if (call.Arguments.Length > 0)
                        WriteArguments(call.Arguments.Bytes);
                    if (call.IsOver || liveArguments!.IsComplete)
                        Close();
                    break;
            }
        }
    }

    private void OpenWords(AnthropicStreamBlock kind)
    {
        if (open == kind)
            return;
        if (kind == AnthropicStreamBlock.Text)
            OpenBlock(kind, "{\"type\":\"text\",\"text\":\"\"}"u8, "{\"type\":\"text_delta\",\"text\":\""u8);
        else
            OpenBlock(kind, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"u8, "{\"type\":\"thinking_delta\",\"thinking\":\""u8);
    }

    private void OpenCall(int slot, string id, string name)
    {
        byte[] block =
        [
            .. "{\"type\":\"tool_use\",\"id\":\""u8, .. JsonText.Escape(AnthropicAnswer.CallId(context, id)),
            .. "\",\"name\":\""u8, .. JsonText.Escape(name), .. "\",\"input\":{}}"u8,
        ];
        OpenBlock(AnthropicStreamBlock.Tool, block, "{\"type\":\"input_json_delta\",\"partial_json\":\""u8);
        liveSlot = slot;
        liveArguments = new JsonObjectScanner();
    }

    private void WriteArguments(ReadOnlySpan<byte> escaped)
    {
        liveArguments!.Read(escaped);
        WriteDelta(escaped);
    }

    /// <summary>A signature ends the thinking block that it belongs to. State without thinking becomes a redacted block.</summary>
    private void WriteState(OpaqueState state)
    {
        var wrapped = JsonText.Escape(context.Envelope.Wrap(state));
        var isHidden = state.Kind == StateKind.AnthropicRedacted || (state.Kind != StateKind.AnthropicSignature && open != AnthropicStreamBlock.Thinking && !hidesThought);
        hidesThought = false;
        if (isHidden)
        {
            OpenBlock(AnthropicStreamBlock.Redacted, [.. "{\"type\":\"redacted_thinking\",\"data\":\""u8, .. wrapped, .. "\"}"u8], default);
        }
        else
        {
            OpenWords(AnthropicStreamBlock.Thinking);
            WriteDelta("{\"type\":\"signature_delta\",\"signature\":\""u8, wrapped);
        }

        Close();
    }

    private void OpenBlock(AnthropicStreamBlock kind, ReadOnlySpan<byte> block, ReadOnlySpan<byte> delta)
    {
        EnsureStarted();
        Close();
        open = kind;
        index++;
        Span<byte> digits = stackalloc byte[11];
        Utf8Formatter.TryFormat(index, digits, out var length);
        digits = digits[..length];
        byte[] start =
        [
            .. "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":"u8, .. digits,
            .. ",\"content_block\":"u8, .. block, .. "}\n\n"u8,
        ];
        output.Write(start);
        deltaHead = [.. "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":"u8, .. digits, .. ",\"delta\":"u8, .. delta];
    }

    private void Close()
    {
        if (open == AnthropicStreamBlock.None)
            return;
        // Strict clients expect JSON even when a call has no arguments.
        if (open == AnthropicStreamBlock.Tool && !liveArguments!.HasBegun)
            WriteDelta("{}"u8);
        open = AnthropicStreamBlock.None;
        liveSlot = -1;
        output.Write(Encoding.UTF8.GetBytes($"event: content_block_stop\ndata: {{\"type\":\"content_block_stop\",\"index\":{index}}}\n\n"));
    }

    private void WriteDelta(ReadOnlySpan<byte> escaped) => output.WriteJoined(deltaHead, escaped, DeltaTail);

    /// <summary>Writes a delta of another kind into the open block.</summary>
    private void WriteDelta(ReadOnlySpan<byte> opening, ReadOnlySpan<byte> escaped)
    {
        var head = deltaHead;
        var end = head.AsSpan().IndexOf(",\"delta\":"u8) + ",\"delta\":"u8.Length;
        deltaHead = [.. head.AsSpan(0, end), .. opening];
        WriteDelta(escaped);
        deltaHead = head;
    }

    private void EnsureStarted()
    {
        if (hasStarted)
            return;
        hasStarted = true;
        WriteEvent("message_start"u8, writer =>
        {
            writer.WriteStartObject("message"u8);
            AnthropicAnswer.WriteHead(writer, context);
            writer.WriteStartArray("content"u8);
            writer.WriteEndArray();
            AnthropicAnswer.WriteStop(writer, null, null);
            AnthropicAnswer.WriteUsage(writer, usage);
            writer.WriteEndObject();
        });
    }

    private void WriteEvent(ReadOnlySpan<byte> name, Action<Utf8JsonWriter> writeMembers)
    {
        output.Write("event: "u8);
        output.Write(name);
        output.Write("\ndata: "u8);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, name);
            writeMembers(writer);
            writer.WriteEndObject();
        }

        output.Write("\n\n"u8);
    }
}
