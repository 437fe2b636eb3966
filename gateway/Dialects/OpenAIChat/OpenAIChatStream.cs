using System.Buffers;
using System.Globalization;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>
/// Writes an answer's events as OpenAI's <c>chat.completion.chunk</c> stream (specs/dialects.md 1.1): a role chunk and
/// deltas per choice, then the finish chunks, the token counts if requested, and <c>[DONE]</c>. A failure is an error
/// event without <c>[DONE]</c>.
/// </summary>
internal sealed class OpenAIChatStream : IAnswerEvents
{
    private readonly AnswerContext context;
    private readonly IBufferWriter<byte> output;
    private readonly byte[] head;
    private readonly byte[] tail;

    /// <summary>The bytes that follow the members of every delta but the last one.</summary>
    private readonly byte[] deltaTail;

    private readonly List<ChoiceState> choices = [];
    private readonly HashSet<string> freeTextTools;
    private Usage usage = Conversation.Usage.Absent;

    public OpenAIChatStream(AnswerContext context, IBufferWriter<byte> output)
    {
        this.context = context;
        this.output = output;
        freeTextTools = context.Request.FreeTextTools();
        head = CompletionWriter.ChunkHead(CompletionWriter.ChatId(context), "chat.completion.chunk", context);
        tail = [.. "]"u8, .. context.Request.IncludeUsage ? ",\"usage\":null"u8 : default, .. "}\n\n"u8];
        deltaTail = [.. "},\"finish_reason\":null}"u8, .. tail];
    }

    public void Start(string? upstreamId)
    {
    }

    public void Text(int choice, ReadOnlySpan<byte> escaped) => WriteWords(choice, DeltaKind.Text, "\"content\":\""u8, escaped);

    public void Reasoning(int choice, ReadOnlySpan<byte> escaped) => WriteWords(choice, DeltaKind.Reasoning, "\"reasoning_content\":\""u8, escaped);

    public void Refusal(int choice, ReadOnlySpan<byte> escaped) => WriteWords(choice, DeltaKind.Refusal, "\"refusal\":\""u8, escaped);

    public void ToolStart(int choice, int slot, string id, string name)
    {
        if (freeTextTools.Contains(name))
        {
            StateOf(choice).FreeTextCalls[slot] = new AnswerToolCall(id, name);
            return;
        }

        byte[] delta =
        [
            .. "\"tool_calls\":[{\"index\":"u8, .. Encoding.UTF8.GetBytes(slot.ToString(CultureInfo.InvariantCulture)),
            .. ",\"id\":\""u8, .. JsonText.Escape(id), .. "\",\"type\":\"function\",\"function\":{\"name\":\""u8, .. JsonText.Escape(name),
            .. "\",\"arguments\":\"\"}}]"u8,
        ];
        WriteDelta(choice, delta, default, default);
    }

    public void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
    {
        if (StateOf(choice).FreeTextCalls.TryGetValue(slot, out var freeText))
        {
            freeText.Arguments.Append(escaped);
            return;
        }

        var state = BegunStateOf(choice);
        if (state.DeltaKind != DeltaKind.Arguments || state.DeltaSlot != slot)
        {
            byte[] opening = [.. "\"tool_calls\":[{\"index\":"u8, .. Encoding.UTF8.GetBytes(slot.ToString(CultureInfo.InvariantCulture)), .. ",\"function\":{\"arguments\":\""u8];
            PrepareDelta(choice, state, DeltaKind.Arguments, opening);
            state.DeltaSlot = slot;
        }

        WritePrepared(state, escaped, "\"}}]"u8);
    }

