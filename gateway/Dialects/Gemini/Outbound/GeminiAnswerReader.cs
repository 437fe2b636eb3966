using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>
/// Reads Gemini's answers, streamed as events, as one JSON array, or whole (specs/dialects.md 1.4, 3.3). Counts may come
/// after the finish reason, so the stop of an answer is raised only at the end of the stream.
/// </summary>
/// <param name="upstreamModel">The model with which opaque state is tagged.</param>
/// <param name="expectedChoices">How many choices were requested.</param>
/// <param name="onlyFirstCall">Whether calls after the first one are dropped, because the client accepts only one.</param>
internal sealed class GeminiAnswerReader(string upstreamModel, int expectedChoices = 1, bool onlyFirstCall = false) : IAnswerReader
{
    private readonly AnswerCourse course = new();
    private readonly List<GeminiCandidate> candidates = [];
    private readonly TextDeltaTemplate template = new(GeminiUsage.Kinds);

    /// <summary>The text and counts of the chunk that is being read.</summary>
    private Words current;

    /// <summary>The same of the chunks that the template matches.</summary>
    private Words learned;

    private Usage usage = Usage.Absent;
    private bool isBlocked;

    public bool IsFinished => isBlocked || (candidates.Count >= expectedChoices && candidates.TrueForAll(candidate => candidate.FinishReason is not null));

