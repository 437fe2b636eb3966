using System.Buffers;
using System.Globalization;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Inbound;

/// <summary>
/// Writes an answer's events as OpenAI's Responses stream (specs/dialects.md 3.6): one item after another, numbered
/// without gaps, and a final event with the whole output. Overlapping calls of a provider are queued. The API has no
/// member for several answers, so only the first choice is written.
/// </summary>
internal sealed class ResponsesStream : IAnswerEvents
{
    private readonly AnswerContext context;
    private readonly IBufferWriter<byte> output;
    private readonly ResponseObject response;
    private readonly HashSet<string> freeTextTools;
    private readonly ArrayBufferWriter<byte> doneItems = new();

    /// <summary>The unfinished items. The first one is being written to the client.</summary>
    private readonly Queue<ResponseItem> open = new();

    private readonly Dictionary<int, ResponseItem> calls = [];

    /// <summary>Calls whose arguments are complete but whose end the provider has not reported.</summary>
    private readonly List<ResponseItem> wholeCalls = [];

    private readonly EscapedText waitingLogprobs = new();
    private ResponseItem? last;
    private byte[] deltaHead = [];
    private byte[] deltaMiddle = [];
    private bool hasLogprobs;
    private bool isAnnounced;
    private int itemCount;
    private int sequence;
    private StopReason reason;
    private Usage? usage;

    public ResponsesStream(AnswerContext context, IBufferWriter<byte> output)
    {
        this.context = context;
        this.output = output;
        response = new ResponseObject(context);
        freeTextTools = context.Request.FreeTextTools();
    }

    public void Start(string? upstreamId)
    {
        foreach (var name in (string[])["response.created", "response.in_progress"])
        {
            BeginEvent(name);
            output.Write(",\"response\":"u8);
            response.Write(output, "in_progress", default, usage: null);
            EndEvent();
        }
    }

    public void Text(int choice, ReadOnlySpan<byte> escaped)
    {
        if (choice > 0)
            return;
        var item = GoOn(ItemKind.Message, isRefusal: false);
        if (waitingLogprobs.Length > 0)
            PassWords(item, escaped, TakeLogprobs(item));
        else
            PassWords(item, escaped, default);
    }

    public void Reasoning(int choice, ReadOnlySpan<byte> escaped)
    {
        if (choice == 0)
            PassWords(GoOn(ItemKind.Reasoning, isRefusal: false), escaped, default);
    }

    public void Refusal(int choice, ReadOnlySpan<byte> escaped)
    {
        if (choice == 0)
            PassWords(GoOn(ItemKind.Message, isRefusal: true), escaped, default);
    }

    public void ToolStart(int choice, int slot, string id, string name)
    {
        if (choice > 0)
            return;
        var kind = freeTextTools.Contains(name) ? ItemKind.FreeTextCall : ItemKind.Call;
        calls[slot] = Add(new ResponseItem(kind, itemCount, context) { Slot = slot, CallId = id, Name = name });
    }

    public void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
    {
        if (choice > 0)
            return;
        var call = calls[slot];
        // Only white space can follow the arguments of a finished call.
        if (call.IsEnded)
            return;
        var wasWhole = call.HasWholeArguments;
        call.AppendArguments(escaped);
        if (!wasWhole && call.HasWholeArguments)
            wholeCalls.Add(call);
        if (call.Kind == ItemKind.Call && IsLive(call))
            WriteDelta(escaped, default);
    }

    public void ToolEnd(int choice, int slot)
    {
        if (choice == 0)
            End(calls[slot]);
    }

    public void State(int choice, int? slot, OpaqueState state)
    {
        // The format has no place for the state of a call, which the gateway remembers, or of a text.
        if (choice > 0 || slot is not null || state.Kind == StateKind.GeminiThoughtSignature)
            return;
        var item = GoOn(ItemKind.Reasoning, isRefusal: false);
        item.EncryptedContent = context.Envelope.Wrap(state);
        End(item);
    }

