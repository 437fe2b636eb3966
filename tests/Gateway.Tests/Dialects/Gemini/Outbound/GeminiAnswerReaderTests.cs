using System.Text;
using System.Text.Json.Nodes;
using Dragoman.Conversation;
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
