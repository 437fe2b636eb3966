using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>
/// Reads Gemini's answers, streamed as events, as one JSON array, or whole (specs/dialects.md 1.4, 3.3). Counts may come
/// behind the finish reason, so an answer finishes only at its end.
/// </summary>
/// <param name="upstreamModel">Opaque state is tagged with it.</param>
/// <param name="expectedChoices">How many answers were asked for.</param>
/// <param name="onlyFirstCall">Whether calls beside the first one are left out, because the client takes no more.</param>
internal sealed class GeminiAnswerReader(string upstreamModel, int expectedChoices = 1, bool onlyFirstCall = false) : IAnswerReader
{
    private const int MostChoices = 128;

    private readonly List<GeminiCandidate> candidates = [];
    private readonly TextDeltaTemplate template = new(GeminiUsage.Kinds);
    private LoneWords lone;

    /// <summary>What the chunks that the template matches bring.</summary>
    private LoneWords learned;

    private Usage usage = Usage.Absent;
    private bool isBlocked;
    private bool started;
    private bool ended;

    public bool IsFinished => isBlocked || (candidates.Count >= expectedChoices && candidates.TrueForAll(candidate => candidate.FinishReason is not null));

    public void ReadEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, IAnswerEvents events)
    {
        if (ended)
            return;
        if (template.TryMatch(data, out var text))
            RaiseLearned(text, events);
        else
            Read(data, events);
    }

    public void ReadBody(ReadOnlySpan<byte> body, IAnswerEvents events)
    {
        Read(body, events);
        Complete(events);
    }

    public void Complete(IAnswerEvents events)
    {
        if (ended)
            return;
        var blockedWhole = isBlocked && candidates.Count == 0;
        if (!blockedWhole && (candidates.Count == 0 || !candidates.TrueForAll(candidate => candidate.FinishReason is not null || isBlocked)))
        {
            Fail(new GatewayError(ErrorKind.UpstreamFailed, "The provider's answer ended before it was complete.") { Code = "upstream_stream_truncated" }, events);
            return;
        }

        EnsureStarted(events);
        foreach (var candidate in candidates)
        {
            if (candidate.FindFailure() is not { } failure)
                continue;
            Fail(failure, events);
            return;
        }

        if (blockedWhole)
            events.Stop(0, StopReason.ContentFilter);
        foreach (var candidate in candidates)
            candidate.Finish(isBlocked, events);
        ended = true;
        events.End();
    }

    private void Read(ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        if (!Utf8.IsValid(json))
            json = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json));
        try
        {
            ReadRoot(json, events);
        }
        catch (JsonException)
        {
            Fail(new GatewayError(ErrorKind.UpstreamFailed, "The provider sent an answer that is not JSON."), events);
        }
        catch (FormatException)
        {
            Fail(new GatewayError(ErrorKind.UpstreamFailed, "The provider sent a tool call whose arguments cannot be put together."), events);
        }
    }

    /// <summary>Without <c>alt=sse</c>, chunks and errors are elements of one array.</summary>
    private void ReadRoot(ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            ReadChunk(json, events);
            return;
        }

        while (!ended && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            ReadChunk(json[from..(int)reader.BytesConsumed], events);
        }
    }

    private void ReadChunk(ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Fail(GeminiErrors.Read(200, json, null), events);
            return;
        }

        template.Begin();
        lone = default;
        if (!started && FindId(reader) is { } id)
        {
            started = true;
            events.Start(id);
        }

        while (!ended && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueSpan.SequenceEqual("candidates"u8))
            {
                reader.Read();
                ReadCandidates(ref reader, json, events);
            }
            else if (reader.ValueSpan.SequenceEqual("usageMetadata"u8))
            {
                reader.Read();
                ReadUsage(ref reader, events);
            }
            else if (reader.ValueSpan.SequenceEqual("promptFeedback"u8))
            {
                reader.Read();
                lone.HasCompany = true;
                isBlocked |= IsBlock(ref reader);
            }
            else if (reader.ValueSpan.SequenceEqual("error"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.Null)
                    Fail(GeminiErrors.Read(200, json, null), events);
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (lone is { HasCompany: false, Candidate: not null } && template.Learn(json, json.Slice(lone.Start, lone.Length)))
            learned = lone;
    }

    /// <summary>Does what reading such a chunk with another text and other counts would do.</summary>
    private void RaiseLearned(ReadOnlySpan<byte> text, IAnswerEvents events)
    {
        if (learned.Usage == UsagePlace.BeforeWords)
            RaiseUsage(GeminiUsage.Of(template.Counts), events);
        if (learned.IsThought)
            learned.Candidate!.Reason(text, events);
        else
            learned.Candidate!.Say(text, events);
        if (learned.Usage == UsagePlace.AfterWords)
            RaiseUsage(GeminiUsage.Of(template.Counts), events);
    }

    /// <summary>The answer's id, which stands behind the candidates.</summary>
    private static string? FindId(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueSpan.SequenceEqual("responseId"u8);
            reader.Read();
            if (isId && reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty)
                return JsonText.ReadString(reader.ValueSpan);
            reader.Skip();
        }

        return null;
    }

    private void ReadUsage(scoped ref Utf8JsonReader reader, IAnswerEvents events)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        lone.HasCompany |= lone.HasUsage;
        lone.HasUsage = true;
        if (!GeminiUsage.TryRead(ref reader, template, out var counted))
            return;
        lone.Usage = lone.Candidate is null ? UsagePlace.BeforeWords : UsagePlace.AfterWords;
        RaiseUsage(counted, events);
    }

    private void RaiseUsage(in Usage counted, IAnswerEvents events)
    {
        if (counted == usage)
            return;
        usage = counted;
        EnsureStarted(events);
        events.Usage(usage);
    }

    private static bool IsBlock(scoped ref Utf8JsonReader reader)
    {
        var isBlock = false;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return isBlock;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
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

    private void ReadCandidates(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                ReadCandidate(ref reader, json, events);
            else
                reader.Skip();
        }
    }

    private void ReadCandidate(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        var index = 0;
        var content = default(Utf8JsonReader);
        var hasContent = false;
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
            else if (reader.ValueSpan.SequenceEqual("content"u8))
            {
                reader.Read();
                // The candidate's index comes after it, so its parts are read when the candidate is known.
                content = reader;
                hasContent = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
            else if (reader.ValueSpan.SequenceEqual("finishReason"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                    finishReason = reader.ValueSpan;
                else
                    reader.Skip();
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
                reader.Read();
                reader.Skip();
            }
        }

        if (index is < 0 or >= MostChoices)
            return;
        while (candidates.Count <= index)
            candidates.Add(new GeminiCandidate(candidates.Count, upstreamModel, onlyFirstCall));
        var candidate = candidates[index];
        EnsureStarted(events);
        lone.HasCompany |= !logprobs.IsEmpty || !finishReason.IsEmpty;
        if (!logprobs.IsEmpty && GeminiLogprobs.Read(logprobs) is { IsEmpty: false } entries)
            events.Logprobs(index, entries.Span);
        if (hasContent)
            ReadContent(ref content, json, candidate, events);
        if (!finishReason.IsEmpty && !finishReason.SequenceEqual("FINISH_REASON_UNSPECIFIED"u8))
            candidate.FinishReason = Encoding.UTF8.GetString(finishReason);
    }

    private void ReadContent(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, GeminiCandidate candidate, IAnswerEvents events)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isParts = reader.ValueSpan.SequenceEqual("parts"u8);
            reader.Read();
            if (!isParts || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                {
                    reader.Skip();
                    continue;
                }

                var part = GeminiPart.Read(ref reader, json);
                lone.Add(part, json, candidate);
                part.RaiseAt(candidate, events);
            }
        }
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

    /// <summary>Where the counts of a chunk stand.</summary>
    private enum UsagePlace
    {
        None,
        BeforeWords,
        AfterWords,
    }

    /// <summary>The one thing that a chunk says, and whether anything else in it but counts has had an effect.</summary>
    private struct LoneWords
    {
        public GeminiCandidate? Candidate;
        public int Start;
        public int Length;
        public bool IsThought;
        public bool HasUsage;
        public UsagePlace Usage;
        public bool HasCompany;

        public void Add(in GeminiPart part, ReadOnlySpan<byte> json, GeminiCandidate candidate)
        {
            var words = part.LoneWords(out IsThought);
            HasCompany |= Candidate is not null || !json.Overlaps(words, out Start);
            Candidate = candidate;
            Length = words.Length;
        }
    }
}