    public void Media(int choice, string mediaType, ReadOnlySpan<byte> base64)
    {
        if (choice > 0 || !mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase))
            return;
        var item = Add(new ResponseItem(ItemKind.Picture, itemCount, context));
        item.Words.Append(base64);
        End(item);
    }

    public void Logprobs(int choice, ReadOnlySpan<byte> entries)
    {
        if (choice > 0)
            return;
        if (waitingLogprobs.Length > 0 && !entries.IsEmpty)
            waitingLogprobs.Append(","u8);
        waitingLogprobs.Append(entries);
    }

    public void Usage(in Usage usage) => this.usage = usage;

    public void Stop(int choice, StopReason reason, string? stopSequence = null)
    {
        if (choice > 0)
            return;
        this.reason = reason;
        if (last is not { IsEnded: false })
            return;
        last.IsCut = ResponsesAnswer.IncompleteReason(reason) is not null;
        End(last);
    }

    public void End()
    {
        var incomplete = ResponsesAnswer.IncompleteReason(reason);
        BeginEvent(incomplete is null ? "response.completed" : "response.incomplete");
        output.Write(",\"response\":"u8);
        response.Write(output, incomplete is null ? "completed" : "incomplete", doneItems.WrittenSpan, usage, incomplete);
        EndEvent();
    }

    public void Fail(GatewayError error) => ResponsesFailure.Write(output, sequence, response, doneItems.WrittenSpan, error);

    /// <summary>The last item if it is of this kind and has not ended, else a new one.</summary>
    private ResponseItem GoOn(ItemKind kind, bool isRefusal) =>
        last is { IsEnded: false } same && same.Kind == kind && same.IsRefusal == isRefusal
            ? same
            : Add(new ResponseItem(kind, itemCount, context) { IsRefusal = isRefusal });

    private ResponseItem Add(ResponseItem item)
    {
        if (last is { IsEnded: false, IsCall: false })
            last.IsEnded = true;
        // Some providers report the end of all calls together.
        foreach (var call in wholeCalls)
            call.IsEnded = true;
        wholeCalls.Clear();
        itemCount++;
        last = item;
        open.Enqueue(item);
        Advance();
        return item;
    }

    private void End(ResponseItem item)
    {
        if (item.IsCall && !item.IsEnded)
            item.IsCut = !item.HasWholeArguments;
        item.IsEnded = true;
        Advance();
    }

    private bool IsLive(ResponseItem item) => open.TryPeek(out var first) && first == item && isAnnounced;

    /// <summary>Announces the first open item, finishes it if it has ended, and continues with the next one.</summary>
    private void Advance()
    {
        while (open.TryPeek(out var item))
        {
            if (!isAnnounced)
                Announce(item);
            if (!item.IsEnded)
                return;
            Finish(item);
            open.Dequeue();
            isAnnounced = false;
        }
    }

    private void Announce(ResponseItem item)
    {
        isAnnounced = true;
        BeginEvent("response.output_item.added");
        WriteOutputIndex(item);
        output.Write(",\"item\":"u8);
        item.Write(output, isWhole: false);
        EndEvent();
        if (item.Kind == ItemKind.Message)
            WritePartEvent("response.content_part.added", item, isWhole: false);
        PrepareDelta(item);
        if (item.Words.Length > 0 && item.Kind is not (ItemKind.Picture or ItemKind.FreeTextCall))
            WriteFirstWords(item);
    }

    /// <summary>Writes the text that arrived while the item was queued.</summary>
    private void WriteFirstWords(ResponseItem item)
    {
        if (item.Kind == ItemKind.Reasoning)
            WritePartEvent("response.reasoning_summary_part.added", item, isWhole: false);
        WriteDelta(item.Words.Bytes, item.Logprobs.Bytes);
    }

    private void PassWords(ResponseItem item, ReadOnlySpan<byte> escaped, ReadOnlySpan<byte> logprobs)
    {
        var isFirst = item.Words.Length == 0;
        item.Words.Append(escaped);
        if (!IsLive(item))
            return;
        if (isFirst && item.Kind == ItemKind.Reasoning)
            WritePartEvent("response.reasoning_summary_part.added", item, isWhole: false);
        WriteDelta(escaped, logprobs);
    }

    private byte[] TakeLogprobs(ResponseItem item)
    {
        var entries = waitingLogprobs.Bytes.ToArray();
        waitingLogprobs.Clear();
        if (item.Logprobs.Length > 0)
            item.Logprobs.Append(","u8);
        item.Logprobs.Append(entries);
        return entries;
    }

    private void Finish(ResponseItem item)
    {
        switch (item.Kind)
        {
            case ItemKind.Message:
                WriteDone(item.IsRefusal ? "response.refusal.done" : "response.output_text.done", item, item.IsRefusal ? "refusal" : "text", item.Words.Bytes);
                WritePartEvent("response.content_part.done", item, isWhole: true);
                break;
            case ItemKind.Reasoning when item.Words.Length > 0:
                WriteDone("response.reasoning_summary_text.done", item, "text", item.Words.Bytes);
                WritePartEvent("response.reasoning_summary_part.done", item, isWhole: true);
                break;
            case ItemKind.Call:
                WriteDone("response.function_call_arguments.done", item, "arguments", item.Words.Bytes);
                break;
            case ItemKind.FreeTextCall:
                var input = item.FreeTextInput();
                if (input.Length > 0)
                    WriteDelta(input, default);
                WriteDone("response.custom_tool_call_input.done", item, "input", input);
                break;
        }

        if (doneItems.WrittenCount > 0)
            doneItems.Write(","u8);
        var from = doneItems.WrittenCount;
        item.Write(doneItems, isWhole: true);
        BeginEvent("response.output_item.done");
        WriteOutputIndex(item);
        output.Write(",\"item\":"u8);
        output.Write(doneItems.WrittenSpan[from..]);
        EndEvent();
        item.Words.Release();
    }

    private void WriteDone(string name, ResponseItem item, string member, ReadOnlySpan<byte> escaped)
    {
        BeginEvent(name);
        WritePlace(item);
        output.Write(Encoding.UTF8.GetBytes($",\"{member}\":\""));
        output.Write(escaped);
        output.Write("\""u8);
        if (name == "response.output_text.done")
        {
            output.Write(",\"logprobs\":["u8);
            output.Write(item.Logprobs.Bytes);
            output.Write("]"u8);
        }
        else if (item.Kind == ItemKind.Call)
        {
            output.Write(",\"name\":\""u8);
            output.Write(JsonText.Escape(item.Name));
            output.Write("\""u8);
        }

        EndEvent();
    }

    private void WritePartEvent(string name, ResponseItem item, bool isWhole)
    {
        BeginEvent(name);
        WritePlace(item);
        output.Write(",\"part\":"u8);
        item.WritePart(output, isWhole);
        EndEvent();
    }

    private void BeginEvent(string name)
    {
        output.Write(Encoding.UTF8.GetBytes($"event: {name}\ndata: {{\"type\":\"{name}\",\"sequence_number\":{sequence.ToString(CultureInfo.InvariantCulture)}"));
        sequence++;
    }

    private void EndEvent() => output.Write("}\n\n"u8);

    private void WriteOutputIndex(ResponseItem item) => output.Write(Encoding.UTF8.GetBytes($",\"output_index\":{item.Index.ToString(CultureInfo.InvariantCulture)}"));

    private void WritePlace(ResponseItem item) => output.Write(PlaceOf(item));

    private static byte[] PlaceOf(ResponseItem item) =>
    [
        .. ",\"item_id\":\""u8, .. JsonText.Escape(item.Id),
        .. "\",\"output_index\":"u8, .. Encoding.UTF8.GetBytes(item.Index.ToString(CultureInfo.InvariantCulture)),
        .. item.Kind switch
        {
            ItemKind.Message => ",\"content_index\":0"u8,
            ItemKind.Reasoning => ",\"summary_index\":0"u8,
            _ => default,
        },
    ];

    /// <summary>Prepares the bytes that all deltas of the item share. They differ only in their number and text.</summary>
    private void PrepareDelta(ResponseItem item)
    {
        var name = item.Kind switch
        {
            ItemKind.Message => item.IsRefusal ? "response.refusal.delta" : "response.output_text.delta",
            ItemKind.Reasoning => "response.reasoning_summary_text.delta",
            ItemKind.FreeTextCall => "response.custom_tool_call_input.delta",
            _ => "response.function_call_arguments.delta",
        };
        deltaHead = Encoding.UTF8.GetBytes($"event: {name}\ndata: {{\"type\":\"{name}\",\"sequence_number\":");
        deltaMiddle = [.. PlaceOf(item), .. ",\"delta\":\""u8];
        hasLogprobs = item is { Kind: ItemKind.Message, IsRefusal: false };
    }

    private void WriteDelta(ReadOnlySpan<byte> escaped, ReadOnlySpan<byte> logprobs)
    {
        var span = output.GetSpan(deltaHead.Length + deltaMiddle.Length + escaped.Length + logprobs.Length + 64);
        var rest = span;
        rest.Append(deltaHead);
        sequence++.TryFormat(rest, out var digits, provider: CultureInfo.InvariantCulture);
        rest = rest[digits..];
        rest.Append(deltaMiddle);
        rest.Append(escaped);
        rest.Append(hasLogprobs ? "\",\"logprobs\":["u8 : "\""u8);
        rest.Append(hasLogprobs ? logprobs : default);
        rest.Append(hasLogprobs ? "]}\n\n"u8 : "}\n\n"u8);
        output.Advance(span.Length - rest.Length);
    }
}
