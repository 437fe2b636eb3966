using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>
/// Reads the answers of OpenAI, Azure OpenAI, Mistral and compatible servers to chat and text completions, streamed or
/// whole. It tolerates everything that specs/dialects.md 3.0 lists: missing or null members, content as text or as
/// parts, integer codes, errors in a 200.
/// </summary>
/// <param name="readError">Reads a failure inside an answer that began well, from the JSON of the event or body.</param>
/// <param name="expectedChoices">How many choices were requested. A stream that ends before all of them have finished is truncated.</param>
public sealed class ChatCompletionReader(FailureReader readError, int expectedChoices = 1) : IAnswerReader
{
    /// <summary>Allows further objects after the first; they are read after it.</summary>
    private static readonly JsonReaderOptions AllowsMore = new() { AllowMultipleValues = true };

    private readonly AnswerCourse course = new();
    private readonly List<Choice> choices = [];
    private readonly TextDeltaTemplate template = new();

    /// <summary>The delta of the event that is being read.</summary>
    private Delta current;

    /// <summary>The delta of the events that the template matches, without their text.</summary>
    private Delta learned;

    private int expectedChoices = expectedChoices;
    private Usage usage = Usage.Absent;
    private ServiceTier tier;

    public bool IsFinished { get; private set; }

    public void ReadEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, IAnswerEvents events)
    {
        if (course.HasEnded)
            return;
        course.RaiseTo(events);
        var rest = JsonText.Trim(data);
        if (eventName.SequenceEqual("error"u8) && !rest.IsEmpty)
        {
            course.Fail(readError(rest));
            return;
        }

        if (template.TryMatch(rest, out var text))
        {
            Raise(learned, text);
            return;
        }

        rest = JsonText.ReplaceInvalidUtf8(rest);
        try
        {
            // Some servers separate events by a single line end, which joins them (P-43).
            while (!course.HasEnded && !rest.IsEmpty)
            {
                if (rest.StartsWith("[DONE]"u8))
                    CompleteMarked();
                else
                    rest = JsonText.Trim(rest[ReadCompletion(rest)..]);
            }
        }
        catch (JsonException)
        {
            course.FailEventNotJson();
        }
    }

    public void ReadBody(ReadOnlySpan<byte> body, IAnswerEvents events)
    {
        course.RaiseTo(events);
        try
        {
            ReadCompletion(JsonText.ReplaceInvalidUtf8(body));
        }
        catch (JsonException)
        {
            course.FailBodyNotJson();
        }

        CompleteMarked();
    }

    public void Complete(IAnswerEvents events)
    {
        course.RaiseTo(events);
        Complete();
    }

    private void Complete()
    {
        if (IsFinished)
            course.End();
        else
            course.FailTruncated();
    }

    /// <summary>
    /// Completes an answer that the provider marked as complete, by <c>[DONE]</c> or the end of a JSON body. A choice without a
    /// finish reason has then stopped (specs/dialects.md 1.9, P-44), unless the arguments of a call are cut off.
    /// </summary>
    private void CompleteMarked()
    {
        expectedChoices = Math.Min(expectedChoices, choices.Count);
        IsFinished = choices.Count > 0 && choices.TrueForAll(each => each.IsFinished);
        foreach (var choice in choices)
        {
            if (!course.HasEnded && !choice.IsFinished && !choice.ToolCalls.HasOpenArguments)
                Finish(choice, "stop"u8);
        }

        Complete();
    }

    /// <summary>Reads one object and returns its length in bytes.</summary>
    private int ReadCompletion(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, AllowsMore);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            course.Fail(readError(json));
            return json.Length;
        }

        template.Begin();
        // Azure sorts its members, so the id comes after the choices.
        course.StartIfNamed(reader, "id"u8);
        var isError = false;
        var looksLikeError = false;
        var hasChoices = false;
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("choices"u8))
            {
                hasChoices = true;
                reader.Read();
                ReadChoices(ref reader, json);
            }
            else if (reader.ValueSpan.SequenceEqual("usage"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject && UsageReader.TryRead(ref reader, out var counted))
                {
                    template.MarkEffect();
                    usage = counted.Tier == ServiceTier.Standard ? counted with { Tier = tier } : counted;
                    course.Usage(usage);
                }
                else
                {
                    reader.Skip();
                }
            }
            else if (reader.ValueSpan.SequenceEqual("service_tier"u8))
            {
                ReadTier(ref reader);
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
                reader.SkipValue();
            }

            if (course.HasEnded)
                return json.Length;
        }

        var length = (int)reader.BytesConsumed;
        if (isError || (looksLikeError && !hasChoices))
            course.Fail(readError(json[..length]));
        else if (length == json.Length && template.Learn(json))
            learned = current;
        return length;
    }

    /// <summary>OpenAI names the tier in each chunk before the counts, but in a whole answer after them.</summary>
    private void ReadTier(scoped ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> word = default;
        reader.ReadText(ref word);
        tier = ServiceTiers.Of(word);
        if (usage.Origin == UsageOrigin.Absent || usage.Tier == tier || tier == ServiceTier.Standard)
            return;
        usage = usage with { Tier = tier };
        course.Usage(usage);
    }

    private void ReadChoices(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (!reader.Enters(JsonTokenType.StartArray))
            return;
        while (reader.NextObject())
            ReadChoice(ref reader, json);
    }

    private void ReadChoice(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var index = 0;
        var message = default(Utf8JsonReader);
        var hasMessage = false;
        ReadOnlySpan<byte> text = default;
        ReadOnlySpan<byte> finishReason = default;
        ReadOnlySpan<byte> logprobs = default;

        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("index"u8))
            {
                reader.ReadNumber(ref index);
            }
            else if (reader.ValueSpan.SequenceEqual("delta"u8) || reader.ValueSpan.SequenceEqual("message"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    // The choice's index may come after the message, so its members are read later, when the choice is known.
                    message = reader;
                    hasMessage = true;
                }

                reader.Skip();
            }
            else if (reader.ValueSpan.SequenceEqual("text"u8))
            {
                reader.ReadText(ref text);
            }
            else if (reader.ValueSpan.SequenceEqual("finish_reason"u8))
            {
                reader.ReadText(ref finishReason);
            }
            else if (reader.ValueSpan.SequenceEqual("logprobs"u8))
            {
                reader.Read();
                logprobs = ReadLogprobEntries(ref reader, json);
            }
            else
            {
                reader.SkipValue();
            }
        }

        var choice = ChoiceAt(index);
        // The failure of one choice ends all of them.
        if (choice is null || choice.IsFinished || course.HasEnded)
            return;
        if (!logprobs.IsEmpty)
        {
            template.MarkEffect();
            course.Logprobs(choice.Index, logprobs);
        }

        if (hasMessage)
            ReadMessage(ref message, json, choice);
        if (!text.IsEmpty)
            Bring(new Delta(DeltaKind.Text, choice), json, text);
        if (!finishReason.IsEmpty)
            Finish(choice, finishReason);
    }

    /// <summary>The elements of <c>logprobs.content</c>, without the brackets.</summary>
    private static ReadOnlySpan<byte> ReadLogprobEntries(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> entries = default;
        if (!reader.Enters(JsonTokenType.StartObject))
            return entries;
        while (reader.NextMember())
        {
            var isContent = reader.ValueSpan.SequenceEqual("content"u8);
            reader.Read();
            var from = (int)reader.TokenStartIndex + 1;
            var isArray = reader.TokenType == JsonTokenType.StartArray;
            reader.Skip();
            if (isContent && isArray)
                entries = JsonText.OnOneLine(JsonText.Trim(json[from..(int)reader.TokenStartIndex]));
        }

        return entries;
    }

    private void ReadMessage(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Choice choice)
    {
        ReadOnlySpan<byte> content = default;
        ReadOnlySpan<byte> reasoning = default;
        ReadOnlySpan<byte> refusal = default;
        var parts = default(Utf8JsonReader);
        var hasParts = false;
        var toolCalls = default(Utf8JsonReader);
        var hasToolCalls = false;

        while (reader.NextMember())
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
                reader.ReadText(ref refusal);
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
                reader.SkipValue();
            }
        }

        // A model first reasons, then writes text, then calls tools, whatever the order of the members.
        if (!reasoning.IsEmpty)
            Bring(new Delta(DeltaKind.Reasoning, choice), json, reasoning);
        if (!content.IsEmpty)
            Bring(new Delta(DeltaKind.Text, choice), json, content);
        if (hasParts)
            ReadParts(ref parts, json, choice, inThinking: false);
        if (!refusal.IsEmpty)
        {
            template.MarkEffect();
            course.Refusal(choice.Index, choice.RefusalCarry.Pass(refusal));
        }

        if (hasToolCalls)
            ReadToolCalls(ref toolCalls, json, choice);
    }

    private void ReadToolCalls(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Choice choice)
    {
        while (reader.NextObject())
        {
            var call = ToolCallAssembler.ReadCall(ref reader, json, out var arguments);
            Bring(new Delta(DeltaKind.Arguments, choice, call), json, arguments);
        }
    }

    /// <summary>Reads Mistral's content parts: text and thinking, which contains parts itself (specs/dialects.md 1.5).</summary>
    private void ReadParts(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Choice choice, bool inThinking)
    {
        while (reader.NextObject())
        {
            while (reader.NextMember())
            {
                var isText = reader.ValueSpan.SequenceEqual("text"u8);
                var isThinking = reader.ValueSpan.SequenceEqual("thinking"u8);
                reader.Read();
                if (isText && reader.TokenType == JsonTokenType.String)
                {
                    if (!reader.ValueSpan.IsEmpty)
                        Bring(new Delta(inThinking ? DeltaKind.Reasoning : DeltaKind.Text, choice), json, reader.ValueSpan);
                }
                else if (isThinking && reader.TokenType == JsonTokenType.StartArray)
                {
                    ReadParts(ref reader, json, choice, inThinking: true);
                }
                else if (isThinking && reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty)
                {
                    Bring(new Delta(DeltaKind.Reasoning, choice), json, reader.ValueSpan);
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    /// <summary>Raises a delta and marks its text for the template.</summary>
    private void Bring(in Delta delta, ReadOnlySpan<byte> json, ReadOnlySpan<byte> text)
    {
        template.MarkText(json, text);
        current = delta;
        Raise(delta, text);
    }

    private void Raise(in Delta delta, ReadOnlySpan<byte> text)
    {
        var choice = delta.Choice;
        switch (delta.Kind)
        {
            case DeltaKind.Text:
                course.Text(choice.Index, choice.TextCarry.Pass(text));
                break;
            case DeltaKind.Reasoning:
                course.Reasoning(choice.Index, choice.ReasoningCarry.Pass(text));
                break;
            default:
                choice.ToolCalls.Accept(delta.Call, text);
                break;
        }
    }

    private void Finish(Choice choice, ReadOnlySpan<byte> reason)
    {
        template.MarkEffect();
        template.Forget();
        if (reason.SequenceEqual("error"u8))
        {
            course.Fail(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.StoppedWithError) { Code = "upstream_finish_error" });
            return;
        }

        course.Reasoning(choice.Index, choice.ReasoningCarry.Finish());
        course.Text(choice.Index, choice.TextCarry.Finish());
        course.Refusal(choice.Index, choice.RefusalCarry.Finish());
        choice.ToolCalls.Finish();
        if (course.HasEnded)
            return;
        choice.IsFinished = true;
        course.Stop(choice.Index, ReadStopReason(reason, choice.ToolCalls.Count > 0));
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

    private Choice? ChoiceAt(int index)
    {
        if (index is < 0 or >= AnswerCourse.MostChoices)
            return null;
        while (choices.Count <= index)
        {
            choices.Add(new Choice(choices.Count, course));
            IsFinished = false;
        }

        return choices[index];
    }

    private enum DeltaKind
    {
        Text,
        Reasoning,
        Arguments,
    }

    private readonly struct Delta(DeltaKind kind, Choice choice, ToolCallPiece call = default)
    {
        public readonly DeltaKind Kind = kind;

        /// <summary>The choice that the delta belongs to.</summary>
        public readonly Choice Choice = choice;

        /// <summary>For a piece of a tool call, its members besides the arguments.</summary>
        public readonly ToolCallPiece Call = call;
    }

    private sealed class Choice(int index, AnswerCourse course)
    {
        public int Index { get; } = index;

        public bool IsFinished { get; set; }

        public SurrogateCarry TextCarry { get; } = new();

        public SurrogateCarry ReasoningCarry { get; } = new();

        public SurrogateCarry RefusalCarry { get; } = new();

        public ToolCallAssembler ToolCalls { get; } = new(index, course);
    }
}