    /// <summary>Writes a free-text call at its end, because its text is inside the arguments of the function that emulates it.</summary>
    public void ToolEnd(int choice, int slot)
    {
        if (!StateOf(choice).FreeTextCalls.TryGetValue(slot, out var call))
            return;
        byte[] opening =
        [
            .. "\"tool_calls\":[{\"index\":"u8, .. Encoding.UTF8.GetBytes(slot.ToString(CultureInfo.InvariantCulture)),
            .. ",\"id\":\""u8, .. JsonText.Escape(call.Id), .. "\",\"type\":\"custom\",\"custom\":{\"name\":\""u8, .. JsonText.Escape(call.Name), .. "\",\"input\":\""u8,
        ];
        var arguments = call.Arguments.ToString();
        WriteDelta(choice, opening, JsonText.Escape(FreeText.InputOf(arguments) ?? arguments), "\"}}]"u8);
    }

    public void State(int choice, int? slot, OpaqueState state)
    {
        if (slot is not { } call || state.Kind != StateKind.GeminiThoughtSignature)
            return;
        // Clients concatenate the arguments of all pieces of a call, and some fail on a piece without arguments.
        var nothingNew = StateOf(choice).FreeTextCalls.ContainsKey(call) ? default : ",\"function\":{\"arguments\":\"\"}"u8;
        byte[] opening =
        [
            .. "\"tool_calls\":[{\"index\":"u8, .. Encoding.UTF8.GetBytes(call.ToString(CultureInfo.InvariantCulture)), .. nothingNew,
            .. ",\"extra_content\":{\"google\":{\"thought_signature\":\""u8,
        ];
        WriteDelta(choice, opening, JsonText.Escape(context.Envelope.Wrap(state)), "\"}}}]"u8);
    }

