using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Outbound;

/// <summary>
/// Reads the answers of OpenAI's Responses API, streamed or whole (specs/dialects.md 3.6). Items are identified by their index
/// in the output, because some servers change an item's id with every event (P-38). Calls are numbered from 0 (P-2).
/// </summary>
/// <param name="readError">Reads a failure inside an answer that began well, from its JSON.</param>
/// <param name="upstreamModel">The model with which opaque state is tagged.</param>
internal sealed class ResponsesReader(FailureReader readError, string upstreamModel) : IAnswerReader
{
    private readonly AnswerCourse course = new();
    private readonly Dictionary<int, ReadItem> items = [];
    private readonly HeldBack held = new();
    private readonly TextDeltaTemplate template = new();
    private ReadItem? templateItem;
    private DeltaKind templateKind;
    private int templatePart;

    private enum DeltaKind
    {
        Text,
        Arguments,
        Reasoning,
        Refusal,
    }

    public bool IsFinished => course.HasEnded;

    public void ReadEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, IAnswerEvents events)
    {
        var json = JsonText.Trim(data);
        if (course.HasEnded || json.IsEmpty || json.StartsWith("[DONE]"u8))
            return;
        course.RaiseTo(events);
        if (template.TryMatch(json, out var delta))
        {
            Raise(templateKind, templateItem!, delta, templatePart);
            return;
        }

        json = JsonText.ReplaceInvalidUtf8(json);
        try
        {
            Accept(ResponsesEvent.Read(json, template), eventName, json);
        }
        catch (JsonException)
        {
            course.FailEventNotJson();
        }
    }

    public void Complete(IAnswerEvents events)
    {
        course.RaiseTo(events);
        course.FailTruncated();
    }

    public void ReadBody(ReadOnlySpan<byte> body, IAnswerEvents events)
    {
        course.RaiseTo(events);
        try
        {
            ReadResponse(JsonText.ReplaceInvalidUtf8(body));
        }
        catch (JsonException)
        {
            course.FailBodyNotJson();
        }
    }

    private void Accept(in ResponsesEvent told, ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> json)
    {
        var type = told.Type.IsEmpty ? eventName : told.Type;
        if (KindOf(type) is { } kind)
            ReadDelta(kind, told, json);
        else if (type.SequenceEqual("response.output_item.added"u8))
            Open(told.OutputIndex, told.Item);
        else if (type.SequenceEqual("response.output_item.done"u8))
            Close(told.OutputIndex, told.Item);
        else if (!course.HasStarted && (type.SequenceEqual("response.created"u8) || type.SequenceEqual("response.in_progress"u8) || type.SequenceEqual("response.queued"u8)))
            Start(JsonSplice.Find(told.Response, "id"u8));
        else if (type.SequenceEqual("error"u8))
            course.Fail(readError(json));
        else if (type.SequenceEqual("response.completed"u8) || type.SequenceEqual("response.incomplete"u8) || type.SequenceEqual("response.failed"u8)
            || type.SequenceEqual("response.cancelled"u8))
            ReadResponse(told.Response);
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

    private void ReadDelta(DeltaKind kind, in ResponsesEvent told, ReadOnlySpan<byte> json)
    {
        var logprobs = kind == DeltaKind.Text ? ResponsesEvent.Elements(told.Logprobs) : default;
        course.Logprobs(0, logprobs);
        var item = ItemAt(told.OutputIndex);
        Raise(kind, item, told.Delta, told.PartIndex);
        template.MarkText(json, told.Delta);
        // The meaning of an event without a type depends on its name, which the template does not compare.
        if (!logprobs.IsEmpty || told.Type.IsEmpty || !template.Learn(json))
            return;
        templateKind = kind;
        templateItem = item;
        templatePart = told.PartIndex;
    }

    private static void Raise(DeltaKind kind, ReadItem item, ReadOnlySpan<byte> delta, int part)
    {
        switch (kind)
        {
            case DeltaKind.Text:
                item.Text(delta);
                break;
            case DeltaKind.Arguments:
                item.Arguments(delta);
                break;
            case DeltaKind.Reasoning:
                item.Reasoning(delta, part);
                break;
            default:
                item.Refusal(delta);
                break;
        }
    }

    /// <summary>Reads a finished response: the one in the last event, or a whole answer.</summary>
    private void ReadResponse(ReadOnlySpan<byte> json)
    {
        if (!json.StartsWith("{"u8))
            throw new JsonException();
        var told = ReportedResponse.Read(json);
        Start(told.Id);
        var isIncomplete = told.Status.SequenceEqual("incomplete"u8);
        if (!isIncomplete && !told.Status.SequenceEqual("completed"u8))
        {
            course.Fail(readError(json));
            return;
        }

        if (items.Count == 0)
            ReadOutput(told.Output);
        foreach (var item in items.Values)
            item.End();
        if (ResponsesUsage.Read(told) is { } usage)
            course.Usage(usage);
        var reason = StopReason.Stop;
        if (isIncomplete)
        {
            var why = told.IncompleteDetails.StartsWith("{"u8) ? ResponsesEvent.Inside(JsonSplice.Find(told.IncompleteDetails, "reason"u8)) : default;
            reason = why.SequenceEqual("content_filter"u8) ? StopReason.ContentFilter : StopReason.Length;
        }
        else if (course.CallsOf(0) > 0)
        {
            reason = StopReason.ToolCalls;
        }

        course.Stop(0, reason);
        course.End();
    }

    private void ReadOutput(ReadOnlySpan<byte> output)
    {
        if (!output.StartsWith("["u8))
            return;
        var reader = new Utf8JsonReader(output);
        reader.Read();
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            Close(index, output[from..(int)reader.BytesConsumed]);
        }
    }

    private void Open(int index, ReadOnlySpan<byte> json)
    {
        if (items.ContainsKey(index) || !json.StartsWith("{"u8))
            return;
        var item = Keep(index, ReadItem.Of(json, upstreamModel, course));
        if (item.IsCall)
            item.Start();
    }

    private void Close(int index, ReadOnlySpan<byte> json)
    {
        Open(index, json);
        if (json.StartsWith("{"u8) && !items[index].IsOver)
            items[index].Close(json);
    }

    private ReadItem ItemAt(int index) => items.TryGetValue(index, out var item) ? item : Keep(index, new ReadItem("message", upstreamModel, course));

    private ReadItem Keep(int index, ReadItem item)
    {
        held.AddPiece();
        return items[index] = item;
    }

    private void Start(ReadOnlySpan<byte> id) => course.Start(ResponsesEvent.Inside(id) is { IsEmpty: false } text ? JsonText.ReadString(text) : null);
}
