using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>
/// Reads the answers that OpenAI, Azure OpenAI, Mistral and compatible servers give to chat and text completions,
/// streamed or whole. Tolerant of everything dialects.md 3.0 lists: missing or null members, content as text or as
/// parts, integer codes, errors in a 200.
/// </summary>
/// <param name="readError">Classifies a failure that comes inside a good answer; given the event's data.</param>
/// <param name="expectedChoices">How many answers were asked for; a stream that ends before all of them did is cut short.</param>
public sealed class ChatCompletionReader(ChatCompletionReader.ErrorReader readError, int expectedChoices = 1) : IAnswerReader
{
    /// <summary>Turns the data of a failure, JSON or not, into a canonical error.</summary>
    public delegate GatewayError ErrorReader(ReadOnlySpan<byte> json);

    /// <summary>What follows the first object is read in its turn.</summary>
    private static readonly JsonReaderOptions AllowsMore = new() { AllowMultipleValues = true };

    private readonly List<Choice> choices = [];
    private readonly TextDeltaTemplate template = new();
    private LoneDelta lone;

    /// <summary>What the events that the template matches bring.</summary>
    private LoneDelta learned;

    private int expectedChoices = expectedChoices;
    private bool started;
    private bool ended;

    public bool IsFinished { get; private set; }