    public void Media(int choice, string mediaType, ReadOnlySpan<byte> base64)
    {
        if (mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase))
            WriteDelta(choice, [.. "\"images\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:"u8, .. JsonText.Escape(mediaType), .. ";base64,"u8], base64, "\"}}]"u8);
        else
            WriteDelta(choice, [.. "\"audio\":{\"id\":\"audio_"u8, .. JsonText.Escape(context.RequestId), .. "\",\"data\":\""u8], base64, "\"}"u8);
    }

    public void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
        // A token may have no text, so the entries of several tokens can wait for the same delta.
        var waiting = StateOf(choice).Logprobs;
        if (waiting.Length > 0)
            waiting.Append(","u8);
        waiting.Append(entries);
    }

    public void Usage(in Usage usage) => this.usage = usage;

    public void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
        var state = BegunStateOf(choice);
        if (state.Logprobs.Length > 0)
            Text(choice, default);
        state.StopReason = reason;
    }

    public void End()
    {
        for (var choice = 0; choice < choices.Count; choice++)
        {
            if (choices[choice].StopReason is { } reason)
                WriteChunk(choice, "{}"u8, default, default, Encoding.UTF8.GetBytes($"\"{CompletionWriter.FinishReason(reason)}\""), default);
        }

        CompletionWriter.EndStream(output, head, context, usage);
    }

    public void Fail(GatewayError error) => CompletionWriter.FailStream(output, error, context.RequestId);

    private void WriteWords(int choice, DeltaKind kind, ReadOnlySpan<byte> opening, ReadOnlySpan<byte> escaped)
    {
        var state = BegunStateOf(choice);
        if (state.DeltaKind != kind)
            PrepareDelta(choice, state, kind, opening);
        WritePrepared(state, escaped, "\""u8);
    }

    /// <summary>Prepares the bytes that all deltas of a kind begin with.</summary>
    private void PrepareDelta(int choice, ChoiceState state, DeltaKind kind, ReadOnlySpan<byte> opening)
    {
        state.DeltaKind = kind;
        state.DeltaHead =
        [
            .. head, .. "\"choices\":[{\"index\":"u8, .. Encoding.UTF8.GetBytes(choice.ToString(CultureInfo.InvariantCulture)),
            .. ",\"delta\":{"u8, .. opening,
        ];
    }

    private void WritePrepared(ChoiceState state, ReadOnlySpan<byte> escaped, ReadOnlySpan<byte> closing)
    {
        if (state.Logprobs.Length == 0)
        {
            output.WriteJoined(state.DeltaHead, escaped, closing, deltaTail);
            return;
        }

        output.WriteJoined(state.DeltaHead, escaped, closing, "},\"logprobs\":{\"content\":["u8, state.Logprobs.Bytes);
        output.WriteJoined("],\"refusal\":null}"u8, ",\"finish_reason\":null}"u8, tail);
        state.Logprobs.Clear();
    }

    /// <summary>Writes one delta.</summary>
    private void WriteDelta(int choice, ReadOnlySpan<byte> opening, ReadOnlySpan<byte> escaped, ReadOnlySpan<byte> closing)
    {
        var state = BegunStateOf(choice);
        WriteChunk(choice, opening, escaped, closing, "null"u8, state.Logprobs.Bytes);
        state.Logprobs.Clear();
    }

    /// <param name="choice">The choice's index.</param>
    /// <param name="opening">A whole delta object, or the start of one member.</param>
    /// <param name="escaped">The escaped text, copied into the member's string.</param>
    /// <param name="closing">The rest of the delta.</param>
    /// <param name="finishReason">JSON: null or a quoted reason.</param>
    /// <param name="logprobs">Elements of <c>logprobs.content</c>, or nothing.</param>
    private void WriteChunk(
        int choice,
        ReadOnlySpan<byte> opening,
        ReadOnlySpan<byte> escaped,
        ReadOnlySpan<byte> closing,
        ReadOnlySpan<byte> finishReason,
        ReadOnlySpan<byte> logprobs)
    {
        var isObject = opening[0] == '{';
        var size = head.Length + opening.Length + escaped.Length + closing.Length + finishReason.Length + logprobs.Length + tail.Length + 128;
        var span = output.GetSpan(size);
        var rest = span;
        rest.Append(head);
        rest.Append("\"choices\":[{\"index\":"u8);
        choice.TryFormat(rest, out var digits, provider: CultureInfo.InvariantCulture);
        rest = rest[digits..];
        rest.Append(isObject ? ",\"delta\":"u8 : ",\"delta\":{"u8);
        rest.Append(opening);
        rest.Append(escaped);
        rest.Append(closing);
        rest.Append(isObject ? default : "}"u8);
        if (!logprobs.IsEmpty)
        {
            rest.Append(",\"logprobs\":{\"content\":["u8);
            rest.Append(logprobs);
            rest.Append("],\"refusal\":null}"u8);
        }

        rest.Append(",\"finish_reason\":"u8);
        rest.Append(finishReason);
        rest.Append("}"u8);
        rest.Append(tail);
        output.Advance(span.Length - rest.Length);
    }

    /// <summary>Writes the role of a choice before its first delta.</summary>
    private ChoiceState BegunStateOf(int choice)
    {
        var state = StateOf(choice);
        if (state.HasRole)
            return state;
        state.HasRole = true;
        WriteChunk(choice, "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null"u8, default, "}"u8, "null"u8, default);
        return state;
    }

    private ChoiceState StateOf(int choice)
    {
        while (choices.Count <= choice)
            choices.Add(new ChoiceState());
        return choices[choice];
    }

    private enum DeltaKind
    {
        None,
        Text,
        Reasoning,
        Refusal,
        Arguments,
    }

    private sealed class ChoiceState
    {
        public bool HasRole { get; set; }

        /// <summary>The kind of delta that <see cref="DeltaHead"/> begins.</summary>
        public DeltaKind DeltaKind { get; set; }

        /// <summary>The call whose arguments <see cref="DeltaHead"/> begins.</summary>
        public int DeltaSlot { get; set; }

        public byte[] DeltaHead { get; set; } = [];

        public Dictionary<int, AnswerToolCall> FreeTextCalls { get; } = [];

        /// <summary>Entries that no delta has carried yet, comma-separated.</summary>
        public EscapedText Logprobs { get; } = new();

        public StopReason? StopReason { get; set; }
    }
}
