using System.Text;
using System.Text.Json.Nodes;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Dialects.Gemini.Outbound;
using Dragoman.Gateway.Tests.Conversation;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Dialects.Gemini.Outbound;

/// <summary>Gemini's answers, split in any way, are read according to specs/dialects.md 3.3.</summary>
public sealed class GeminiAnswerReaderTests
{
    private static readonly ChatRequest Request = new() { Model = "published" };

    public static TheoryData<string> Answers => [.. WireFixture.Of("gemini").Where(fixture => !fixture.IsHttpError).Select(fixture => fixture.Name)];

    public static TheoryData<string> Streams => [.. WireFixture.Of("gemini").Where(fixture => !fixture.IsHttpError && !fixture.IsWholeBody).Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_means_what_its_fixture_says(string name)
    {
        var fixture = WireFixture.Named(name);
        var events = GeminiAnswers.Play(fixture);
        ExpectedAnswer.Matches(fixture, events);
        var calls = fixture.Expect.GetProperty("toolCalls");
        for (var place = 0; place < calls.GetArrayLength(); place++)
        {
            var call = events.Answer.Choices[0].ToolCalls[place];
            Assert.InRange(call.Id.Length, 1, 40);
            Assert.Equal(calls[place].TryGetProperty("thoughtSignature", out var signature) ? signature.GetString() : null, call.State?.Value);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_in_any_slices_means_the_same(string name)
    {
        var fixture = WireFixture.Named(name);
        ExpectedAnswer.Matches(fixture, GeminiAnswers.PlayStream(fixture.Body, Enumerable.Repeat(1, fixture.Body.Length)));
        for (var seed = 0; seed < 40; seed++)
            ExpectedAnswer.Matches(fixture, GeminiAnswers.PlayStream(fixture.Body, Upstream.RandomSizes(seed, 1 << (seed % 11)).Take(fixture.Body.Length)));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_that_breaks_off_before_its_finish_fails(string name)
    {
        var fixture = WireFixture.Named(name);
        var finish = Encoding.UTF8.GetString(fixture.Body).IndexOf("finishReason", StringComparison.Ordinal);
        if (finish < 0)
            return;
        for (var length = 0; length <= finish; length++)
        {
            var events = GeminiAnswers.PlayStream(fixture.Body.AsSpan(0, length), [length]);
            Assert.False(events.EndedWell, $"the first {length} bytes look like a whole answer");
            Assert.True(events.Error!.IsRetryable);
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_told_in_OpenAIs_words_is_the_same_when_read_again(string name)
    {
        var fixture = WireFixture.Named(name);
        var chat = new Dragoman.Dialects.OpenAIChat.OpenAIChat();
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var expected = GeminiAnswers.Play(fixture, chat.OpenStream(InboundCalls.Context(Request with { IncludeUsage = true }), output));
        var again = Upstream.PlayText(Json.TextOf(output));
        Assert.Equal(expected.Error?.Message, again.Error?.Message);
        if (expected.Error is not null)
            return;
        ExpectedAnswer.Same(expected.Answer, again.Answer);
        Assert.Equal(expected.Answer.Usage, again.Answer.Usage);
    }

    [Fact]
    public void A_stream_without_server_sent_events_is_one_array()
    {
        var events = GeminiAnswers.PlayBody($"[{GeminiAnswers.Parts("""{"text":"a"}""")},\r\n{GeminiAnswers.Parts("""{"text":"b"}""", "STOP")}]");
        Assert.True(events.EndedWell);
        Assert.Equal("ab", events.Answer.Choices[0].Text.ToString());
        var failed = GeminiAnswers.PlayBody($"[{GeminiAnswers.Parts("""{"text":"a"}""")}," + """{"error":{"message":"busy","status":"UNAVAILABLE"}}]""");
        Assert.Equal((ErrorKind.Overloaded, "busy"), (failed.Error!.Kind, failed.Error.Message));
        Assert.Equal(ErrorKind.RateLimited, GeminiAnswers.PlayChunks(["""[{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}]"""]).Error!.Kind);
    }

    [Theory]
    [InlineData("""{"content":{"parts":[{"text":"wrong"}]},"finishReason":"MAX_TOKENS"}""")]
    [InlineData("""[{"index":3},"finishReason"]""")]
    [InlineData("null")]
    [InlineData("\"1\"")]
    public void An_index_that_is_no_number_says_nothing(string index)
    {
        var events = GeminiAnswers.PlayBody($$$"""{"candidates":[{"index":{{{index}}},"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}""");
        Assert.True(events.EndedWell);
        var choice = Assert.Single(events.Answer.Choices);
        Assert.Equal("a", choice.Text.ToString());
        Assert.Equal(StopReason.Stop, choice.StopReason);
    }

    [Theory]
    [InlineData("SAFETY", StopReason.ContentFilter)]
    [InlineData("RECITATION", StopReason.ContentFilter)]
    [InlineData("IMAGE_SAFETY", StopReason.ContentFilter)]
    [InlineData("MAX_TOKENS", StopReason.Length)]
    [InlineData("CONTINUATION", StopReason.Length)]
    [InlineData("OTHER", StopReason.Stop)]
    [InlineData("SOMETHING_NEW", StopReason.Stop)]
    public void Each_reason_to_stop_has_its_word(string finish, StopReason expected) =>
        Assert.Equal(expected, GeminiAnswers.PlayChunks([GeminiAnswers.Parts("""{"text":"a"}""", finish)]).Answer.Choices[0].StopReason);

    [Theory]
    [InlineData("OTHER")]
    [InlineData("NO_IMAGE")]
    [InlineData("MALFORMED_RESPONSE")]
    [InlineData("UNEXPECTED_TOOL_CALL")]
    public void An_answer_with_nothing_in_it_fails_and_may_be_tried_again(string finish) =>
        Assert.True(GeminiAnswers.PlayChunks([GeminiAnswers.Parts("", finish)]).Error!.IsRetryable);

    [Fact]
    public void A_signature_belongs_to_the_text_before_it_or_stands_alone()
    {
        var choice = GeminiAnswers.PlayChunks(
            [
                GeminiAnswers.Parts("""{"text":"hm","thought":true},{"text":"a","thoughtSignature":"QQ=="}"""),
                GeminiAnswers.Parts("""{"text":"","thoughtSignature":"Qg=="}""", "STOP"),
            ]).Answer.Choices[0];
        Assert.Equal("hm", choice.Reasoning.ToString());
        Assert.Equal([("a", "QQ=="), ("", "Qg==")], choice.Blocks.OfType<TextBlock>().Select(block => (block.Words.ToString(), block.State!.Value)));
        Assert.All(choice.Blocks.OfType<TextBlock>(), block => Assert.True(block.State!.BelongsTo(StateKind.GeminiThoughtSignature, GeminiAnswers.Model)));
    }

    [Fact]
    public void Pictures_sounds_and_code_come_in_their_order()
    {
        var choice = GeminiAnswers.PlayChunks(
            [
                GeminiAnswers.Parts("""{"text":"see"},{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}},{"inlineData":{"data":"AA\/\/","mimeType":"audio/L16;codec=pcm;rate=24000"}}"""),
                GeminiAnswers.Parts("""{"executableCode":{"language":"PYTHON","code":"print(1)"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1\n"}}""", "STOP"),
            ]).Answer.Choices[0];
        Assert.Equal([("image/png", "iVBORw0KGgo="), ("audio/pcm;rate=24000", "AA//")], choice.Blocks.OfType<MediaBlock>().Select(block => (block.MediaType, block.Base64.ToString())));
        Assert.Equal("see\n```python\nprint(1)\n```\n\n```\n1\n```\n", choice.Text.ToString());
    }

    [Fact]
    public void Calls_without_ids_get_ids_of_their_own_and_missing_arguments_are_empty()
    {
        var calls = GeminiAnswers.PlayChunks(
            [
                GeminiAnswers.Parts("""{"functionCall":{"name":"f"}},{"functionCall":{"name":"f","args":null,"id":"x"}}"""),
                GeminiAnswers.Parts("""{"functionCall":{"name":"g","id":"x","args":{"a": "\"\\é\ud83d"}}}""", "STOP"),
            ]).Answer.Choices[0].ToolCalls;
        Assert.Equal(["{}", "{}", "{\"a\": \"\\\"\\\\é\\ufffd\"}"], calls.Select(call => call.Arguments.ToString()));
        Assert.Equal(3, calls.Select(call => call.Id).Distinct().Count());
        Assert.All(calls, call => Assert.InRange(call.Id.Length, 1, 40));
    }

    [Fact]
    public void A_client_that_takes_one_call_at_a_time_gets_the_first()
    {
        var two = GeminiAnswers.Parts("""{"functionCall":{"name":"f","id":"1","args":{}}},{"functionCall":{"name":"g","id":"2","willContinue":true}}""");
        var rest = GeminiAnswers.Parts("""{"functionCall":{"partialArgs":[{"jsonPath":"$.a","boolValue":true}]}}""", "STOP");
        var call = Assert.Single(GeminiAnswers.PlayChunks([two, rest], Request with { ParallelToolCalls = false }).Answer.Choices[0].ToolCalls);
        Assert.Equal(("f", "{}"), (call.Name, call.Arguments.ToString()));
    }

    [Fact]
    public void Pieces_of_arguments_come_together_by_their_paths()
    {
        string[] pieces =
        [
            """{"name":"f","willContinue":true}""",
            """{"partialArgs":[{"jsonPath":"$.cities[0].name","stringValue":"Aar","willContinue":true}],"willContinue":true}""",
            """{"partialArgs":[{"jsonPath":"$.cities[0].name","stringValue":"hus \ud83d"},{"jsonPath":"$.cities[0].name","stringValue":"\udc4b"}],"willContinue":true}""",
            """{"partialArgs":[{"jsonPath":"$.cities[1]","nullValue":"NULL_VALUE"},{"jsonPath":"$['a.b']","numberValue":1.50},{"jsonPath":"$.c","boolValue":false}],"willContinue":true}""",
            "{}",
        ];
        var events = GeminiAnswers.PlayChunks([.. pieces.Select(piece => GeminiAnswers.Parts($$"""{"functionCall":{{piece}}}""")), GeminiAnswers.Parts("", "STOP")]);
        var arguments = JsonNode.Parse(Assert.Single(events.Answer.Choices[0].ToolCalls).Arguments.ToString());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"cities":[{"name":"Aarhus 👋"},null],"a.b":1.50,"c":false}"""), arguments), arguments?.ToJsonString());
        Assert.NotNull(GeminiAnswers.PlayChunks([GeminiAnswers.Parts("""{"functionCall":{"name":"f","partialArgs":[{"jsonPath":"$..*","boolValue":true}]}}""")]).Error);
    }

    [Fact]
    public void Several_answers_and_their_probabilities_are_kept_apart()
    {
        var events = GeminiAnswers.PlayBody(
            """
            {"candidates":[
              {"content":{"parts":[{"text":"a"}]},"finishReason":"STOP","index":0,"logprobsResult":{"chosenCandidates":[{"token":"a","logProbability":-0.5}],"topCandidates":[{"candidates":[{"token":"a","logProbability":-0.5},{"token":"é","logProbability":-1}]}]}},
              {"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS","index":1}]}
            """,
            Request with { Sampling = new Sampling { Choices = 2 } });
        Assert.Equal([("a", StopReason.Stop), ("b", (StopReason?)StopReason.Length)], events.Answer.Choices.Select(choice => (choice.Text.ToString(), choice.StopReason)));
        Assert.Equal(
            """{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[{"token":"a","logprob":-0.5,"bytes":[97]},{"token":"é","logprob":-1,"bytes":[195,169]}]}""",
            Encoding.UTF8.GetString(events.Answer.Choices[0].LogprobEntries.Bytes));
    }

    [Fact]
    public void Any_legal_stream_means_the_same_in_any_slices_and_no_early_end_looks_whole() => Generated.Check(
        from parts in Part().ListOf().Select(parts => parts.ToList())
        from finish in Gen.Elements("STOP", "MAX_TOKENS", "SAFETY")
        from seed in Gen.Choose(0, 1000)
        select (parts, finish, seed),
        300,
        item =>
        {
            string[] chunks = [.. item.parts.Select(part => GeminiAnswers.Parts(part)), GeminiAnswers.Parts("""{"text":""}""", item.finish)];
            var bytes = Encoding.UTF8.GetBytes(string.Concat(chunks.Select(chunk => $"data: {chunk}\r\n\r\n")));
            var whole = GeminiAnswers.PlayStream(bytes, []);
            Assert.True(whole.EndedWell, whole.Error?.Message);
            var cut = GeminiAnswers.PlayStream(bytes, Upstream.RandomSizes(item.seed, 1 + (item.seed % 200)).Take(bytes.Length));
            ExpectedAnswer.Same(whole.Answer, cut.Answer, idsToo: false);
            Assert.Equal("upstream_stream_truncated", GeminiAnswers.PlayChunks(chunks[..^1]).Error!.Code);
        });

    [Fact]
    public void No_JSON_whatsoever_makes_the_reader_throw()
    {
        string[] values = ["null", "1", "\"x\"", "[]", "{}", "[null]", "[1,{}]", "true"];
        string[] frames =
        [
            "{0}", """{{"candidates":{0}}}""", """{{"candidates":[{0}]}}""", """{{"candidates":[{{"content":{0}}}]}}""", """{{"candidates":[{{"content":{{"parts":{0}}}}}]}}""",
            """{{"candidates":[{{"content":{{"parts":[{0}]}}}}]}}""", """{{"candidates":[{{"content":{{"parts":[{{"functionCall":{0}}}]}}}}]}}""",
            """{{"candidates":[{{"content":{{"parts":[{{"functionCall":{{"name":"f","args":{0},"partialArgs":{0}}}}}]}}}}]}}""",
            """{{"candidates":[{{"content":{{"parts":[{{"text":{0},"inlineData":{0},"thoughtSignature":{0}}}]}}}}]}}""",
            """{{"candidates":[{{"finishReason":{0},"index":{0},"logprobsResult":{0}}}]}}""", """{{"usageMetadata":{0},"promptFeedback":{0},"responseId":{0},"error":{0}}}""",
            """{{"candidates":[{{"logprobsResult":{{"chosenCandidates":{0},"topCandidates":{0}}}}}]}}""", "{{\"error\":{{\"details\":{0}}}}}", "{{\"error\":{{\"details\":[{{\"violations\":{0},\"retryDelay\":{0}}}]}}}}",
        ];
        foreach (var frame in frames)
        {
            foreach (var value in values)
            {
                var json = string.Format(System.Globalization.CultureInfo.InvariantCulture, frame, value);
                Assert.True(GeminiAnswers.PlayChunks([json]).HasEnded);
                Assert.True(GeminiAnswers.PlayBody(json).HasEnded);
                Assert.True(GeminiAnswers.PlayBody(json[..^1]).HasEnded);
            }
        }
    }

    [Theory]
    [InlineData("""{"promptFeedback":{"blockReason":"SAFETY"}}""", true)]
    [InlineData("""{"promptFeedback":{"safetyRatings":[{"blockReason":"SAFETY"}],"blockReason":"NEW"}}""", true)]
    [InlineData("""{"promptFeedback":{"blockReason":"OTHER"},"candidates":[]}""", true)]
    [InlineData("""{"promptFeedback":{"blockReason":""}}""", false)]
    [InlineData("""{"promptFeedback":{"blockReason":"BLOCK_REASON_UNSPECIFIED"}}""", false)]
    [InlineData("""{"promptFeedback":{"blockReason":{"text":"SAFETY"}}}""", false)]
    [InlineData("""{"promptFeedback":{"safetyRatings":[{"blockReason":"SAFETY"}],"more":{"blockReason":"SAFETY"}}}""", false)]
    [InlineData("""{"promptFeedback":"SAFETY"}""", false)]
    [InlineData("""{"blockReason":"SAFETY"}""", false)]
    public void A_blocked_prompt_is_an_answer_without_content(string chunk, bool isBlocked)
    {
        var events = GeminiAnswers.PlayChunks([chunk]);
        Assert.Equal(isBlocked, events.EndedWell);
        Assert.Equal(isBlocked ? null : "upstream_stream_truncated", events.Error?.Code);
        if (isBlocked)
            Assert.Equal(StopReason.ContentFilter, events.Answer.Choices[0].StopReason);
    }

    [Fact]
    public void A_block_stays_and_stops_the_candidates_that_have_no_finish_reason()
    {
        string[] chunks =
        [
            """{"candidates":[{"content":{"parts":[{"text":"a"}]}},{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP","index":1}],"promptFeedback":{"blockReason":"SAFETY"}}""",
            """{"promptFeedback":{"blockReason":"BLOCK_REASON_UNSPECIFIED"}}""",
            """{"promptFeedback":{"blockReason":"SAFETY"}}""",
        ];
        var events = GeminiAnswers.PlayChunks(chunks, Request with { Sampling = new Sampling { Choices = 2 } });
        Assert.Equal([("a", StopReason.ContentFilter), ("b", (StopReason?)StopReason.Stop)], events.Answer.Choices.Select(choice => (choice.Text.ToString(), choice.StopReason)));
    }

    [Fact]
    public void The_reader_tells_when_only_counts_may_follow()
    {
        var reader = new GeminiOutbound().OpenAnswer(Request with { Sampling = new Sampling { Choices = 2 } }, GeminiAnswers.Model);
        var events = new CheckedEvents();
        bool IsFinishedAfter(string json)
        {
            reader.ReadEvent(default, Encoding.UTF8.GetBytes(json), events);
            return reader.IsFinished;
        }

        Assert.False(IsFinishedAfter(GeminiAnswers.Parts("""{"text":"a"}""", "STOP")));
        Assert.False(IsFinishedAfter("""{"candidates":[{"content":{"parts":[{"text":"b"}]},"index":1}]}"""));
        Assert.False(IsFinishedAfter("""{"candidates":[{"finishReason":"FINISH_REASON_UNSPECIFIED","index":1}]}"""));
        Assert.True(IsFinishedAfter("""{"candidates":[{"finishReason":"STOP","index":1}]}"""));
        Assert.True(IsFinishedAfter("""{"usageMetadata":{"promptTokenCount":3}}"""));
        Assert.False(events.HasEnded);
        reader.Complete(events);
        Assert.True(events.EndedWell);

        var blocked = new GeminiOutbound().OpenAnswer(Request, GeminiAnswers.Model);
        blocked.ReadEvent(default, """{"promptFeedback":{"blockReason":"SAFETY"}}"""u8, new CheckedEvents());
        Assert.True(blocked.IsFinished);
    }

    [Fact]
    public void An_answer_of_which_one_candidate_did_not_finish_is_truncated()
    {
        var events = GeminiAnswers.PlayChunks(["""{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"},{"content":{"parts":[{"text":"b"}]},"index":1}]}"""]);
        Assert.Equal("upstream_stream_truncated", events.Error?.Code);
    }

    [Fact]
    public void One_candidate_that_failed_fails_the_answer()
    {
        var events = GeminiAnswers.PlayChunks(["""{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"},{"finishReason":"MALFORMED_FUNCTION_CALL","index":1}]}"""]);
        Assert.Equal(("upstream_finish_error", "The model called a tool in a way that cannot be read."), (events.Error?.Code, events.Error?.Message));
    }

    [Theory]
    [InlineData("\"boom\"", "The provider reported a failure without saying which.")]
    [InlineData("""{"error":{"message":"boom"}}""", "boom")]
    [InlineData("""{"error":"boom"}""", "boom")]
    [InlineData("""{"responseId":"r","error":{"message":"boom"},"candidates":[{"content":{"parts":[{"text":"late"}]},"finishReason":"STOP"}]}""", "boom")]
    [InlineData("""[{"error":{"message":"boom"}},{"candidates":[{"content":{"parts":[{"text":"late"}]},"finishReason":"STOP"}]}]""", "boom")]
    [InlineData("not json", "The provider sent a stream event that is not JSON.")]
    [InlineData("""{"candidates":[""", "The provider sent a stream event that is not JSON.")]
    public void A_failure_inside_a_good_answer_is_a_failure_and_nothing_follows_it(string data, string message)
    {
        var events = GeminiAnswers.PlayChunks([GeminiAnswers.Parts("""{"text":"a"}"""), data, GeminiAnswers.Parts("""{"text":"b"}""", "STOP")]);
        Assert.Equal(message, events.Error?.Message);
        Assert.Equal("a", events.Answer.Choices[0].Text.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("""{"candidates":[""")]
    public void A_body_that_is_not_JSON_says_so(string body) => Assert.Equal("The provider's answer is not JSON.", GeminiAnswers.PlayBody(body).Error?.Message);

    [Fact]
    public void Pieces_of_arguments_that_do_not_fit_together_fail_the_answer() => Assert.Equal(
        "The provider sent a tool call whose arguments cannot be assembled.",
        GeminiAnswers.PlayChunks([GeminiAnswers.Parts("""{"functionCall":{"name":"f","partialArgs":[{"jsonPath":"a","boolValue":true}]}}""")]).Error?.Message);

    [Fact]
    public void Members_of_an_unexpected_type_say_nothing()
    {
        var raised = Raised(
            """{"error":null,"usageMetadata":null,"promptFeedback":null,"candidates":null,"responseId":7}""",
            """{"usageMetadata":[1],"candidates":{"content":{"parts":[{"text":"x"}]}},"promptFeedback":["SAFETY"]}""",
            """{"candidates":[null,{"index":"1","content":null,"finishReason":null,"logprobsResult":null}],"new":{"candidates":[{"content":{"parts":[{"text":"x"}]}}]}}""",
            """{"candidates":[{"content":{"parts":{"text":"x"},"role":"model"},"new":[{"text":"x"}]}]}""",
            """{"candidates":[{"content":{"role":{"text":"x"},"parts":[null,"x",{"text":"a"}]},"index":0}]}""",
            GeminiAnswers.Parts("", "STOP"));
        Assert.Equal(["text 0 a", "stop 0 Stop ", "end"], raised.Where(line => !line.StartsWith("start", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("\"usageMetadata\":null")]
    [InlineData("\"usageMetadata\":[{\"promptTokenCount\":1}]")]
    [InlineData("\"usageMetadata\":{\"trafficType\":\"ON_DEMAND\"}")]
    [InlineData("\"promptFeedback\":null")]
    [InlineData("\"error\":null")]
    [InlineData("\"responseId\":{\"candidates\":[]}")]
    [InlineData("\"new\":{\"candidates\":[{\"content\":{}}]}")]
    public void What_follows_a_member_without_meaning_is_read(string member)
    {
        Assert.Equal(
            ["start ", "text 0 a", $"usage {new Usage(3, 0)}", "stop 0 Stop ", "end"],
            Raised($$$"""{{{{member}}},"candidates":[{"new":{"index":7},"content":{"role":["model"],"new":{"parts":1},"more":[{"text":"x"}],"parts":[{"text":"a"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3}}"""));
        Assert.Equal(["start ", $"usage {new Usage(3, 0)}"], Raised("""{"candidates":null,"usageMetadata":{"promptTokenCount":3}}""").Take(2));
    }

    [Fact]
    public void A_candidate_beyond_all_bounds_is_ignored()
    {
        var events = GeminiAnswers.PlayChunks([
            """{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP","index":-1},{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP","index":128}]}""",
            GeminiAnswers.Parts("""{"text":"a"}""", "STOP"),
        ]);
        Assert.True(events.EndedWell, events.Error?.Message);
        Assert.Equal("a", Assert.Single(events.Answer.Choices).Text.ToString());
    }

    [Fact]
    public void The_last_of_as_many_candidates_as_there_may_be_is_read()
    {
        var candidates = string.Join(',', Enumerable.Range(0, AnswerCourse.MostChoices).Reverse().Select(index => $$$"""{"index":{{{index}}},"content":{"parts":[{"text":"{{{index}}}"}]},"finishReason":"STOP"}"""));
        var events = GeminiAnswers.PlayBody($$"""{"candidates":[{{candidates}}]}""");
        Assert.True(events.EndedWell);
        Assert.Equal(Enumerable.Range(0, AnswerCourse.MostChoices).Select(index => $"{index}"), events.Answer.Choices.Select(choice => choice.Text.ToString()));
    }

    [Fact]
    public void Counts_are_raised_where_they_stand_and_only_when_they_change()
    {
        static string Chunk(string text, int count, bool isBefore) => isBefore
            ? $$$"""{"usageMetadata":{"promptTokenCount":{{{count}}}},"candidates":[{"content":{"parts":[{"text":"{{{text}}}"}]}}]}"""
            : $$$"""{"candidates":[{"content":{"parts":[{"text":"{{{text}}}"}]}}],"usageMetadata":{"promptTokenCount":{{{count}}}}}""";
        Assert.Equal(
            [
                "start ", "text 0 a", $"usage {new Usage(1, 0)}", "text 0 b", "text 0 c", $"usage {new Usage(2, 0)}",
                $"usage {new Usage(3, 0)}", "text 0 d", $"usage {new Usage(4, 0)}", "text 0 e", "text 0 f", "stop 0 Stop ", "end",
            ],
            Raised(Chunk("a", 1, false), Chunk("b", 1, false), Chunk("c", 2, false), Chunk("d", 3, true), Chunk("e", 4, true), Chunk("f", 4, true), GeminiAnswers.Parts("", "STOP")));
    }

    [Fact]
    public void Probabilities_come_before_the_text_and_may_come_alone()
    {
        const string logprobs = """{"chosenCandidates":[{"token":"a","logProbability":-1}]}""";
        var raised = Raised(
            $$$"""{"candidates":[{"content":{"parts":[{"text":"a"}]},"logprobsResult":{{{logprobs}}}}],"responseId":"r"}""",
            $$$"""{"candidates":[{"logprobsResult":{{{logprobs}}},"content":{"parts":[{"text":"b"}]}}]}""",
            $$$"""{"candidates":[{"logprobsResult":{{{logprobs}}},"finishReason":"MAX_TOKENS"}]}""");
        const string entry = """logprobs 0 {"token":"a","logprob":-1,"bytes":[97]}""";
        Assert.Equal(["start r", entry, "text 0 a", entry, "text 0 b", entry, "stop 0 Length ", "end"], raised.Select(line => line.Replace(",\"top_logprobs\":[]", "", StringComparison.Ordinal)));
    }

    /// <summary>Chunks of one form, whose texts alone differ, are recognized without parsing. What else they bring must not be lost.</summary>
    [Fact]
    public void Probabilities_beside_a_text_are_raised_with_every_chunk()
    {
        static string Chunk(string text) => $$$"""{"candidates":[{"content":{"parts":[{"text":"{{{text}}}"}]},"logprobsResult":{"chosenCandidates":[{"token":"a","logProbability":-1}]}}]}""";
        var raised = Raised(Chunk("a"), Chunk("b"), GeminiAnswers.Parts("", "STOP"));
        Assert.Equal(["start", "logprobs", "text", "logprobs", "text", "stop", "end"], raised.Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public void The_last_finish_reason_counts()
    {
        var events = GeminiAnswers.PlayChunks([GeminiAnswers.Parts("""{"text":"a"}""", "STOP"), GeminiAnswers.Parts("""{"text":"b"}""", "MAX_TOKENS"), GeminiAnswers.Parts("", "FINISH_REASON_UNSPECIFIED"), GeminiAnswers.Parts("", "")]);
        Assert.Equal(("ab", StopReason.Length), (events.Answer.Choices[0].Text.ToString(), events.Answer.Choices[0].StopReason));
    }

    [Fact]
    public void Thoughts_and_text_of_the_same_form_are_told_apart()
    {
        var raised = Raised(
            GeminiAnswers.Parts("""{"text":"a","thought":true}"""),
            GeminiAnswers.Parts("""{"text":"b","thought":true}"""),
            GeminiAnswers.Parts("""{"text":"c"}"""),
            GeminiAnswers.Parts("""{"text":"d"}"""),
            """{"candidates":[{"content":{"parts":[{"text":"e"}],"role":"model"},"index":1}],"responseId":"r"}""",
            """{"candidates":[{"content":{"parts":[{"text":"f"}],"role":"model"},"index":1}],"responseId":"r"}""",
            """{"candidates":[{"finishReason":"STOP"},{"finishReason":"STOP","index":1}]}""");
        Assert.Equal(["start r", "reasoning 0 a", "reasoning 0 b", "text 0 c", "text 0 d", "text 1 e", "text 1 f", "stop 0 Stop ", "stop 1 Stop ", "end"], raised);
    }

    [Fact]
    public void Broken_utf8_from_a_provider_is_replaced()
    {
        byte[] stream = [.. "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a"u8, 0xC3, .. "\"}]},\"finishReason\":\"STOP\"}]}\n\n"u8];
        Assert.Equal("a\ufffd", GeminiAnswers.PlayStream(stream, []).Answer.Choices[0].Text.ToString());
    }

    /// <summary>All events that a stream raises, with their content.</summary>
    private static IReadOnlyList<string> Raised(params string[] chunks)
    {
        var raised = new RecordedEvents();
        GeminiAnswers.PlayStream(Encoding.UTF8.GetBytes(string.Concat(chunks.Select(chunk => $"data: {chunk}\n\n"))), [], raised);
        return raised.All;
    }

    private static Gen<string> Part() =>
        from text in Generated.WellFormedText
        from kind in Gen.Choose(0, 5)
        let words = Encoding.UTF8.GetString(Dragoman.Wire.JsonText.Escape(text))
        select kind switch
        {
            0 => $$"""{"text":"{{words}}","thought":true}""",
            1 => $$"""{"thoughtSignature":"QQ==","text":"{{words}}"}""",
            2 => $$$"""{"functionCall":{"name":"f","args":{"a": "{{{words}}}"}},"thoughtSignature":"QQ=="}""",
            3 => """{"functionCall":{"name":"g"}},{"inlineData":{"mimeType":"image/png","data":"AAAA"}}""",
            4 => """{"text":"\ud83d"}""",
            _ => $$"""{"text":"{{words}}"}""",
        };
}