    public void ReadEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, IAnswerEvents events)
    {
        var rest = Trim(data);
        if (eventName.SequenceEqual("error"u8) && !ended && !rest.IsEmpty)
        {
            Fail(readError(rest), events);
            return;
        }

        if (!ended && template.TryMatch(rest, out var text))
        {
            learned.Raise(this, text, events);
            return;
        }

        if (!Utf8.IsValid(rest))
            rest = ReplaceInvalid(rest);
        try
        {
            // Some servers separate events by a single line end, which joins them (P-43).
            while (!ended && !rest.IsEmpty)
            {
                if (rest.StartsWith("[DONE]"u8))
                    CompleteMarked(events);
                else
                    rest = Trim(rest[ReadCompletion(rest, events)..]);
            }
        }
        catch (JsonException)
        {
            Fail(new GatewayError(ErrorKind.UpstreamFailed, "The provider sent a stream event that is not JSON."), events);
        }
    }

    public void ReadBody(ReadOnlySpan<byte> body, IAnswerEvents events)
    {
        try
        {
            ReadCompletion(Utf8.IsValid(body) ? body : ReplaceInvalid(body), events);
        }
        catch (JsonException)
        {
            Fail(new GatewayError(ErrorKind.UpstreamFailed, "The provider's answer is not JSON."), events);
        }

        CompleteMarked(events);
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

    /// <summary>
    /// Completes an answer that its provider calls whole, by <c>[DONE]</c> or a closed JSON body: a choice without a
    /// finish reason has then stopped (specs/dialects.md 1.9, P-44), unless a call's arguments are cut off.
    /// </summary>
    private void CompleteMarked(IAnswerEvents events)
    {
        expectedChoices = Math.Min(expectedChoices, choices.Count);
        IsFinished = choices.Count > 0 && choices.TrueForAll(each => each.IsFinished);
        foreach (var choice in choices)
        {
            if (!ended && !choice.IsFinished && !choice.ToolCalls.HasOpenArguments)
                Finish(choice, "stop"u8, events);
        }

        Complete(events);
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> data) => data.Trim(" \t\r\n"u8);

    private static byte[] ReplaceInvalid(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes));

    /// <summary>Reads one object and returns how many bytes it takes.</summary>
    private int ReadCompletion(ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        var reader = new Utf8JsonReader(json, AllowsMore);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Fail(readError(json), events);
            return json.Length;
        }

        template.Begin();
        lone = default;
        if (!started && FindId(reader) is { } id)
        {
            started = true;
            events.Start(id);
        }

        var isError = false;
        var looksLikeError = false;
        var hasChoices = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueSpan.SequenceEqual("choices"u8))
            {
                hasChoices = true;
                reader.Read();
                ReadChoices(ref reader, json, events);
            }
            else if (reader.ValueSpan.SequenceEqual("usage"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject && UsageReader.TryRead(ref reader, out var usage))
                {
                    EnsureStarted(events);
                    lone.HasCompany = true;
                    events.Usage(usage);
                }
                else
                {
                    reader.Skip();
                }
            }
            else if (reader.ValueSpan.SequenceEqual("error"u8))
            {
                reader.Read();
                isError |= reader.TokenType == JsonTokenType.StartObject || (reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty);
                reader.Skip();
            }
            else if (reader.ValueSpan.SequenceEqual("detail"u8))
            {
                reader.Read();
                looksLikeError |= reader.TokenType != JsonTokenType.Null;
                reader.Skip();
            }
            else if (reader.ValueSpan.SequenceEqual("object"u8))
            {
                reader.Read();
                looksLikeError |= reader.TokenType == JsonTokenType.String && reader.ValueSpan.SequenceEqual("error"u8);
                reader.Skip();
            }
            else if (reader.ValueSpan.SequenceEqual("p"u8) || reader.ValueSpan.SequenceEqual("obfuscation"u8))
            {
                // Mistral's and OpenAI's padding (specs/dialects.md 1.1, 1.5).
                reader.Read();
                template.MarkPadding(reader);
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }

            if (ended)
                return json.Length;
        }

        var length = (int)reader.BytesConsumed;
        if (isError || (looksLikeError && !hasChoices))
            Fail(readError(json[..length]), events);
        else if (length == json.Length && lone is { HasCompany: false, Choice: not null } && template.Learn(json, json.Slice(lone.Start, lone.Length)))
            learned = lone;
        return length;
    }

    /// <summary>The answer's id, which Azure's sorted members put behind the choices.</summary>
    private static string? FindId(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueSpan.SequenceEqual("id"u8);
            reader.Read();
            if (isId && reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty)
                return JsonText.ReadString(reader.ValueSpan);
            reader.Skip();
        }

        return null;
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
            if (reader.ValueSpan.SequenceEqual("index"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.Number)
                    reader.TryGetInt32(out index);
            }
            else if (reader.ValueSpan.SequenceEqual("delta"u8) || reader.ValueSpan.SequenceEqual("message"u8))
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
            else if (reader.ValueSpan.SequenceEqual("text"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                    text = reader.ValueSpan;
                else
                    reader.Skip();
            }
            else if (reader.ValueSpan.SequenceEqual("finish_reason"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                    finishReason = reader.ValueSpan;
                else
                    reader.Skip();
            }
            else if (reader.ValueSpan.SequenceEqual("logprobs"u8))
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
        // A failed choice is the end of all of them.
        if (choice is null || choice.IsFinished || ended)
            return;
        if (!logprobs.IsEmpty)
        {
            EnsureStarted(events);
            lone.HasCompany = true;
            events.Logprobs(choice.Index, logprobs);
        }

        if (hasMessage)
            ReadMessage(ref message, json, choice, events);
        if (!text.IsEmpty)
        {
            lone.Add(LoneDeltaKind.Text, choice, json, text);
            EmitText(choice, text, events);
        }

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
            var isContent = reader.ValueSpan.SequenceEqual("content"u8);
            reader.Read();
            var from = (int)reader.TokenStartIndex + 1;
            var isArray = reader.TokenType == JsonTokenType.StartArray;
            reader.Skip();
            if (isContent && isArray)
                entries = JsonText.OnOneLine(json[from..(int)reader.TokenStartIndex].Trim(" \t\r\n"u8));
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
            if (reader.ValueSpan.SequenceEqual("content"u8))
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
            else if (reader.ValueSpan.SequenceEqual("reasoning_content"u8) || reader.ValueSpan.SequenceEqual("reasoning"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String && reasoning.IsEmpty)
                    reasoning = reader.ValueSpan;
                else
                    reader.Skip();
            }
            else if (reader.ValueSpan.SequenceEqual("refusal"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                    refusal = reader.ValueSpan;
                else
                    reader.Skip();
            }
            else if (reader.ValueSpan.SequenceEqual("tool_calls"u8))
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
        {
            lone.Add(LoneDeltaKind.Reasoning, choice, json, reasoning);
            EmitReasoning(choice, reasoning, events);
        }

        if (!content.IsEmpty)
        {
            lone.Add(LoneDeltaKind.Text, choice, json, content);
            EmitText(choice, content, events);
        }

        lone.HasCompany |= !refusal.IsEmpty;
        if (hasParts)
            ReadParts(ref parts, json, choice, events, inThinking: false);
        if (!refusal.IsEmpty)
        {
            EnsureStarted(events);
            if (choice.RefusalCarry.Pass(refusal) is { IsEmpty: false } whole)
                events.Refusal(choice.Index, whole);
        }

        if (hasToolCalls)
        {
            EnsureStarted(events);
            ReadToolCalls(ref toolCalls, json, choice, events);
        }
    }

    private void ReadToolCalls(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Choice choice, IAnswerEvents events)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            var call = ToolCallAssembler.ReadCall(ref reader, json, out var arguments);
            lone.Add(LoneDeltaKind.Arguments, choice, json, arguments, call);
            choice.ToolCalls.Accept(call, arguments, events);
        }
    }

    /// <summary>Mistral's content parts: text beside thinking, which holds parts of its own (specs/dialects.md 1.5).</summary>
    private void ReadParts(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Choice choice, IAnswerEvents events, bool inThinking)
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
                var isText = reader.ValueSpan.SequenceEqual("text"u8);
                var isThinking = reader.ValueSpan.SequenceEqual("thinking"u8);
                reader.Read();
                if (isText && reader.TokenType == JsonTokenType.String)
                {
                    if (reader.ValueSpan.IsEmpty)
                        continue;
                    lone.Add(inThinking ? LoneDeltaKind.Reasoning : LoneDeltaKind.Text, choice, json, reader.ValueSpan);
                    if (inThinking)
                        EmitReasoning(choice, reader.ValueSpan, events);
                    else
                        EmitText(choice, reader.ValueSpan, events);
                }
                else if (isThinking && reader.TokenType == JsonTokenType.StartArray)
                {
                    ReadParts(ref reader, json, choice, events, inThinking: true);
                }
                else if (isThinking && reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty)
                {
                    lone.Add(LoneDeltaKind.Reasoning, choice, json, reader.ValueSpan);
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
        lone.HasCompany = true;
        template.Forget();
        if (reason.SequenceEqual("error"u8))
        {
            Fail(new GatewayError(ErrorKind.UpstreamFailed, "The provider stopped with an error.") { Code = "upstream_finish_error" }, events);
            return;
        }

        if (choice.ReasoningCarry.Finish() is { IsEmpty: false } lostReasoning)
            events.Reasoning(choice.Index, lostReasoning);
        if (choice.TextCarry.Finish() is { IsEmpty: false } lostText)
            events.Text(choice.Index, lostText);
        if (choice.RefusalCarry.Finish() is { IsEmpty: false } lostRefusal)
            events.Refusal(choice.Index, lostRefusal);
        if (choice.ToolCalls.Finish(events) is { } error)
        {
            Fail(error, events);
            return;
        }

        choice.IsFinished = true;
        events.Stop(choice.Index, ReadStopReason(reason, choice.ToolCalls.Count > 0));
        IsFinished = choices.Count >= expectedChoices && choices.TrueForAll(each => each.IsFinished);
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

    private enum LoneDeltaKind
    {
        Text,
        Reasoning,
        Arguments,
    }

    /// <summary>The one delta that an event brings, and whether anything else in the event has had an effect.</summary>
    private struct LoneDelta
    {
        public Choice? Choice;
        public int Start;
        public int Length;
        public bool HasCompany;
        private LoneDeltaKind kind;
        private ToolCallPiece call;

        public void Add(LoneDeltaKind kind, Choice choice, ReadOnlySpan<byte> json, ReadOnlySpan<byte> text, ToolCallPiece call = default)
        {
            HasCompany |= Choice is not null || !json.Overlaps(text, out Start);
            Choice = choice;
            Length = text.Length;
            this.kind = kind;
            this.call = call;
        }

        /// <summary>Does what reading such an event with another text would do.</summary>
        public readonly void Raise(ChatCompletionReader reader, ReadOnlySpan<byte> text, IAnswerEvents events)
        {
            switch (kind)
            {
                case LoneDeltaKind.Text:
                    reader.EmitText(Choice!, text, events);
                    break;
                case LoneDeltaKind.Reasoning:
                    reader.EmitReasoning(Choice!, text, events);
                    break;
                default:
                    Choice!.ToolCalls.Accept(call, text, events);
                    break;
            }
        }
    }

    private sealed class Choice(int index)
    {
        public int Index { get; } = index;

        public bool IsFinished { get; set; }

        public SurrogateCarry TextCarry { get; } = new();

        public SurrogateCarry ReasoningCarry { get; } = new();

        public SurrogateCarry RefusalCarry { get; } = new();

        public ToolCallAssembler ToolCalls { get; } = new(index);
    }
}
