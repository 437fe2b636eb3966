using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Gateway.Tests.Conversation;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Dialects.ChatCompletions;

/// <summary>Further forms that servers are known to send (specs/dialects.md 3.0, 3.8, 5).</summary>
public sealed class ChatCompletionReaderTests
{
    private const string Finish = """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""";

    [Fact]
    public void Azures_first_chunk_without_choices_does_not_start_the_answer()
    {
        var events = Play(
            """{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0}]}""",
            """{"choices":[{"delta":{"content":"a"},"index":0}],"id":"chatcmpl-1"}""",
            Finish,
            "[DONE]");
        Assert.True(events.EndedWell);
        Assert.Equal("chatcmpl-1", events.Answer.UpstreamId);
        Assert.Equal("a", events.Answer.Choices[0].Text.ToString());
    }

    [Fact]
    public void An_asynchronous_filter_may_withhold_the_rest_in_a_chunk_without_a_delta()
    {
        var events = Play(
            """{"choices":[{"delta":{"content":"a"},"index":0}]}""",
            """{"choices":[{"index":0,"finish_reason":null,"content_filter_results":{},"content_filter_offsets":{"check_offset":1}}]}""",
            """{"choices":[{"index":0,"finish_reason":"content_filter","content_filter_results":{"hate":{"filtered":true}}}]}""",
            "[DONE]");
        Assert.Equal(StopReason.ContentFilter, events.Answer.Choices[0].StopReason);
        Assert.Equal("a", events.Answer.Choices[0].Text.ToString());
    }

    [Fact]
    public void Empty_and_null_members_say_nothing()
    {
        var events = Play(
            """{"id":null,"choices":null,"usage":{}}""",
            """{"choices":[null,{"index":0,"delta":null,"finish_reason":"","logprobs":null}],"error":null}""",
            """{"choices":[{"index":0,"delta":{"role":null,"content":null,"reasoning_content":null,"refusal":null,"tool_calls":null}}],"error":""}""",
            """{"choices":[{"index":0,"delta":{"content":"","tool_calls":[]},"finish_reason":null}],"created":"1795168800","usage":null}""",
            """{"choices":[{"index":0,"delta":{"content":"a"}}]}""",
            Finish,
            "[DONE]");
        Assert.True(events.EndedWell);
        Assert.Equal(["a"], events.TextDeltas);
        Assert.Equal(UsageOrigin.Absent, events.Answer.Usage.Origin);
    }

    [Theory]
    [InlineData("""{"delta":{"content":"wrong"},"finish_reason":"length"}""")]
    [InlineData("""[{"index":3},"finish_reason"]""")]
    [InlineData("null")]
    [InlineData("\"1\"")]
    public void An_index_that_is_no_number_says_nothing(string index)
    {
        var events = Play($$$"""{"choices":[{"index":{{{index}}},"delta":{"content":"a"},"finish_reason":"stop"}]}""", "[DONE]");
        Assert.True(events.EndedWell);
        Assert.Equal(["a"], events.TextDeltas);
        Assert.Equal(StopReason.Stop, Assert.Single(events.Answer.Choices).StopReason);
    }

    [Fact]
    public void Events_joined_by_a_single_line_end_are_read_one_by_one()
    {
        var events = Upstream.PlayText($$$"""
            data: {"choices":[{"index":0,"delta":{"content":"a"}}]}
            data: {"choices":[{"index":0,"delta":{"content":"b"}}]}
            data: {{{Finish}}}
            data: [DONE]

            """);
        Assert.True(events.EndedWell);
        Assert.Equal(["a", "b"], events.TextDeltas);
    }