    public void ReadEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, IAnswerEvents events)
    {
        if (course.HasEnded)
            return;
        course.RaiseTo(events);
        if (template.TryMatch(data, out var text))
        {
            RaiseLearned(text);
            return;
        }

        try
        {
            Read(data);
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
            Read(body);
        }
        catch (JsonException)
        {
            course.FailBodyNotJson();
        }

        Complete(events);
    }

    public void Complete(IAnswerEvents events)
    {
        course.RaiseTo(events);
        var blockedWhole = isBlocked && candidates.Count == 0;
        if (!blockedWhole && (candidates.Count == 0 || !candidates.TrueForAll(candidate => candidate.FinishReason is not null || isBlocked)))
        {
            course.FailTruncated();
            return;
        }

        foreach (var candidate in candidates)
        {
            if (candidate.FindFailure() is not { } failure)
                continue;
            course.Fail(failure);
            return;
        }

        if (blockedWhole)
            course.Stop(0, StopReason.ContentFilter);
        foreach (var candidate in candidates)
            candidate.Finish(isBlocked);
        course.End();
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        try
        {
            ReadRoot(JsonText.ReplaceInvalidUtf8(json));
        }
        catch (FormatException)
        {
            course.Fail(new GatewayError(ErrorKind.UpstreamFailed, ProviderText.ArgumentsInPieces));
        }
    }

    /// <summary>Without <c>alt=sse</c>, chunks and errors are elements of one array.</summary>
    private void ReadRoot(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            ReadChunk(json);
            return;
        }

        while (!course.HasEnded && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            ReadChunk(json[from..(int)reader.BytesConsumed]);
        }
    }

    private void ReadChunk(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            course.Fail(GeminiErrors.Read(200, json, null));
            return;
        }

        template.Begin();
        current = default;
        // The id comes after the candidates.
        course.StartIfNamed(reader, "responseId"u8);
        while (!course.HasEnded && reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("candidates"u8))
            {
                reader.Read();
                ReadCandidates(ref reader, json);
            }
            else if (reader.ValueSpan.SequenceEqual("usageMetadata"u8))
            {
                reader.Read();
                ReadUsage(ref reader);
            }
            else if (reader.ValueSpan.SequenceEqual("promptFeedback"u8))
            {
                reader.Read();
                template.MarkEffect();
                isBlocked |= IsBlock(ref reader);
            }
            else if (reader.ValueSpan.SequenceEqual("error"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.Null)
                    course.Fail(GeminiErrors.Read(200, json, null));
                reader.Skip();
            }
            else
            {
                reader.SkipValue();
            }
        }

        if (template.Learn(json))
            learned = current;
    }

    /// <summary>Raises the same events as reading the learned chunk, but with another text and other counts.</summary>
    private void RaiseLearned(ReadOnlySpan<byte> text)
    {
        if (learned.Usage == UsagePlace.BeforeWords)
            RaiseUsage(GeminiUsage.Of(template.Counts, learned.Tier));
        if (learned.IsThought)
            learned.Candidate!.Reason(text);
        else
            learned.Candidate!.Say(text);
        if (learned.Usage == UsagePlace.AfterWords)
            RaiseUsage(GeminiUsage.Of(template.Counts, learned.Tier));
    }

    private void ReadUsage(scoped ref Utf8JsonReader reader)
    {
        if (!reader.Enters(JsonTokenType.StartObject))
            return;

        if (current.HasUsage)
            template.MarkEffect();
        current.HasUsage = true;
        if (!GeminiUsage.TryRead(ref reader, template, out var counted))
            return;
        current.Tier = counted.Tier;
        current.Usage = current.Candidate is null ? UsagePlace.BeforeWords : UsagePlace.AfterWords;
        RaiseUsage(counted);
    }

    private void RaiseUsage(in Usage counted)
    {
        if (counted == usage)
            return;
        usage = counted;
        course.Usage(usage);
    }

    private static bool IsBlock(scoped ref Utf8JsonReader reader)
    {
        var isBlock = false;
        if (!reader.Enters(JsonTokenType.StartObject))
            return isBlock;
        while (reader.NextMember())
        {
            var isReason = reader.ValueSpan.SequenceEqual("blockReason"u8);
            reader.Read();
            if (isReason && reader.TokenType == JsonTokenType.String)
                isBlock = !reader.ValueSpan.IsEmpty && !reader.ValueSpan.SequenceEqual("BLOCK_REASON_UNSPECIFIED"u8);
            else
                reader.Skip();
        }

        return isBlock;
    }

    private void ReadCandidates(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (!reader.Enters(JsonTokenType.StartArray))
            return;
        while (reader.NextObject())
            ReadCandidate(ref reader, json);
    }

    private void ReadCandidate(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var index = 0;
        var content = default(Utf8JsonReader);
        var hasContent = false;
        ReadOnlySpan<byte> finishReason = default;
        ReadOnlySpan<byte> logprobs = default;
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("index"u8))
            {
                reader.ReadNumber(ref index);
            }
            else if (reader.ValueSpan.SequenceEqual("content"u8))
            {
                reader.Read();
                // The candidate's index comes after the content, so the parts are read later, when the candidate is known.
                content = reader;
                hasContent = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
            else if (reader.ValueSpan.SequenceEqual("finishReason"u8))
            {
                reader.ReadText(ref finishReason);
            }
            else if (reader.ValueSpan.SequenceEqual("logprobsResult"u8))
            {
                reader.Read();
                var from = (int)reader.TokenStartIndex;
                reader.Skip();
                logprobs = json[from..(int)reader.BytesConsumed];
            }
            else
            {
                reader.SkipValue();
            }
        }

        if (index is < 0 or >= AnswerCourse.MostChoices)
            return;
        while (candidates.Count <= index)
            candidates.Add(new GeminiCandidate(candidates.Count, upstreamModel, onlyFirstCall, course));
        var candidate = candidates[index];
        if (!logprobs.IsEmpty || !finishReason.IsEmpty)
            template.MarkEffect();
        if (!logprobs.IsEmpty)
            course.Logprobs(index, GeminiLogprobs.Read(logprobs).Span);
        if (hasContent)
            ReadContent(ref content, json, candidate);
        if (!finishReason.IsEmpty && !finishReason.SequenceEqual("FINISH_REASON_UNSPECIFIED"u8))
            candidate.FinishReason = Encoding.UTF8.GetString(finishReason);
    }

    private void ReadContent(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, GeminiCandidate candidate)
    {
        while (reader.NextMember())
        {
            var isParts = reader.ValueSpan.SequenceEqual("parts"u8);
            reader.Read();
            if (!isParts || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.NextObject())
            {
                var part = GeminiPart.Read(ref reader, json);
                template.MarkText(json, part.LoneWords(out current.IsThought));
                current.Candidate = candidate;
                part.RaiseAt(candidate);
            }
        }
    }

    /// <summary>The position of the counts in a chunk.</summary>
    private enum UsagePlace
    {
        None,
        BeforeWords,
        AfterWords,
    }

    /// <summary>Describes a chunk with one text.</summary>
    private struct Words
    {
        public GeminiCandidate? Candidate;
        public bool IsThought;
        public bool HasUsage;
        public UsagePlace Usage;
        public ServiceTier Tier;
    }
}
