using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Outbound;

/// <summary>
/// Reads the answers of OpenAI's Responses, streamed or whole (specs/dialects.md 3.6). Items are known by their place in
/// the output, because some servers change an item's id with every event (P-38); calls are numbered from 0 (P-2).
/// </summary>
/// <param name="readError">Classifies a failure that comes inside a good answer; given its JSON.</param>
/// <param name="upstreamModel">Opaque state is tagged with it.</param>
internal sealed class ResponsesReader(ResponsesReader.ErrorReader readError, string upstreamModel) : IAnswerReader
{
    public delegate GatewayError ErrorReader(ReadOnlySpan<byte> json);

    private readonly Dictionary<int, ReadItem> items = [];
    private readonly HeldBack held = new();
    private readonly HashSet<string> callIds = [];
    private readonly TextDeltaTemplate template = new();
    private ReadItem? templateItem;
    private DeltaKind templateKind;
    private int templatePart;
    private int callCount;
    private bool started;
    private bool ended;

    private enum DeltaKind
    {
        Text,
        Arguments,
        Reasoning,
        Refusal,
    }

    public bool IsFinished => ended;

    public void ReadEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, IAnswerEvents events)
    {
        var json = data.Trim(" \t\r\n"u8);
        if (ended || json.IsEmpty || json.StartsWith("[DONE]"u8))
            return;
        if (template.TryMatch(json, out var delta))
        {
            Raise(templateKind, templateItem!, delta, templatePart, events);
            return;
        }

        if (!Utf8.IsValid(json))
            json = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json));
        try
        {
            Accept(ResponsesEvent.Read(json, template), eventName, json, events);
        }
        catch (JsonException)
        {
            Fail(new GatewayError(ErrorKind.UpstreamFailed, "The provider sent a stream event that is not JSON."), events);
        }
    }

    public void Complete(IAnswerEvents events)
    {
        if (!ended)
            Fail(new GatewayError(ErrorKind.UpstreamFailed, "The provider's answer ended before it was complete.") { Code = "upstream_stream_truncated" }, events);
    }

    public void ReadBody(ReadOnlySpan<byte> body, IAnswerEvents events)
    {
        try
        {
            ReadResponse(Utf8.IsValid(body) ? body : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body)), events);
        }
        catch (JsonException)
        {
            Fail(new GatewayError(ErrorKind.UpstreamFailed, "The provider's answer is not JSON."), events);
        }
    }

    private void Accept(in ResponsesEvent told, ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        var type = told.Type.IsEmpty ? eventName : told.Type;
        if (KindOf(type) is { } kind)
        {
            ReadDelta(kind, told, json, events);
        }
        else if (type.SequenceEqual("response.output_item.added"u8))
        {
            EnsureStarted(events);
            Open(told.OutputIndex, told.Item, events);
        }
        else if (type.SequenceEqual("response.output_item.done"u8))
        {
            EnsureStarted(events);
            Close(told.OutputIndex, told.Item, events);
        }
        else if (type.SequenceEqual("response.created"u8) || type.SequenceEqual("response.in_progress"u8) || type.SequenceEqual("response.queued"u8))
        {
            if (!started)
                Start(JsonSplice.Find(told.Response, "id"u8), events);
        }
        else if (type.SequenceEqual("error"u8))
        {
            Fail(readError(json), events);
        }
        else if (type.SequenceEqual("response.completed"u8) || type.SequenceEqual("response.incomplete"u8) || type.SequenceEqual("response.failed"u8)
            || type.SequenceEqual("response.cancelled"u8))
        {
            ReadResponse(told.Response, events);
        }
    }

    private static DeltaKind? KindOf(ReadOnlySpan<byte> type)
    {
        if (type.SequenceEqual("response.output_text.delta"u8))
            return DeltaKind.Text;
        if (type.SequenceEqual("response.function_call_arguments.delta"u8) || type.SequenceEqual("response.custom_tool_call_input.delta"u8))
            return DeltaKind.Arguments;
        if (type.SequenceEqual("response.reasoning_summary_text.delta"u8) || type.SequenceEqual("response.reasoning_text.delta"u8))
            return DeltaKind.Reasoning;
        return type.SequenceEqual("response.refusal.delta"u8) ? DeltaKind.Refusal : null;
    }

    private void ReadDelta(DeltaKind kind, in ResponsesEvent told, ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        if (kind != DeltaKind.Arguments)
            EnsureStarted(events);
        var hasLogprobs = kind == DeltaKind.Text && ResponsesEvent.Elements(told.Logprobs) is { IsEmpty: false };
        if (hasLogprobs)
            events.Logprobs(0, ResponsesEvent.Elements(told.Logprobs));
        var item = ItemAt(told.OutputIndex);
        Raise(kind, item, told.Delta, told.PartIndex, events);
        // What an event without a type does depends on its name, too.
        if (hasLogprobs || told.Type.IsEmpty || !template.Learn(json, told.Delta))
            return;
        templateKind = kind;
        templateItem = item;
        templatePart = told.PartIndex;
    }

    private static void Raise(DeltaKind kind, ReadItem item, ReadOnlySpan<byte> delta, int part, IAnswerEvents events)
    {
        switch (kind)
        {
            case DeltaKind.Text:
                item.Text(delta, events);
                break;
            case DeltaKind.Arguments:
                item.Arguments(delta, events);
                break;
            case DeltaKind.Reasoning:
                item.Reasoning(delta, part, events);
                break;
            default:
                item.Refusal(delta, events);
                break;
        }
    }

    /// <summary>Reads a response that is over: the last event's, or a whole answer.</summary>
    private void ReadResponse(ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        if (!json.StartsWith("{"u8))
            throw new JsonException();
        var told = ToldResponse.Read(json);
        if (!started)
            Start(told.Id, events);
        var isIncomplete = told.Status.SequenceEqual("incomplete"u8);
        if (!isIncomplete && !told.Status.SequenceEqual("completed"u8))
        {
            Fail(readError(json), events);
            return;
        }

        if (items.Count == 0)
            ReadOutput(told.Output, events);
        foreach (var item in items.Values)
            item.End(events);
        if (ResponsesEvent.ReadUsage(told.Usage) is { } usage)
            events.Usage(usage);
        var reason = StopReason.Stop;
        if (isIncomplete)
        {
            var why = told.IncompleteDetails.StartsWith("{"u8) ? ResponsesEvent.Inside(JsonSplice.Find(told.IncompleteDetails, "reason"u8)) : default;
            reason = why.SequenceEqual("content_filter"u8) ? StopReason.ContentFilter : StopReason.Length;
        }
        else if (callCount > 0)
        {
            reason = StopReason.ToolCalls;
        }

        ended = true;
        events.Stop(0, reason);
        events.End();
    }

    private void ReadOutput(ReadOnlySpan<byte> output, IAnswerEvents events)
    {
        if (!output.StartsWith("["u8))
            return;
        var reader = new Utf8JsonReader(output);
        reader.Read();
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            Close(index, output[from..(int)reader.BytesConsumed], events);
        }
    }

    private void Open(int index, ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        if (items.ContainsKey(index) || !json.StartsWith("{"u8))
            return;
        var item = Keep(index, ReadItem.Of(json, upstreamModel, callIds));
        if (item.IsCall)
            item.Start(callCount++, events);
    }

    private void Close(int index, ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        Open(index, json, events);
        if (!json.StartsWith("{"u8) || items[index].IsOver)
            return;
        items[index].PlaceAt(callCount);
        callCount += items[index].Close(json, events);
    }

    private ReadItem ItemAt(int index) => items.TryGetValue(index, out var item) ? item : Keep(index, new ReadItem("message", upstreamModel));

    private ReadItem Keep(int index, ReadItem item)
    {
        held.AddPiece();
        return items[index] = item;
    }

    private void Start(ReadOnlySpan<byte> id, IAnswerEvents events)
    {
        started = true;
        events.Start(ResponsesEvent.Inside(id) is { IsEmpty: false } text ? JsonText.ReadString(text) : null);
    }

    private void EnsureStarted(IAnswerEvents events)
    {
        if (!started)
            Start(default, events);
    }

    private void Fail(GatewayError error, IAnswerEvents events)
    {
        if (ended)
            return;
        EnsureStarted(events);
        ended = true;
        events.Fail(error);
    }
}
