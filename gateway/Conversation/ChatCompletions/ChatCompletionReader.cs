using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Conversation.ChatCompletions;

/// <summary>
/// Reads the answers that OpenAI, Azure OpenAI, Mistral and compatible servers give to chat and text completions,
/// streamed or whole. Tolerant of everything dialects.md 3.0 lists: missing or null members, content as text or as
/// parts, integer codes, errors in a 200.
/// </summary>
/// <param name="readError">Classifies a failure that comes inside a good answer; given the event's JSON.</param>
public sealed class ChatCompletionReader(ChatCompletionReader.ErrorReader readError) : IAnswerReader
{
    /// <summary>Turns the JSON of a failure into a canonical error.</summary>
    public delegate GatewayError ErrorReader(ReadOnlySpan<byte> json);

    private readonly List<Choice> choices = [];
    private bool started;
    private bool ended;

    public bool IsFinished { get; private set; }

    public void ReadEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, IAnswerEvents events)
    {
        if (ended)
            return;
        if (data.Trim(" \t\r\n"u8).SequenceEqual("[DONE]"u8))
        {
            Complete(events);
            return;
        }

        try
        {
            ReadCompletion(data, isError: eventName.SequenceEqual("error"u8), events);
        }
        catch (JsonException)
        {
            // Some servers separate events by a single line end, which joins them (P-43).
            if (data.IndexOf((byte)'\n') < 0)
            {
                Fail(new GatewayError(ErrorKind.UpstreamFailed, "The provider sent a stream event that is not JSON."), events);
                return;
            }

            foreach (var line in data.Split((byte)'\n'))
            {
                if (!data[line].Trim(" \t\r"u8).IsEmpty)
                    ReadEvent(eventName, data[line], events);
            }
        }
    }

    public void ReadBody(ReadOnlySpan<byte> body, IAnswerEvents events)
    {
        try
        {
            ReadCompletion(body, isError: false, events);
        }
        catch (JsonException)
        {
            Fail(new GatewayError(ErrorKind.UpstreamFailed, "The provider's answer is not JSON."), events);
        }

        Complete(events);
    }

    public void Complete(IAnswerEvents events)
    {
        if (ended)
            return;
        if (!IsFinished)
        {
            Fail(new GatewayError(ErrorKind.UpstreamFailed, "The provider's answer ended before it was complete.") { Code = "upstream_stream_truncated" }, events);
            return;
        }

        ended = true;
        events.End();
    }

    private void ReadCompletion(ReadOnlySpan<byte> json, bool isError, IAnswerEvents events)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject || isError)
        {
            Fail(readError(json), events);
            return;
        }

        var looksLikeError = false;
        var hasChoices = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8))
            {
                hasChoices = true;
                reader.Read();
                ReadChoices(ref reader, json, events);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject && UsageReader.TryRead(ref reader, out var usage))
                {
                    EnsureStarted(events);
                    events.Usage(usage);
                }
                else
                {
                    reader.Skip();
                }
            }
            else if (!started && reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty)
                {
                    started = true;
                    events.Start(JsonText.ReadString(reader.ValueSpan));
                }
                else
                {
                    reader.Skip();
                }
            }
            else if (reader.ValueTextEquals("error"u8) || reader.ValueTextEquals("detail"u8))
            {
                reader.Read();
                looksLikeError |= reader.TokenType != JsonTokenType.Null;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                reader.Read();
                looksLikeError |= reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("error"u8);
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }

            if (ended)
                return;
        }

        if (looksLikeError && !hasChoices)
            Fail(readError(json), events);
    }

    private void ReadChoices(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                ReadChoice(ref reader, json, events);
            else
                reader.Skip();
        }
    }

    private void ReadChoice(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        var index = 0;
        var message = default(Utf8JsonReader);
        var hasMessage = false;
        ReadOnlySpan<byte> text = default;
        ReadOnlySpan<byte> finishReason = default;
        ReadOnlySpan<byte> logprobs = default;

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.Number)
                    reader.TryGetInt32(out index);
            }
            else if (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("message"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    // The choice's index may come after it, so its members are read when the choice is known.
                    message = reader;
                    hasMessage = true;
                }

                reader.Skip();
            }
            else if (reader.ValueTextEquals("text"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                    text = reader.ValueSpan;
                else
                    reader.Skip();
            }
            else if (reader.ValueTextEquals("finish_reason"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                    finishReason = reader.ValueSpan;
                else
                    reader.Skip();
            }
            else if (reader.ValueTextEquals("logprobs"u8))
            {
                reader.Read();
                logprobs = ReadLogprobEntries(ref reader, json);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        var choice = ChoiceAt(index);
        if (choice is null || choice.IsFinished)
            return;
        if (!logprobs.IsEmpty)
        {
            EnsureStarted(events);
            events.Logprobs(choice.Index, logprobs);
        }

        if (hasMessage)
            ReadMessage(ref message, json, choice, events);
        if (!text.IsEmpty)
            EmitText(choice, text, events);
        if (!finishReason.IsEmpty)
            Finish(choice, finishReason, events);
    }

    /// <summary>The elements of <c>logprobs.content</c>, without the brackets.</summary>
    private static ReadOnlySpan<byte> ReadLogprobEntries(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> entries = default;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return entries;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isContent = reader.ValueTextEquals("content"u8);
            reader.Read();
            var from = (int)reader.TokenStartIndex + 1;
            var isArray = reader.TokenType == JsonTokenType.StartArray;
            reader.Skip();
            if (isContent && isArray)
                entries = json[from..(int)reader.TokenStartIndex].Trim(" \t\r\n"u8);
        }

        return entries;
    }

    private void ReadMessage(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Choice choice, IAnswerEvents events)
    {
        ReadOnlySpan<byte> content = default;
        ReadOnlySpan<byte> reasoning = default;
        ReadOnlySpan<byte> refusal = default;
        var parts = default(Utf8JsonReader);
        var hasParts = false;
        var toolCalls = default(Utf8JsonReader);
        var hasToolCalls = false;

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    content = reader.ValueSpan;
                }
                else if (reader.TokenType == JsonTokenType.StartArray)
                {
                    parts = reader;
                    hasParts = true;
                    reader.Skip();
                }
                else
                {
                    reader.Skip();
                }
            }
            else if (reader.ValueTextEquals("reasoning_content"u8) || reader.ValueTextEquals("reasoning"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String && reasoning.IsEmpty)
                    reasoning = reader.ValueSpan;
                else
                    reader.Skip();
            }
            else if (reader.ValueTextEquals("refusal"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                    refusal = reader.ValueSpan;
                else
                    reader.Skip();
            }
            else if (reader.ValueTextEquals("tool_calls"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartArray)
                {
                    toolCalls = reader;
                    hasToolCalls = true;
                }

                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        // A model reasons, speaks, then calls, whatever the order of the members.
        if (!reasoning.IsEmpty)
            EmitReasoning(choice, reasoning, events);
        if (!content.IsEmpty)
            EmitText(choice, content, events);
        if (hasParts)
            ReadParts(ref parts, choice, events, inThinking: false);
        if (!refusal.IsEmpty)
        {
            EnsureStarted(events);
            events.Refusal(choice.Index, refusal);
        }

        if (hasToolCalls)
        {
            EnsureStarted(events);
            choice.ToolCalls.Read(ref toolCalls, json, events);
        }
    }

    /// <summary>Mistral's content parts: text beside thinking, which holds parts of its own (specs/dialects.md 1.5).</summary>
    private void ReadParts(scoped ref Utf8JsonReader reader, Choice choice, IAnswerEvents events, bool inThinking)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isText = reader.ValueTextEquals("text"u8);
                var isThinking = reader.ValueTextEquals("thinking"u8);
                reader.Read();
                if (isText && reader.TokenType == JsonTokenType.String)
                {
                    if (reader.ValueSpan.IsEmpty)
                        continue;
                    if (inThinking)
                        EmitReasoning(choice, reader.ValueSpan, events);
                    else
                        EmitText(choice, reader.ValueSpan, events);
                }
                else if (isThinking && reader.TokenType == JsonTokenType.StartArray)
                {
                    ReadParts(ref reader, choice, events, inThinking: true);
                }
                else if (isThinking && reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty)
                {
                    EmitReasoning(choice, reader.ValueSpan, events);
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    private void EmitText(Choice choice, ReadOnlySpan<byte> escaped, IAnswerEvents events)
    {
        EnsureStarted(events);
        var whole = choice.TextCarry.Pass(escaped);
        if (!whole.IsEmpty)
            events.Text(choice.Index, whole);
    }

    private void EmitReasoning(Choice choice, ReadOnlySpan<byte> escaped, IAnswerEvents events)
    {
        EnsureStarted(events);
        var whole = choice.ReasoningCarry.Pass(escaped);
        if (!whole.IsEmpty)
            events.Reasoning(choice.Index, whole);
    }

    private void Finish(Choice choice, ReadOnlySpan<byte> reason, IAnswerEvents events)
    {
        EnsureStarted(events);
        if (reason.SequenceEqual("error"u8))
        {
            Fail(new GatewayError(ErrorKind.UpstreamFailed, "The provider stopped with an error.") { Code = "upstream_finish_error" }, events);
            return;
        }

        if (choice.ReasoningCarry.Finish() is { IsEmpty: false } lostReasoning)
            events.Reasoning(choice.Index, lostReasoning);
        if (choice.TextCarry.Finish() is { IsEmpty: false } lostText)
            events.Text(choice.Index, lostText);
        if (choice.ToolCalls.Finish(events) is { } error)
        {
            Fail(error, events);
            return;
        }

        choice.IsFinished = true;
        events.Stop(choice.Index, ReadStopReason(reason, choice.ToolCalls.Count > 0));
        IsFinished = choices.TrueForAll(each => each.IsFinished);
    }

    private static StopReason ReadStopReason(ReadOnlySpan<byte> reason, bool calledTools)
    {
        if (reason.SequenceEqual("length"u8) || reason.SequenceEqual("model_length"u8))
            return StopReason.Length;
        if (reason.SequenceEqual("content_filter"u8))
            return StopReason.ContentFilter;
        return calledTools ? StopReason.ToolCalls : StopReason.Stop;
    }

    private void Fail(GatewayError error, IAnswerEvents events)
    {
        if (ended)
            return;
        EnsureStarted(events);
        ended = true;
        events.Fail(error);
    }

    private void EnsureStarted(IAnswerEvents events)
    {
        if (started)
            return;
        started = true;
        events.Start(null);
    }

    private Choice? ChoiceAt(int index)
    {
        const int mostChoices = 128;
        if (index is < 0 or >= mostChoices)
            return null;
        while (choices.Count <= index)
        {
            choices.Add(new Choice(choices.Count));
            IsFinished = false;
        }

        return choices[index];
    }

    private sealed class Choice(int index)
    {
        public int Index { get; } = index;

        public bool IsFinished { get; set; }

        public SurrogateCarry TextCarry { get; } = new();

        public SurrogateCarry ReasoningCarry { get; } = new();

        public ToolCallAssembler ToolCalls { get; } = new(index);
    }
}
