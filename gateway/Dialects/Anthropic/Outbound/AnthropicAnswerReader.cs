using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>
/// Reads Anthropic's answers, streamed or whole (specs/dialects.md 1.3, 3.1). The type of an event is read from
/// its data, and from its name only when the data has none (P-14). Unknown events and blocks are ignored.
/// </summary>
/// <param name="upstreamModel">The model with which opaque state is tagged.</param>
/// <param name="answersByTool">Whether a call of <see cref="AnthropicFormat.ToolName"/> is the answer's text.</param>
internal sealed class AnthropicAnswerReader(string upstreamModel, bool answersByTool = false) : IAnswerReader
{
    private readonly AnswerCourse course = new("toolu_");
    private readonly Dictionary<int, AnthropicBlock> blocks = [];
    private readonly AnthropicUsage usage = new();
    private readonly TextDeltaTemplate template = new();
    private readonly HeldBack held = new();

    /// <summary>Text outside the tool call that is the answer. It is used only when the tool is not called.</summary>
    private readonly EscapedText aside = new();

    private AnthropicBlock? templateBlock;
    private bool messageStarted;
    private bool mayRestart;
    private bool hasSpoken;
    private bool hasAnswered;

    public bool IsFinished { get; private set; }

    public void ReadEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, IAnswerEvents events)
    {
        if (course.HasEnded)
            return;
        course.RaiseTo(events);
        var rest = JsonText.Trim(data);
        if (template.TryMatch(rest, out var text))
        {
            Emit(templateBlock!, text);
            return;
        }

        rest = JsonText.ReplaceInvalidUtf8(rest);
        try
        {
            // Some proxies separate events by a single line end, which joins them (P-43).
            while (!course.HasEnded && !rest.IsEmpty)
            {
                var members = AnthropicMembers.Read(rest);
                var json = rest[..members.Length];
                template.Begin();
                if (!members.Type.SequenceEqual("content_block_delta"u8))
                    ReadEvent(members.Type.IsEmpty && members.Length == rest.Length ? eventName : members.Type, members, json);
                else if (ReadDelta(members, json) is { } block && members.Length == rest.Length && template.Learn(json))
                    templateBlock = block;
                rest = JsonText.Trim(rest[members.Length..]);
            }
        }
        catch (JsonException)
        {
            if (eventName.SequenceEqual("error"u8))
                course.Fail(AnthropicErrorReader.Read(200, rest, null));
            else
                course.FailEventNotJson();
        }
    }

    public void ReadBody(ReadOnlySpan<byte> body, IAnswerEvents events)
    {
        course.RaiseTo(events);
        try
        {
            ReadMessage(JsonText.ReplaceInvalidUtf8(body));
        }
        catch (JsonException)
        {
            course.FailBodyNotJson();
        }

        course.End();
    }

    public void Complete(IAnswerEvents events)
    {
        course.RaiseTo(events);
        course.End();
    }

    private void ReadEvent(ReadOnlySpan<byte> type, in AnthropicMembers members, ReadOnlySpan<byte> json)
    {
        switch (type)
        {
            case var _ when type.SequenceEqual("content_block_delta"u8):
                ReadDelta(members, json);
                break;
            case var _ when type.SequenceEqual("content_block_start"u8):
                StartBlock(members.Index, AnthropicMembers.Read(members.ContentBlock));
                break;
            case var _ when type.SequenceEqual("content_block_stop"u8):
                if (blocks.TryGetValue(members.Index, out var block))
                    StopBlock(block);
                break;
            case var _ when type.SequenceEqual("message_start"u8):
                StartMessage(AnthropicMembers.Read(members.Message));
                break;
            case var _ when type.SequenceEqual("message_delta"u8):
                usage.Merge(members.Usage);
                var delta = AnthropicMembers.Read(members.Delta);
                if (!delta.StopReason.IsEmpty)
                    Finish(delta);
                else if (IsFinished)
                    course.Usage(usage.Total);
                break;
            case var _ when type.SequenceEqual("message_stop"u8):
                CompleteMarked();
                break;
            case var _ when type.SequenceEqual("error"u8) || !members.Error.IsEmpty:
                course.Fail(AnthropicErrorReader.Read(200, json, null));
                break;
        }
    }

    private void ReadMessage(ReadOnlySpan<byte> body)
    {
        var message = AnthropicMembers.Read(body);
        if (message.Type.SequenceEqual("error"u8) || !message.Error.IsEmpty)
        {
            course.Fail(AnthropicErrorReader.Read(200, body, null));
            return;
        }

        // A message without content is not an answer.
        if (message.Content.IsEmpty)
            return;
        StartMessage(message);
        var reader = new Utf8JsonReader(message.Content);
        if (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
            {
                var from = (int)reader.TokenStartIndex;
                reader.Skip();
                StartBlock(index, AnthropicMembers.Read(message.Content[from..(int)reader.BytesConsumed]));
                if (blocks.TryGetValue(index, out var block))
                    StopBlock(block);
                if (course.HasEnded)
                    return;
            }
        }

        // A body is complete even when a server gives no stop reason.
        Finish(message);
    }

    /// <summary>Starts the answer. A second <c>message_start</c> may repeat the first or restart the answer (P-13).</summary>
    private void StartMessage(in AnthropicMembers message)
    {
        usage.Merge(message.Usage);
        mayRestart = messageStarted && blocks.Count > 0;
        messageStarted = true;
        course.Start(message.Id.IsEmpty ? null : JsonText.ReadString(message.Id));
    }

    private void StartBlock(int index, in AnthropicMembers content)
    {
        if (IsFinished)
            return;
        template.Forget();
        if (blocks.TryGetValue(index, out var before))
        {
            if (mayRestart && hasSpoken)
            {
                course.Fail(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.Restarted) { Code = "upstream_stream_restarted" });
                return;
            }

            if (mayRestart)
            {
                blocks.Clear();
                aside.Clear();
            }
            else
            {
                StopBlock(before);
            }
        }

        mayRestart = false;
        held.AddPiece();
        var block = new AnthropicBlock(KindOf(content));
        blocks[index] = block;
        switch (block.Kind)
        {
            case AnthropicBlockKind.Text:
                Emit(block, content.Text);
                break;
            case AnthropicBlockKind.Thinking:
                Emit(block, content.Thinking);
                KeepSignature(block, content.Signature);
                break;
            case AnthropicBlockKind.Redacted when !content.Data.IsEmpty:
                hasSpoken = true;
                course.State(0, null, OpaqueState.Of(StateKind.AnthropicRedacted, upstreamModel, JsonText.ReadString(content.Data)));
                break;
            case AnthropicBlockKind.Tool:
                StartCall(block, content);
                break;
            case AnthropicBlockKind.Answer:
                KeepInput(block, content.Input);
                break;
        }
    }

    private void KeepSignature(AnthropicBlock block, ReadOnlySpan<byte> escaped)
    {
        held.Add(escaped.Length);
        block.AppendSignature(escaped);
    }

    private void KeepInput(AnthropicBlock block, ReadOnlySpan<byte> json)
    {
        held.Add(json.Length);
        block.KeepInput(json);
    }

    private AnthropicBlockKind KindOf(in AnthropicMembers content) => content.Type switch
    {
        var type when type.SequenceEqual("text"u8) => AnthropicBlockKind.Text,
        var type when type.SequenceEqual("thinking"u8) => AnthropicBlockKind.Thinking,
        var type when type.SequenceEqual("redacted_thinking"u8) => AnthropicBlockKind.Redacted,
        var type when type.SequenceEqual("tool_use"u8) => answersByTool && JsonText.ReadString(content.Name) == AnthropicFormat.ToolName ? AnthropicBlockKind.Answer : AnthropicBlockKind.Tool,
        _ => AnthropicBlockKind.Unknown,
    };

    private void StartCall(AnthropicBlock block, in AnthropicMembers content)
    {
        hasSpoken = true;
        KeepInput(block, content.Input);
        block.Slot = course.ToolStart(0, JsonText.ReadString(content.Id), JsonText.ReadString(content.Name));
    }

    /// <summary>Reads a delta. Returns its block when the delta had no effect besides its text; else null.</summary>
    private AnthropicBlock? ReadDelta(in AnthropicMembers members, ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> words;
        var delta = AnthropicMembers.Read(members.Delta);
        if (!blocks.TryGetValue(members.Index, out var block))
        {
            // A delta of a block that was never started is read too.
            held.AddPiece();
            block = new AnthropicBlock(delta.Type switch
            {
                var type when type.SequenceEqual("text_delta"u8) => AnthropicBlockKind.Text,
                var type when type.SequenceEqual("thinking_delta"u8) => AnthropicBlockKind.Thinking,
                _ => AnthropicBlockKind.Unknown,
            });
            blocks[members.Index] = block;
        }

        if (block.IsStopped || IsFinished)
            return null;
        switch (block.Kind)
        {
            case AnthropicBlockKind.Text when delta.Type.SequenceEqual("text_delta"u8):
                words = delta.Text;
                break;
            case AnthropicBlockKind.Thinking when delta.Type.SequenceEqual("thinking_delta"u8):
                words = delta.Thinking;
                break;
            case AnthropicBlockKind.Thinking when delta.Type.SequenceEqual("signature_delta"u8):
                KeepSignature(block, delta.Signature);
                return null;
            case AnthropicBlockKind.Tool or AnthropicBlockKind.Answer when delta.Type.SequenceEqual("input_json_delta"u8):
                words = delta.PartialJson;
                break;
            default:
                return null;
        }

        template.MarkText(json, words);
        Emit(block, words);
        return block;
    }

    /// <summary>Raises the next text of a block, as the event for the block's kind.</summary>
    private void Emit(AnthropicBlock block, ReadOnlySpan<byte> escaped)
    {
        var whole = block.Carry.Pass(escaped);
        if (whole.IsEmpty)
            return;
        switch (block.Kind)
        {
            case AnthropicBlockKind.Text:
                Say(whole);
                break;
            case AnthropicBlockKind.Thinking:
                hasSpoken = true;
                course.Reasoning(0, whole);
                break;
            default:
                PassArguments(block, whole);
                break;
        }
    }

    private void StopBlock(AnthropicBlock block)
    {
        if (block.IsStopped)
            return;
        block.IsStopped = true;
        template.Forget();
        var rest = block.Carry.Finish();
        switch (block.Kind)
        {
            case AnthropicBlockKind.Text when !rest.IsEmpty:
                Say(rest);
                break;
            case AnthropicBlockKind.Thinking:
                course.Reasoning(0, rest);
                if (block.Signature is { Length: > 0 } signature)
                {
                    hasSpoken = true;
                    course.State(0, null, OpaqueState.Of(StateKind.AnthropicSignature, upstreamModel, signature));
                }

                break;
            case AnthropicBlockKind.Tool or AnthropicBlockKind.Answer:
                if (!rest.IsEmpty)
                    PassArguments(block, rest);
                if (!block.HasArguments)
                    PassArguments(block, block.Input);
                if (block.Kind == AnthropicBlockKind.Tool)
                    course.ToolEnd(0, block.Slot);
                break;
        }
    }

    private void Say(ReadOnlySpan<byte> escaped)
    {
        if (answersByTool)
        {
            held.Add(escaped.Length);
            aside.Append(escaped);
            return;
        }

        hasSpoken = true;
        course.Text(0, escaped);
    }

    private void PassArguments(AnthropicBlock block, ReadOnlySpan<byte> escaped)
    {
        block.HasArguments = true;
        hasSpoken = true;
        if (block.Kind == AnthropicBlockKind.Tool)
        {
            course.ToolArguments(0, block.Slot, escaped);
            return;
        }

        hasAnswered = true;
        course.Text(0, escaped);
    }

    /// <summary>Ends an answer that the provider marked as complete (specs/dialects.md 1.9). One without a stop reason has stopped naturally.</summary>
    private void CompleteMarked()
    {
        if (!IsFinished && messageStarted && blocks.Values.All(block => block.IsStopped))
            Finish(default);
        course.End();
    }

    private void Finish(in AnthropicMembers message)
    {
        if (IsFinished)
            return;
        foreach (var (_, block) in blocks.OrderBy(pair => pair.Key))
            StopBlock(block);
        if (aside.Length > 0 && !hasAnswered)
            course.Text(0, aside.Bytes);
        var details = AnthropicMembers.Read(message.StopDetails);
        if (message.StopReason.SequenceEqual("refusal"u8) && !details.Explanation.IsEmpty)
            course.Refusal(0, JsonText.ReplaceLoneSurrogates(details.Explanation));
        if (usage.Total is { Origin: not UsageOrigin.Absent } total)
            course.Usage(total);
        IsFinished = true;
        course.Stop(0, ReadStopReason(message.StopReason), message.StopSequence.IsEmpty ? null : JsonText.ReadString(message.StopSequence));
    }

    /// <summary>
    /// The canonical stop reason. An answer with calls waits for their results, whatever the provider reports, unless it was cut
    /// off or withheld (specs/dialects.md 2.17).
    /// </summary>
    private StopReason ReadStopReason(ReadOnlySpan<byte> reason)
    {
        if (reason.SequenceEqual("max_tokens"u8))
            return StopReason.Length;
        if (reason.SequenceEqual("model_context_window_exceeded"u8))
            return StopReason.ContextWindow;
        if (reason.SequenceEqual("refusal"u8))
            return StopReason.ContentFilter;
        if (course.CallsOf(0) > 0)
            return StopReason.ToolCalls;
        return reason.SequenceEqual("stop_sequence"u8) ? StopReason.StopSequence : StopReason.Stop;
    }
}