    [Fact]
    public void Text_before_a_chunk_that_is_not_JSON_is_told_once()
    {
        var events = Upstream.PlayText("""
            data: {"choices":[{"index":0,"delta":{"content":"a"}}]}
            data: {"choices":[{"index":0,"delta":{"content":"b"}}], oops


            """);
        Assert.Equal(ErrorKind.UpstreamFailed, events.Error!.Kind);
        Assert.Equal(["a", "b"], events.TextDeltas);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"choices\":")]
    [InlineData("<html>")]
    public void A_chunk_that_is_not_JSON_fails_the_answer(string data)
    {
        var events = Play("""{"choices":[{"index":0,"delta":{"content":"a"}}]}""", data, Finish, "[DONE]");
        Assert.Equal(ErrorKind.UpstreamFailed, events.Error!.Kind);
    }

    [Theory]
    [InlineData("""{"error":{"message":"boom","type":"server_error","code":null}}""", "boom")]
    [InlineData("""{"error":"boom"}""", "boom")]
    [InlineData("""{"choices":[],"error":{"message":"boom"}}""", "boom")]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":""}}],"error":{"message":"boom"}}""", "boom")]
    [InlineData("""{"object":"error","message":"boom","code":500}""", "boom")]
    [InlineData("""{"detail":"boom"}""", "boom")]
    [InlineData("""{"error":{}}""", "The provider reported a failure without saying which.")]
    [InlineData("\"boom\"", "boom")]
    public void A_failure_inside_a_good_answer_is_a_failure_whatever_its_shape(string json, string message)
    {
        var streamed = Play("""{"choices":[{"index":0,"delta":{"content":"a"}}]}""", json, "[DONE]");
        Assert.Equal(message, streamed.Error!.Message);
        Assert.Equal("a", streamed.Answer.Choices[0].Text.ToString());
        Assert.Equal(message, Upstream.PlayBody(Encoding.UTF8.GetBytes(json)).Error!.Message);
    }

    [Theory]
    [InlineData("""{"error":{"message":"boom"},"message":"boom"}""")]
    [InlineData("""{"message":"boom"}""")]
    [InlineData("boom")]
    public void An_event_named_error_is_a_failure(string data) =>
        Assert.Equal("boom", Upstream.PlayText($"event: error\ndata: {data}\n\n").Error!.Message);

    [Fact]
    public void A_body_with_an_error_after_its_finish_is_still_a_failure() =>
        Assert.NotNull(Play(Finish, """{"error":{"message":"late"}}""", "[DONE]").Error);

    [Fact]
    public void A_stream_that_ends_early_is_a_failure()
    {
        var error = Play("""{"choices":[{"index":0,"delta":{"content":"a"}}]}""").Error!;
        Assert.Equal(ErrorKind.UpstreamFailed, error.Kind);
        Assert.Equal("upstream_stream_truncated", error.Code);
        Assert.Equal("upstream_stream_truncated", Upstream.PlayText("").Error!.Code);
        Assert.Equal("upstream_stream_truncated", Upstream.PlayText("data: [DONE]\n\n").Error!.Code);
    }

    [Fact]
    public void A_finish_without_a_marker_is_a_good_end() => Assert.True(Play(Finish).EndedWell);

    [Fact]
    public void A_marker_without_a_finish_does_not_excuse_a_call_cut_in_the_middle()
    {
        var events = Play("""{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{\"a\":"}}]}}]}""", "[DONE]");
        Assert.Equal("upstream_stream_truncated", events.Error!.Code);
    }

    [Fact]
    public void A_stream_with_fewer_answers_than_asked_for_is_whole_only_when_it_says_so()
    {
        Assert.NotNull(Upstream.PlayText($"data: {Finish}\n\n", expectedChoices: 2).Error);
        Assert.True(Upstream.PlayText($"data: {Finish}\n\ndata: [DONE]\n\n", expectedChoices: 2).EndedWell);
    }

    [Fact]
    public void The_reader_tells_when_only_counts_may_follow()
    {
        var reader = Upstream.Reader(expectedChoices: 2);
        var events = new CheckedEvents();
        reader.ReadEvent(default, Encoding.UTF8.GetBytes(Finish), events);
        Assert.False(reader.IsFinished);
        reader.ReadEvent(default, """{"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":"length"}]}"""u8, events);
        Assert.True(reader.IsFinished);
        Assert.False(events.HasEnded);
        reader.Complete(events);
        Assert.True(events.EndedWell);
    }

    [Fact]
    public void What_comes_after_a_finish_or_the_end_is_ignored_but_for_usage()
    {
        var events = Play(
            Finish,
            """{"choices":[{"index":0,"delta":{"content":"late"},"finish_reason":"length"}]}""",
            """{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}""",
            "[DONE]",
            """{"choices":[{"index":0,"delta":{"content":"later"}}]}""");
        Assert.True(events.EndedWell);
        Assert.Equal(StopReason.Stop, events.Answer.Choices[0].StopReason);
        Assert.Empty(events.TextDeltas);
        Assert.Equal(new Usage(3, 4), events.Answer.Usage);
    }

    [Fact]
    public void A_choice_beyond_all_bounds_is_ignored()
    {
        var events = Play(
            """{"choices":[{"index":-1,"delta":{"content":"x"}},{"index":2000000000,"delta":{"content":"x"}},{"index":0,"delta":{"content":"a"}}]}""",
            Finish,
            "[DONE]");
        Assert.True(events.EndedWell);
        Assert.Single(events.Answer.Choices);
    }

    [Theory]
    [InlineData("content", "Text")]
    [InlineData("reasoning_content", "Reasoning")]
    [InlineData("reasoning", "Reasoning")]
    [InlineData("refusal", "Refusal")]
    public void An_emoji_cut_between_two_deltas_is_joined_in_every_kind_of_text(string member, string kind)
    {
        var events = Play(
            $$$"""{"choices":[{"index":0,"delta":{"{{{member}}}":"hi \ud83d"}}]}""",
            $$$"""{"choices":[{"index":0,"delta":{"{{{member}}}":"\udc4b"}}]}""",
            $$$"""{"choices":[{"index":0,"delta":{"{{{member}}}":" bye\ud83d"}}]}""",
            Finish);
        var choice = events.Answer.Choices[0];
        Assert.Equal("hi 👋 bye\ufffd", (kind switch { "Text" => choice.Text, "Reasoning" => choice.Reasoning, _ => choice.Refusal }).ToString());
    }

    [Fact]
    public void Broken_utf8_from_a_provider_is_replaced()
    {
        byte[] chunk = [.. "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a"u8, 0xC3, .. "b\"}}]}"u8];
        byte[] stream = [.. "data: "u8, .. chunk, .. "\n\ndata: "u8, .. Encoding.UTF8.GetBytes(Finish), .. "\n\n"u8];
        var events = Upstream.PlayStream(stream, [stream.Length]);
        Assert.Equal("a\ufffdb", events.Answer.Choices[0].Text.ToString());
    }

    [Fact]
    public void The_index_of_a_choice_may_come_after_its_delta()
    {
        var events = Play("""{"choices":[{"delta":{"content":"b"},"index":1},{"delta":{"content":"a"},"index":0}]}""", "[DONE]");
        Assert.Equal(["a", "b"], events.Answer.Choices.Select(choice => choice.Text.ToString()));
    }

    [Fact]
    public void Log_probabilities_are_kept_with_and_without_text()
    {
        var events = Play(
            """{"choices":[{"index":0,"delta":{"content":""},"logprobs":{"content":[{"token":"x","logprob":-1}],"refusal":null}}]}""",
            """{"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[ {"token":"a","logprob":-2},{"token":"b","logprob":-3} ]}}]}""",
            Finish);
        using var entries = JsonDocument.Parse((byte[])[(byte)'[', .. events.Answer.Choices[0].LogprobEntries.Bytes, (byte)']']);
        Assert.Equal(["x", "a", "b"], entries.RootElement.EnumerateArray().Select(entry => entry.GetProperty("token").GetString()));
    }

    [Fact]
    public void A_whole_body_without_a_finish_reason_has_stopped()
    {
        var events = Upstream.PlayBody("""{"choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":null}]}"""u8);
        Assert.Equal(StopReason.Stop, events.Answer.Choices[0].StopReason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"choices":[]}""")]
    [InlineData("""{"choices":[{"index":0,"message":{"content":"a"}""")]
    public void A_body_that_is_no_answer_is_a_failure(string body) => Assert.NotNull(Upstream.PlayBody(Encoding.UTF8.GetBytes(body)).Error);

    [Fact]
    public void An_event_named_error_without_data_says_nothing()
    {
        var raised = new RecordedEvents();
        var reader = Upstream.Reader();
        reader.ReadEvent("error"u8, "  "u8, raised);
        Assert.Empty(raised.All);
        reader.ReadEvent("error"u8, "boom"u8, raised);
        reader.ReadEvent("error"u8, "late"u8, raised);
        Assert.Equal(["start ", "fail UpstreamFailed  boom"], raised.All);
    }

    [Fact]
    public void An_error_after_the_marker_is_not_raised()
    {
        var events = Upstream.PlayText($"data: {Finish}\n\ndata: [DONE]\ndata: {{\"error\":\"late\"}}\n\n");
        Assert.True(events.EndedWell);
    }

    /// <summary>What looks like an error only without choices.</summary>
    [Theory]
    [InlineData("\"detail\":\"x\"")]
    [InlineData("\"object\":\"error\"")]
    [InlineData("\"detail\":{\"error\":{}}")]
    public void An_answer_with_choices_is_no_error(string member)
    {
        var body = $$$"""{{{{member}}},"choices":[{"index":0,"message":{"content":"a"},"finish_reason":"length"}]}""";
        var events = Upstream.PlayBody(Encoding.UTF8.GetBytes(body));
        Assert.True(events.EndedWell, events.Error?.Message);
        Assert.Equal(("a", StopReason.Length), (events.Answer.Choices[0].Text.ToString(), events.Answer.Choices[0].StopReason));
    }

    [Theory]
    [InlineData("\"detail\":null")]
    [InlineData("\"object\":\"chat.completion.chunk\"")]
    [InlineData("\"object\":{\"error\":\"error\"}")]
    [InlineData("\"error\":null")]
    [InlineData("\"error\":\"\"")]
    [InlineData("\"error\":[{\"choices\":[]}]")]
    [InlineData("\"error\":false")]
    [InlineData("\"new\":{\"error\":\"x\"}")]
    [InlineData("\"p\":{\"error\":\"x\"}")]
    [InlineData("\"obfuscation\":[\"error\"]")]
    [InlineData("\"usage\":[\"error\"]")]
    [InlineData("\"usage\":{\"error\":\"x\"}")]
    [InlineData("\"choices\":{\"error\":\"x\"}")]
    public void A_member_that_reports_no_error_is_none(string member)
    {
        var events = Play($"{{{member}}}", $$$"""{{{{member}}},"choices":[{"index":0,"delta":{"content":"a"}}]}""", Finish, "[DONE]");
        Assert.True(events.EndedWell, events.Error?.Message);
        Assert.Equal(["a"], events.TextDeltas);
    }

    [Fact]
    public void The_error_of_a_joined_event_is_its_own()
    {
        var events = Upstream.PlayText("""
            data: {"error":{"message":"first"}}
            data: {"error":{"message":"second"}}


            """);
        Assert.Equal("first", events.Error!.Message);
    }

    [Theory]
    [InlineData("stop", StopReason.Stop)]
    [InlineData("length", StopReason.Length)]
    [InlineData("model_length", StopReason.Length)]
    [InlineData("content_filter", StopReason.ContentFilter)]
    [InlineData("tool_calls", StopReason.Stop)]
    [InlineData("something_new", StopReason.Stop)]
    public void Every_finish_reason_has_its_canonical_one(string reason, StopReason expected)
    {
        var finish = $$$"""{"choices":[{"index":0,"delta":{},"finish_reason":"{{{reason}}}"}]}""";
        Assert.Equal(expected, Play("""{"choices":[{"index":0,"delta":{"content":"a"}}]}""", finish).Answer.Choices[0].StopReason);
        var called = Play("""{"choices":[{"index":0,"delta":{"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}}]}""", finish).Answer.Choices[0];
        Assert.Equal(expected == StopReason.Stop ? StopReason.ToolCalls : expected, called.StopReason);
    }

    [Fact]
    public void A_provider_that_stopped_with_an_error_failed()
    {
        var events = Play("""{"choices":[{"index":0,"delta":{"content":"a\ud83d"}}]}""", """{"choices":[{"index":0,"delta":{},"finish_reason":"error"},{"index":0,"delta":{"content":"late"}}]}""", Finish, "[DONE]");
        Assert.Equal((ErrorKind.UpstreamFailed, "upstream_finish_error", "The provider stopped with an error."), (events.Error!.Kind, events.Error.Code, events.Error.Message));
        Assert.Equal(["a"], events.TextDeltas);
    }

    [Fact]
    public void A_body_that_is_not_JSON_says_so() => Assert.Equal("The provider's answer is not JSON.", Upstream.PlayBody("""{"choices":["""u8).Error!.Message);

    [Fact]
    public void A_chunk_that_is_not_JSON_says_so() => Assert.Equal("The provider sent a stream event that is not JSON.", Play("""{"choices":[""").Error!.Message);

    [Fact]
    public void Everything_in_a_choice_is_raised_in_the_order_in_which_a_model_works()
    {
        var raised = new RecordedEvents();
        Upstream.PlayText(
            """
            data: {"choices":[{"finish_reason":"tool_calls","text":"t","logprobs":{"refusal":[{"token":"no"}],"new":{"content":[1]},"content":[{"token":"x"}]},"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}],"refusal":"r","content":"a","reasoning":"h"},"index":1}],"usage":{"prompt_tokens":1,"completion_tokens":2},"id":"u"}

            data: {"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"b"}],"refusal":"r"},"finish_reason":"length"}]}

            data: [DONE]


            """,
            raised,
            expectedChoices: 2);
        Assert.Equal(
            [
                "start u", """logprobs 1 {"token":"x"}""", "reasoning 1 h", "text 1 a", "refusal 1 r", "tool 1 0 c f", "arguments 1 0 {}", "text 1 t", "tool end 1 0", "stop 1 ToolCalls ",
                $"usage {new Usage(1, 2)}", "text 0 b", "refusal 0 r", "stop 0 Length ", "end",
            ],
            raised.All);
    }

    [Fact]
    public void Reasoning_is_read_once_when_it_has_two_names()
    {
        var events = Play("""{"choices":[{"index":0,"delta":{"reasoning":"a","reasoning_content":"a"}}]}""", """{"choices":[{"index":0,"delta":{"reasoning":"","reasoning_content":"b"}}]}""", """{"choices":[{"index":0,"delta":{"reasoning":{"text":"x"},"reasoning_content":"c"}}]}""", Finish);
        Assert.Equal("abc", events.Answer.Choices[0].Reasoning.ToString());
    }

    [Fact]
    public void Members_of_an_unexpected_type_say_nothing()
    {
        string[] messages =
        [
            "[{\"content\":\"x\"}]", "\"x\"", """{"content":{"text":"x"}}""", """{"content":7,"reasoning_content":["x"],"refusal":{"text":"x"},"tool_calls":{"id":"c","function":{"name":"f"}}}""",
            """{"content":[null,"x",["x"],{"type":"text","text":null},{"type":"text","text":{"text":"x"}},{"type":"thinking","thinking":{"text":"x"}},{"type":"thinking","thinking":""},{"type":"text","text":""},{"new":["x"]}]}""",
            """{"tool_calls":[null,"x"],"new":{"content":"x"}}""",
        ];
        string[] choices = ["null", "\"x\"", """{"index":"1","text":null,"finish_reason":7,"logprobs":[1]}""", """{"text":{"text":"x"},"finish_reason":{"text":"stop"},"logprobs":{"content":{"token":"x"}},"new":{"text":"x"}}""", """{"logprobs":{"content":[]}}"""];
        var events = Play([
            .. messages.Select(message => $$"""{"choices":[{"index":0,"delta":{{message}}}]}"""),
            .. choices.Select(choice => $$"""{"choices":[{{choice}}]}"""),
            """{"choices":[{"index":0,"delta":{"content":"a"}}]}""",
            Finish,
        ]);
        Assert.True(events.EndedWell, events.Error?.Message);
        var only = Assert.Single(events.Answer.Choices);
        Assert.Equal(("a", "", "", 0, 0), (only.Text.ToString(), only.Reasoning.ToString(), only.Refusal.ToString(), only.ToolCalls.Count, only.LogprobEntries.Length));
    }

    [Theory]
    [InlineData("\"content\":{\"text\":\"x\"}")]
    [InlineData("\"content\":[{\"new\":{\"text\":\"x\"}}]")]
    [InlineData("\"reasoning\":{\"text\":\"x\"}")]
    [InlineData("\"tool_calls\":{\"id\":\"x\"}")]
    [InlineData("\"new\":{\"refusal\":\"x\"}")]
    public void What_follows_a_member_without_meaning_is_read(string member)
    {
        var raised = new RecordedEvents();
        Upstream.PlayText($$$"""data: {"choices":[{"index":0,"delta":{{{{member}}},"refusal":"r"},"finish_reason":"stop"}]}""" + "\n\n", raised);
        Assert.Equal(["start ", "refusal 0 r", "stop 0 Stop ", "end"], raised.All);
    }

    [Theory]
    [InlineData("""{"object":"error","detail":"boom"}""")]
    [InlineData("""{"detail":"boom","object":"error"}""")]
    [InlineData("""{"error":"boom","error":{"message":"boom"}}""")]
    public void An_error_that_is_reported_twice_is_an_error(string json) => Assert.NotEqual("upstream_stream_truncated", Assert.IsType<GatewayError>(Play(json).Error).Code);

    /// <summary>Events of one form, whose texts alone differ, are recognized without parsing. What else they bring must not be lost.</summary>
    [Fact]
    public void Counts_beside_a_text_are_raised_with_every_event()
    {
        static string Chunk(string text) => $$$"""{"choices":[{"index":0,"delta":{"content":"{{{text}}}"}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}""";
        var raised = new RecordedEvents();
        Upstream.PlayText($"data: {Chunk("a")}\n\ndata: {Chunk("b")}\n\ndata: {Finish}\n\n", raised);
        var usage = $"usage {new Usage(1, 2)}";
        Assert.Equal(["start ", "text 0 a", usage, "text 0 b", usage, "stop 0 Stop ", "end"], raised.All);
    }

    [Fact]
    public void A_refusal_beside_a_text_is_raised_with_every_event()
    {
        static string Chunk(string text) => $$$"""{"choices":[{"index":0,"delta":{"content":"{{{text}}}","refusal":"r"}}]}""";
        var raised = new RecordedEvents();
        Upstream.PlayText($"data: {Chunk("a")}\n\ndata: {Chunk("b")}\n\ndata: {Finish}\n\n", raised);
        Assert.Equal(["start ", "text 0 a", "refusal 0 r", "text 0 b", "refusal 0 r", "stop 0 Stop ", "end"], raised.All);
    }

    [Fact]
    public void Pairs_of_joined_events_of_one_form_are_read_one_by_one()
    {
        static string Chunk(string text) => $$$"""data: {"choices":[{"index":0,"delta":{"content":"{{{text}}}"}}]}""";
        var events = Upstream.PlayText($"{Chunk("a")}\n{Chunk("x")}\n\n{Chunk("b")}\n{Chunk("x")}\n\ndata: {Finish}\n\n");
        Assert.Equal(["a", "x", "b", "x"], events.TextDeltas);
    }

    [Fact]
    public void The_first_choice_beyond_all_bounds_need_not_finish() =>
        Assert.True(Play($$$"""{"choices":[{"index":{{{AnswerCourse.MostChoices}}},"delta":{"content":"x"}}]}""", Finish).EndedWell);

    [Fact]
    public void Thinking_parts_are_reasoning_as_text_and_as_parts()
    {
        var events = Play(
            """{"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":"a"},{"type":"thinking","thinking":[{"type":"text","text":"b"},{"type":"thinking","thinking":"c"}]},{"type":"text","text":"d"}]}}]}""",
            Finish);
        Assert.Equal(("abc", "d"), (events.Answer.Choices[0].Reasoning.ToString(), events.Answer.Choices[0].Text.ToString()));
    }

    [Fact]
    public void The_last_of_as_many_choices_as_there_may_be_is_read()
    {
        var choices = string.Join(',', Enumerable.Range(0, AnswerCourse.MostChoices + 2).Reverse().Select(index => $$$"""{"index":{{{index}}},"message":{"content":"{{{index}}}"},"finish_reason":"stop"}"""));
        var events = Upstream.PlayBody(Encoding.UTF8.GetBytes($$"""{"choices":[{{choices}}]}"""));
        Assert.True(events.EndedWell);
        Assert.Equal(Enumerable.Range(0, AnswerCourse.MostChoices).Select(index => $"{index}"), events.Answer.Choices.Select(choice => choice.Text.ToString()));
    }

    [Fact]
    public void A_choice_that_comes_after_all_others_have_finished_must_finish_too()
    {
        var reader = Upstream.Reader();
        var events = new CheckedEvents();
        reader.ReadEvent(default, Encoding.UTF8.GetBytes(Finish), events);
        Assert.True(reader.IsFinished);
        reader.ReadEvent(default, """{"choices":[{"index":1,"delta":{"content":"b"}}]}"""u8, events);
        Assert.False(reader.IsFinished);
        reader.Complete(events);
        Assert.Equal("upstream_stream_truncated", events.Error!.Code);
    }

    [Fact]
    public void A_marker_finishes_every_choice_that_has_no_reason()
    {
        var reader = Upstream.Reader(expectedChoices: 3);
        var raised = new RecordedEvents();
        reader.ReadEvent(default, """{"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":"length"}]}"""u8, raised);
        Assert.False(reader.IsFinished);
        reader.ReadEvent(default, "[DONE]"u8, raised);
        Assert.True(reader.IsFinished);
        Assert.Equal(["start ", "text 1 b", "stop 1 Length ", "stop 0 Stop ", "end"], raised.All);
    }

    [Fact]
    public void Any_cutting_of_a_text_into_deltas_and_reads_gives_that_text()
    {
        var cases =
            from text in Generated.WellFormedText
            from reasoning in Generated.WellFormedText
            from seed in Gen.Choose(0, int.MaxValue)
            select (text, reasoning, seed);
        Generated.Check(cases, 300, item =>
        {
            var random = new Random(item.seed);
            var stream = new StringBuilder();
            AppendDeltas(stream, "reasoning_content", item.reasoning, random);
            AppendDeltas(stream, "content", item.text, random);
            stream.Append("data: ").Append(Finish).Append("\n\ndata: [DONE]\n\n");
            var bytes = Encoding.UTF8.GetBytes(stream.ToString());
            var events = Upstream.PlayStream(bytes, Upstream.RandomSizes(item.seed, 40).Take(bytes.Length));

            Assert.True(events.EndedWell);
            var choice = events.Answer.Choices[0];
            Assert.Equal(item.text, choice.Text.ToString());
            Assert.Equal(item.reasoning, choice.Reasoning.ToString());
        });
    }

    [Fact]
    public void No_damage_to_a_stream_breaks_the_order_of_events()
    {
        var streams = WireFixture.ChatCompletions.Where(fixture => !fixture.IsHttpError && !fixture.IsWholeBody).Select(fixture => fixture.Body).ToArray();
        var cases =
            from body in Gen.Elements(streams)
            from changes in (from at in Gen.Choose(0, 100_000) from kind in Gen.Choose(0, 4) from value in Gen.Choose(0, 255) select (at, kind, (byte)value)).ListOf()
            select (body, changes);
        Generated.Check(cases, 1500, item =>
        {
            var bytes = item.body.ToList();
            foreach (var (at, kind, value) in item.changes)
                Damage(bytes, at % bytes.Count, kind, value);
            // CheckedEvents asserts the order. Here the answer only has to end.
            Assert.True(Upstream.PlayStream(bytes.ToArray(), [bytes.Count]).HasEnded);
        });
    }

    [Fact]
    public void No_JSON_whatsoever_makes_the_reader_throw()
    {
        var cases = JsonTrees(4).ListOf();
        Generated.Check(cases, 1000, trees =>
        {
            Upstream.PlayText(string.Concat(trees.Select(tree => $"data: {tree}\n\n")));
            foreach (var tree in trees)
                Upstream.PlayBody(Encoding.UTF8.GetBytes(tree));
        });
    }

    /// <summary>JSON of the known members with values of any type, including lone surrogates.</summary>
    private static Gen<string> JsonTrees(int depth)
    {
        var leaves = Gen.Elements("null", "true", "0", "1", "-1", "1e999", "\"\"", "\"a\"", "\"stop\"", "\"error\"", "\"\\ud83d\"", "{}", "[]", "\"{\\\"a\\\":1}\"");
        if (depth == 0)
            return leaves;
        var names = Gen.Elements(
            "choices", "delta", "message", "index", "content", "tool_calls", "function", "name", "arguments", "id", "usage", "finish_reason",
            "text", "error", "object", "detail", "logprobs", "reasoning", "refusal", "prompt_tokens", "type", "thinking", "\\ud83dchoice", "\\u0063hoices");
        var inner = JsonTrees(depth - 1);
        var objects = (from name in names from value in inner select $"\"{name}\":{value}").ListOf().Select(members => $"{{{string.Join(',', members)}}}");
        var arrays = inner.ListOf().Select(items => $"[{string.Join(',', items.Take(3))}]");
        return Gen.Frequency((2, leaves), (4, objects), (2, arrays));
    }

    private static void Damage(List<byte> bytes, int at, int kind, byte value)
    {
        switch (kind)
        {
            case 0:
                bytes[at] = value;
                break;
            case 1:
                bytes.Insert(at, value);
                break;
            case 2 when bytes.Count > 1:
                bytes.RemoveAt(at);
                break;
            case 3:
                bytes.Insert(at, (byte)'\n');
                break;
            default:
                bytes.RemoveRange(at + 1, bytes.Count - at - 1);
                break;
        }
    }

    private static void AppendDeltas(StringBuilder stream, string member, string text, Random random)
    {
        for (var from = 0; from < text.Length;)
        {
            var length = Math.Min(random.Next(0, 5), text.Length - from);
            var piece = string.Concat(text.Substring(from, length).Select(unit => unit is < ' ' or '"' or '\\' || char.IsSurrogate(unit) ? $"\\u{(int)unit:x4}" : unit.ToString()));
            stream.Append("data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{\"").Append(member).Append("\":\"").Append(piece).Append("\"}}]}\n\n");
            from += length;
        }
    }

    private static CheckedEvents Play(params string[] data) => Upstream.PlayText(string.Concat(data.Select(item => $"data: {item}\n\n")));
}
