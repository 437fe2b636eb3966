using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Dialects.Anthropic.Outbound;
using Dragoman.Gateway.Tests.Conversation;

namespace Dragoman.Gateway.Tests.Dialects.Anthropic.Outbound;

/// <summary>The state machine of specs/dialects.md 3.1, in cases that no fixture has.</summary>
public sealed class AnthropicAnswerReaderTests
{
    private const string Start = """{"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":5,"cache_read_input_tokens":100,"cache_creation_input_tokens":20,"output_tokens":1}}}""";
    private const string TextBlock = """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""";
    private const string StopBlock = """{"type":"content_block_stop","index":0}""";
    private const string StopMessage = """{"type":"message_stop"}""";

    private static string Text(string escaped, int index = 0) => $$$"""{"type":"content_block_delta","index":{{{index}}},"delta":{"type":"text_delta","text":"{{{escaped}}}"}}""";

    private static string Delta(string reason, string more = "") => $$$"""{"type":"message_delta","delta":{"stop_reason":"{{{reason}}}"{{{more}}}},"usage":{"output_tokens":7}}""";

    [Fact]
    public void Counts_are_merged_field_by_field_and_the_input_includes_the_cache() =>
        Assert.Equal(new Usage(125, 7, 100, 20), AnthropicUpstream.PlayEvents(Start, TextBlock, Text("a"), StopBlock, Delta("end_turn"), StopMessage).Answer.Usage);

    [Theory]
    [InlineData("end_turn", StopReason.Stop)]
    [InlineData("stop_sequence", StopReason.StopSequence)]
    [InlineData("max_tokens", StopReason.Length)]
    [InlineData("model_context_window_exceeded", StopReason.ContextWindow)]
    [InlineData("pause_turn", StopReason.Stop)]
    [InlineData("refusal", StopReason.ContentFilter)]
    [InlineData("tool_use", StopReason.Stop)]
    [InlineData("something_new", StopReason.Stop)]
    public void Every_stop_reason_has_its_canonical_one(string reason, StopReason expected) =>
        Assert.Equal(expected, AnthropicUpstream.PlayEvents(Start, TextBlock, Text("a"), StopBlock, Delta(reason), StopMessage).Answer.Choices[0].StopReason);

    [Fact]
    public void The_sequence_that_stopped_the_answer_is_told()
    {
        var events = AnthropicUpstream.PlayEvents(Start, TextBlock, Text("a"), StopBlock, Delta("stop_sequence", ",\"stop_sequence\":\"\\n\\u0041\""), StopMessage);
        Assert.Equal("\nA", events.Answer.Choices[0].StopSequence);
    }

    [Fact]
    public void The_same_start_again_changes_nothing()
    {
        var events = AnthropicUpstream.PlayEvents(Start, Start, TextBlock, Text("a"), Start, Text("b"), StopBlock, Delta("end_turn"), StopMessage);
        Assert.True(events.EndedWell);
        Assert.Equal("ab", events.Answer.Choices[0].Text.ToString());
    }

    [Fact]
    public void A_message_that_begins_anew_before_it_spoke_is_read_from_there()
    {
        var events = AnthropicUpstream.PlayEvents(Start, TextBlock, Start, TextBlock, Text("a"), StopBlock, Delta("end_turn"), StopMessage);
        Assert.True(events.EndedWell);
        Assert.Equal("a", events.Answer.Choices[0].Text.ToString());
    }

    [Fact]
    public void A_message_that_begins_anew_after_it_spoke_fails()
    {
        var events = AnthropicUpstream.PlayEvents(Start, TextBlock, Text("a"), Start, TextBlock, Text("a"), StopBlock, Delta("end_turn"), StopMessage);
        Assert.Equal("upstream_stream_restarted", events.Error?.Code);
        Assert.True(events.Error!.IsRetryable);
    }

    [Fact]
    public void Names_count_only_where_the_data_has_no_type()
    {
        var events = AnthropicUpstream.PlayText(
            $"event: ping\ndata: {Start}\n\nevent: content_block_start\ndata: {{\"index\":0,\"content_block\":{{\"type\":\"text\",\"text\":\"x\"}}}}\n\nevent: nonsense\ndata: {Delta("end_turn")}\n\n");
        Assert.True(events.EndedWell);
        Assert.Equal("x", events.Answer.Choices[0].Text.ToString());
    }

    [Fact]
    public void A_call_with_its_input_at_the_start_has_it_as_arguments()
    {
        var events = AnthropicUpstream.PlayEvents(
            Start,
            """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{"a": "\"é"}}}""",
            StopBlock,
            Delta("tool_use"),
            StopMessage);
        Assert.Equal("""{"a": "\"é"}""", events.Answer.Choices[0].ToolCalls[0].Arguments.ToString());
    }

    [Fact]
    public void Calls_without_an_id_or_with_the_same_one_get_their_own()
    {
        string Call(int index, string id) => $$$$"""{"type":"content_block_start","index":{{{{index}}}},"content_block":{"type":"tool_use","id":"{{{{id}}}}","name":"f","input":{}}}""";
        var events = AnthropicUpstream.PlayEvents(Start, Call(0, "a"), Call(1, "a"), Call(2, ""), Delta("tool_use"), StopMessage);
        Assert.Equal(3, events.Answer.Choices[0].ToolCalls.Select(call => call.Id).Distinct().Count());
        Assert.All(events.Answer.Choices[0].ToolCalls, call => Assert.Equal("{}", call.Arguments.ToString()));
        Assert.Equal(StopReason.ToolCalls, events.Answer.Choices[0].StopReason);
    }

    [Fact]
    public void What_the_provider_ran_itself_is_passed_over()
    {
        var events = AnthropicUpstream.PlayEvents(
            Start,
            """{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{}"}}""",
            StopBlock,
            """{"type":"content_block_start","index":1,"content_block":{"type":"web_search_tool_result","content":[{"type":"text","text":"no"}]}}""",
            """{"type":"content_block_stop","index":1}""",
            """{"type":"content_block_start","index":2,"content_block":{"type":"text","text":"","citations":[]}}""",
            """{"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"text":"no"}}}""",
            Text("yes", 2),
            Delta("end_turn"),
            StopMessage);
        Assert.Equal("yes", events.Answer.Choices[0].Text.ToString());
        Assert.Empty(events.Answer.Choices[0].ToolCalls);
    }

    [Fact]
    public void An_emoji_that_is_cut_in_two_stays_whole()
    {
        var events = AnthropicUpstream.PlayEvents(Start, TextBlock, Text("a\\ud83d"), Text("\\udc4bb"), Text("\\ud83d"), StopBlock, Delta("end_turn"), StopMessage);
        Assert.Equal("a👋b\ufffd", events.Answer.Choices[0].Text.ToString());
    }

    [Fact]
    public void Hidden_thinking_is_state_alone()
    {
        var events = AnthropicUpstream.PlayEvents(
            Start,
            """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}""",
            StopBlock,
            Delta("end_turn"),
            StopMessage);
        var block = Assert.IsType<ReasoningBlock>(Assert.Single(events.Answer.Choices[0].Blocks));
        Assert.Equal((0, "c2ln"), (block.Words.Length, block.State?.Value));
    }

    [Theory]
    [InlineData("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", ErrorKind.Overloaded, "Overloaded")]
    [InlineData("""{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}""", ErrorKind.RateLimited, "slow")]
    [InlineData("""{"type":"error","error":{"type":"api_error","message":"Internal server error"}}""", ErrorKind.UpstreamFailed, "Internal server error")]
    [InlineData("""{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 1 > 0"}}""", ErrorKind.ContextTooLong, "prompt is too long: 1 > 0")]
    [InlineData("""{"error":{"message":"a proxy's"}}""", ErrorKind.UpstreamFailed, "a proxy's")]
    [InlineData("""{"error":"bare"}""", ErrorKind.UpstreamFailed, "bare")]
    [InlineData("""{"type":"error"}""", ErrorKind.UpstreamFailed, "The provider reported a failure without saying which.")]
    public void An_error_inside_the_stream_has_its_class(string json, ErrorKind kind, string message)
    {
        var events = AnthropicUpstream.PlayEvents(Start, TextBlock, Text("a"), json, Delta("end_turn"));
        Assert.Equal((kind, message), (events.Error!.Kind, events.Error.Message));
        var body = AnthropicUpstream.PlayBody(Encoding.UTF8.GetBytes(json));
        Assert.Equal((kind, message), (body.Error!.Kind, body.Error.Message));
    }

    [Theory]
    [InlineData("event: error\ndata: upstream went away\n\n", "upstream went away")]
    [InlineData("event: error\ndata: <html>\n\n", "The provider reported a failure without saying which.")]
    [InlineData("data: {\"type\":\n\n", "The provider sent a stream event that is not JSON.")]
    [InlineData("data: [1]\n\n", "The provider's answer ended before it was complete.")]
    [InlineData("", "The provider's answer ended before it was complete.")]
    public void What_is_no_event_is_a_failure(string stream, string message) => Assert.Equal(message, AnthropicUpstream.PlayText(stream).Error?.Message);

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("")]
    public void A_body_that_is_no_message_is_a_failure(string body) => Assert.True(AnthropicUpstream.PlayBody(Encoding.UTF8.GetBytes(body)).Error?.IsRetryable);

    [Fact]
    public void A_whole_body_is_read_block_by_block()
    {
        var events = AnthropicUpstream.PlayBody(Encoding.UTF8.GetBytes("""
            {"id":"msg_1","type":"message","content":[
              {"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"redacted_thinking","data":"ZGF0YQ"},
              {"type":"text","text":"one"},{"type":"tool_use","id":"t","name":"f","input":{"a":[1, 2]}},{"type":"new"},{"type":"text","text":" two"}],
             "stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":2,"output_tokens_details":{"thinking_tokens":1}}}
            """));
        Assert.True(events.EndedWell);
        var choice = events.Answer.Choices[0];
        Assert.Equal(("msg_1", "one two", "hm", StopReason.ToolCalls), (events.Answer.UpstreamId, choice.Text.ToString(), choice.Reasoning.ToString(), choice.StopReason));
        Assert.Equal("""{"a":[1, 2]}""", choice.ToolCalls[0].Arguments.ToString());
        Assert.Equal(["c2ln", "ZGF0YQ"], choice.Blocks.Select(block => block.State?.Value).OfType<string>());
        Assert.Equal(new Usage(1, 2, Reasoning: 1), events.Answer.Usage);
    }

    [Fact]
    public void The_tool_that_is_the_answer_becomes_its_text()
    {
        string[] stream =
        [
            Start,
            TextBlock,
            Text("Here it is:"),
            StopBlock,
            """{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"answer","input":{}}}""",
            """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}""",
            """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}""",
            """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"1}"}}""",
            """{"type":"content_block_stop","index":1}""",
            Delta("tool_use"),
            StopMessage,
        ];
        var choice = AnthropicUpstream.PlayText(string.Concat(stream.Select(json => $"data: {json}\n\n")), answersByTool: true).Answer.Choices[0];
        Assert.Equal(("{\"a\":1}", StopReason.Stop), (choice.Text.ToString(), choice.StopReason));
        Assert.Empty(choice.ToolCalls);

        var whole = AnthropicUpstream.PlayBody("""{"type":"message","content":[{"type":"tool_use","id":"t","name":"answer","input":{"a":1}}],"stop_reason":"tool_use"}"""u8, answersByTool: true);
        Assert.Equal("{\"a\":1}", whole.Answer.Choices[0].Text.ToString());
    }

    [Fact]
    public void Words_in_place_of_the_tool_are_not_lost()
    {
        var events = AnthropicUpstream.PlayBody("""{"type":"message","content":[{"type":"text","text":"I will not."}],"stop_reason":"end_turn"}"""u8, answersByTool: true);
        Assert.Null(events.Error);
        Assert.Equal("I will not.", events.Answer.Choices[0].Text.ToString());
    }

    [Fact]
    public void Words_in_place_of_the_tool_are_not_doubled_when_the_answer_restarts()
    {
        string[] stream = [Start, TextBlock, Text("I will"), Start, TextBlock, Text("I will not."), StopBlock, Delta("end_turn"), StopMessage];
        var events = AnthropicUpstream.PlayText(string.Concat(stream.Select(json => $"data: {json}\n\n")), answersByTool: true);
        Assert.True(events.EndedWell);
        Assert.Equal("I will not.", events.Answer.Choices[0].Text.ToString());
    }

    [Fact]
    public void Text_deltas_cost_nothing_once_their_shape_is_known()
    {
        var answer = new AnthropicAnswerReader(AnthropicUpstream.Model);
        var sink = new AnswerLength();
        answer.ReadEvent(default, Encoding.UTF8.GetBytes(Start), sink);
        answer.ReadEvent(default, Encoding.UTF8.GetBytes(TextBlock), sink);
        byte[][] deltas = [Encoding.UTF8.GetBytes(Text("Hej")), Encoding.UTF8.GetBytes(Text(" med dig").Replace("\"}}", "\"}     }", StringComparison.Ordinal)), Encoding.UTF8.GetBytes(Text("a\\n\\\"b"))];
        foreach (var delta in deltas)
            answer.ReadEvent(default, delta, sink);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++)
        {
            foreach (var delta in deltas)
                answer.ReadEvent(default, delta, sink);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(101 * ("Hej".Length + " med dig".Length + "a\\n\\\"b".Length), sink.Length);
    }

    /// <summary>Blocks that raise something before the answer restarts, and the delta that raises it.</summary>
    [Theory]
    [InlineData("""{"type":"text","text":"a"}""", null)]
    [InlineData("""{"type":"text","text":""}""", """{"type":"text_delta","text":"a"}""")]
    [InlineData("""{"type":"thinking","thinking":"a","signature":""}""", null)]
    [InlineData("""{"type":"thinking","thinking":"","signature":""}""", """{"type":"thinking_delta","thinking":"a"}""")]
    [InlineData("""{"type":"thinking","thinking":"","signature":"c2ln"}""", null)]
    [InlineData("""{"type":"redacted_thinking","data":"ZGF0YQ"}""", null)]
    [InlineData("""{"type":"tool_use","id":"t","name":"f","input":{}}""", null)]
    [InlineData("""{"type":"tool_use","id":"t","name":"answer","input":{}}""", """{"type":"input_json_delta","partial_json":"{"}""")]
    public void An_answer_that_restarts_after_it_has_raised_something_fails(string block, string? delta)
    {
        string[] stream =
        [
            Start,
            StartOf(0, block),
            .. delta is null ? Array.Empty<string>() : [$$"""{"type":"content_block_delta","index":0,"delta":{{delta}}}"""],
            StopBlock,
            Start,
            TextBlock,
        ];
        Assert.Equal("upstream_stream_restarted", AnthropicUpstream.PlayText(Sse(stream), answersByTool: block.Contains("answer", StringComparison.Ordinal)).Error?.Code);
    }

    [Theory]
    [InlineData("""{"type":"thinking","thinking":"","signature":""}""")]
    [InlineData("""{"type":"redacted_thinking","data":""}""")]
    [InlineData("""{"type":"redacted_thinking"}""")]
    [InlineData("""{"type":"new"}""")]
    public void An_answer_that_restarts_before_it_has_raised_anything_forgets_its_blocks(string block)
    {
        var raised = Raised(Start, StartOf(0, block), StartOf(1, """{"type":"text","text":""}"""), Start, StartOf(0, """{"type":"text","text":"a"}"""), Delta("end_turn"), StopMessage);
        Assert.Equal(["start msg_1", "text 0 a", "usage " + new Usage(125, 7, 100, 20), "stop 0 Stop ", "end"], raised);
    }

    [Fact]
    public void A_call_that_is_still_open_makes_a_restart_fail()
    {
        var events = AnthropicUpstream.PlayEvents(Start, StartOf(0, """{"type":"tool_use","id":"t","name":"f","input":{}}"""), Start, TextBlock);
        Assert.Equal("upstream_stream_restarted", events.Error?.Code);
    }

    [Fact]
    public void A_signature_that_was_not_raised_before_the_restart_is_forgotten()
    {
        var raised = Raised(
            Start,
            TextBlock,
            StartOf(1, """{"type":"thinking","thinking":""}"""),
            """{"type":"content_block_delta","index":1,"delta":{"type":"signature_delta","signature":"c2ln"}}""",
            Start,
            TextBlock,
            Text("a"),
            StopBlock,
            StopMessage);
        Assert.Equal(["start msg_1", "text 0 a", "usage " + new Usage(125, 1, 100, 20), "stop 0 Stop ", "end"], raised);
    }

    [Fact]
    public void The_first_start_is_no_restart_even_after_a_delta()
    {
        var events = AnthropicUpstream.PlayEvents(Text("a"), Start, TextBlock, Text("b"), Delta("end_turn"), StopMessage);
        Assert.Null(events.Error);
        Assert.Equal("ab", events.Answer.Choices[0].Text.ToString());
    }

    [Fact]
    public void A_repeated_start_before_a_new_block_is_no_restart()
    {
        var events = AnthropicUpstream.PlayEvents(Start, TextBlock, Text("a"), Start, StartOf(1, """{"type":"text","text":"b"}"""), TextBlock, Text("c"), Delta("end_turn"), StopMessage);
        Assert.Null(events.Error);
        Assert.Equal("abc", events.Answer.Choices[0].Text.ToString());
    }

    [Fact]
    public void A_block_ends_when_another_one_starts_with_its_index()
    {
        var raised = Raised(
            Start,
            StartOf(0, """{"type":"tool_use","id":"t","name":"f","input":{}}"""),
            """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"}}""",
            StartOf(0, """{"type":"tool_use","id":"u","name":"g","input":{}}"""),
            """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"b\":2}"}}""",
            TextBlock,
            Text("a\\ud83d"),
            TextBlock,
            Text("b"),
            Delta("tool_use"),
            StopMessage);
        Assert.Equal(
            [
                "start msg_1", "tool 0 0 t f", "arguments 0 0 {\\\"a\\\":1}", "tool end 0 0", "tool 0 1 u g", "arguments 0 1 {\\\"b\\\":2}", "tool end 0 1",
                "text 0 a", "text 0 \\ufffd", "text 0 b", "usage " + new Usage(125, 7, 100, 20), "stop 0 ToolCalls ", "end",
            ],
            raised);
    }

    [Fact]
    public void Every_event_without_a_type_is_known_by_its_name()
    {
        (string Name, string Data)[] stream =
        [
            ("message_start", """{"message":{"id":"msg_1","usage":{"input_tokens":5,"output_tokens":1}}}"""),
            ("content_block_start", """{"index":0,"content_block":{"type":"text","text":""}}"""),
            ("content_block_delta", """{"index":0,"delta":{"type":"text_delta","text":"a"}}"""),
            ("content_block_stop", """{"index":0}"""),
            ("content_block_delta", """{"index":0,"delta":{"type":"text_delta","text":"late"}}"""),
            ("message_delta", """{"delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":7}}"""),
            ("message_stop", "{}"),
        ];
        var raised = new RecordedEvents();
        AnthropicUpstream.PlayStream(Encoding.UTF8.GetBytes(string.Concat(stream.Select(item => $"event: {item.Name}\ndata: {item.Data}\n\n"))), [], raised);
        Assert.Equal(["start msg_1", "text 0 a", $"usage {new Usage(5, 7)}", "stop 0 Length ", "end"], raised.All);
    }

    [Fact]
    public void A_name_is_for_one_event_and_not_for_those_that_are_joined()
    {
        const string named = """{"index":0,"content_block":{"type":"text","text":"x"}}""";
        var events = AnthropicUpstream.PlayText($"data: {Start}\n\nevent: content_block_start\ndata: {named}\ndata: {StartOf(1, """{"type":"text","text":"a"}""")}\n\n{Sse(Delta("end_turn"), StopMessage)}");
        Assert.Equal("a", events.Answer.Choices[0].Text.ToString());
    }

    [Fact]
    public void Joined_events_are_read_one_by_one()
    {
        var events = AnthropicUpstream.PlayText($"data: {Start}\ndata: {TextBlock}\ndata: {Text("a")}\ndata: {Text("b")}\n\ndata: {Text("c")}\ndata: {StopBlock}\n\n{Sse(Delta("end_turn"), StopMessage)}");
        Assert.Equal(["a", "b", "c"], events.TextDeltas);
    }

    [Fact]
    public void Counts_may_follow_the_stop_reason()
    {
        var raised = Raised(Start, TextBlock, Text("a"), """{"type":"message_delta","delta":{"stop_reason":"end_turn"}}""", """{"type":"message_delta","delta":{},"usage":{"output_tokens":9}}""", StopMessage);
        Assert.Equal(["start msg_1", "text 0 a", "usage " + new Usage(125, 1, 100, 20), "stop 0 Stop ", "usage " + new Usage(125, 9, 100, 20), "end"], raised);
    }

    [Fact]
    public void Counts_alone_do_not_finish_the_answer()
    {
        var raised = Raised(Start, TextBlock, """{"type":"message_delta","delta":{},"usage":{"output_tokens":9}}""", Text("a"), Delta("end_turn"), StopMessage);
        Assert.Equal(["start msg_1", "text 0 a", "usage " + new Usage(125, 7, 100, 20), "stop 0 Stop ", "end"], raised);
    }

    [Fact]
    public void Without_counts_no_usage_is_raised()
    {
        var raised = Raised("""{"type":"message_start","message":{"id":""}}""", TextBlock, Text("a"), """{"type":"message_delta","delta":{"stop_reason":"end_turn"}}""");
        Assert.Equal(["start ", "text 0 a", "stop 0 Stop ", "end"], raised);
    }

    [Fact]
    public void An_empty_id_and_an_empty_stop_sequence_are_none()
    {
        var answer = AnthropicUpstream.PlayBody("""{"id":"","content":[{"type":"text","text":"a"}],"stop_reason":"end_turn","stop_sequence":""}"""u8).Answer;
        Assert.Null(answer.UpstreamId);
        Assert.Null(answer.Choices[0].StopSequence);
    }

    [Fact]
    public void A_marked_end_without_a_stop_reason_is_a_natural_one()
    {
        Assert.Equal(["start msg_1", "text 0 a", "usage " + new Usage(125, 1, 100, 20), "stop 0 Stop ", "end"], Raised(Start, TextBlock, Text("a"), StopBlock, StopMessage));
        Assert.Equal(["start msg_1", "usage " + new Usage(125, 1, 100, 20), "stop 0 Stop ", "end"], Raised(Start, StopMessage));
    }

    [Fact]
    public void A_marked_end_is_too_early_while_a_block_is_open_or_before_the_start()
    {
        Assert.Equal("upstream_stream_truncated", AnthropicUpstream.PlayEvents(Start, TextBlock, Text("a"), StopBlock, StartOf(1, """{"type":"text","text":"b"}"""), StopMessage).Error?.Code);
        Assert.Equal("upstream_stream_truncated", AnthropicUpstream.PlayEvents(StopMessage).Error?.Code);
    }

    [Fact]
    public void Nothing_but_counts_is_read_after_the_stop_reason()
    {
        var raised = Raised(Start, TextBlock, Text("a"), Delta("end_turn"), Text("late"), StopBlock, StartOf(1, """{"type":"text","text":"late"}"""), Text("late", 2), Delta("max_tokens"), StopMessage, Text("later"));
        Assert.Equal(["start msg_1", "text 0 a", "usage " + new Usage(125, 7, 100, 20), "stop 0 Stop ", "end"], raised);
    }

    [Fact]
    public void A_delta_of_a_block_that_has_stopped_is_dropped()
    {
        var raised = Raised(Start, TextBlock, Text("a"), Text("b"), StopBlock, Text("late"), Delta("end_turn"), StopMessage);
        Assert.Equal(["start msg_1", "text 0 a", "text 0 b", "usage " + new Usage(125, 7, 100, 20), "stop 0 Stop ", "end"], raised);
    }

    [Fact]
    public void A_delta_of_a_block_that_never_started_is_read_if_its_type_is_known()
    {
        var raised = Raised(
            Start,
            """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}""",
            StopBlock,
            Text("a", 1),
            """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{}"}}""",
            """{"type":"content_block_stop","index":3}""",
            Delta("end_turn"),
            StopMessage);
        Assert.Equal(
            ["start msg_1", "reasoning 0 hm", $"state 0  {OpaqueState.Of(StateKind.AnthropicSignature, AnthropicUpstream.Model, "c2ln")}", "text 0 a", "usage " + new Usage(125, 7, 100, 20), "stop 0 Stop ", "end"],
            raised);
    }

    [Fact]
    public void A_delta_of_another_kind_than_its_block_is_not_read()
    {
        string[] kinds = ["""{"type":"text_delta","text":"x"}""", """{"type":"thinking_delta","thinking":"x"}""", """{"type":"signature_delta","signature":"x"}""", """{"type":"input_json_delta","partial_json":"x"}""", """{"type":"new_delta","text":"x","thinking":"x","partial_json":"x"}"""];
        IEnumerable<string> Deltas(int index, int right) => kinds.Where((_, kind) => kind != right).Select(delta => $$"""{"type":"content_block_delta","index":{{index}},"delta":{{delta}}}""");
        string[] stream =
        [
            Start,
            StartOf(0, """{"type":"text","text":"a"}"""),
            .. Deltas(0, 0),
            StartOf(1, """{"type":"thinking","thinking":"b"}"""),
            .. Deltas(1, 1).Where(delta => !delta.Contains("signature", StringComparison.Ordinal)),
            StartOf(2, """{"type":"tool_use","id":"t","name":"f","input":{}}"""),
            .. Deltas(2, 3),
            StartOf(3, """{"type":"redacted_thinking","data":"ZGF0YQ"}"""),
            .. Deltas(3, -1),
            Delta("tool_use"),
            StopMessage,
        ];
        Assert.Equal(
            [
                "start msg_1", "text 0 a", "reasoning 0 b", "tool 0 0 t f", $"state 0  {OpaqueState.Of(StateKind.AnthropicRedacted, AnthropicUpstream.Model, "ZGF0YQ")}",
                "arguments 0 0 {}", "tool end 0 0", "usage " + new Usage(125, 7, 100, 20), "stop 0 ToolCalls ", "end",
            ],
            Raised(stream));
    }

    [Fact]
    public void Open_blocks_end_in_the_order_of_their_indices()
    {
        var raised = Raised(Start, StartOf(2, """{"type":"tool_use","id":"t","name":"f","input":{}}"""), StartOf(1, """{"type":"thinking","thinking":"","signature":"c2ln"}"""), Delta("tool_use"), StopMessage);
        Assert.Equal(["start msg_1", "tool 0 0 t f", $"state 0  {OpaqueState.Of(StateKind.AnthropicSignature, AnthropicUpstream.Model, "c2ln")}", "arguments 0 0 {}", "tool end 0 0"], raised.Take(5));
    }

    [Fact]
    public void Half_an_emoji_at_the_end_of_a_block_is_replaced_in_every_kind_of_text()
    {
        const string half = "\\ud83d";
        var raised = Raised(
            Start,
            StartOf(0, $$"""{"type":"thinking","thinking":"{{half}}"}"""),
            StopBlock,
            StartOf(1, """{"type":"tool_use","id":"t","name":"f","input":{"b":1}}"""),
            $$$"""{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{{{half}}}"}}""",
            Delta("tool_use"),
            StopMessage);
        Assert.Equal(["start msg_1", "reasoning 0 \\ufffd", "tool 0 0 t f", "arguments 0 0 \\ufffd", "tool end 0 0"], raised.Take(5));
    }

    [Fact]
    public void A_tool_of_another_name_is_a_call_also_where_the_answer_is_a_tool()
    {
        var events = AnthropicUpstream.PlayText(Sse(Start, StartOf(0, """{"type":"text","text":"words"}"""), StartOf(1, """{"type":"tool_use","id":"t","name":"f","input":{"a":1}}"""), Delta("tool_use"), StopMessage), answersByTool: true);
        Assert.Equal(("f", "{\"a\":1}"), (events.Answer.Choices[0].ToolCalls.Single().Name, events.Answer.Choices[0].ToolCalls[0].Arguments.ToString()));
        Assert.Equal(("words", StopReason.ToolCalls), (events.Answer.Choices[0].Text.ToString(), events.Answer.Choices[0].StopReason));
        // Without that, a tool named like it is a call as any other.
        Assert.Equal("answer", AnthropicUpstream.PlayEvents(Start, StartOf(0, """{"type":"tool_use","id":"t","name":"answer","input":{}}"""), Delta("tool_use"), StopMessage).Answer.Choices[0].ToolCalls.Single().Name);
    }

    [Theory]
    [InlineData("refusal", ""","stop_details":{"type":"refusal","explanation":"no \ud83d"}""", "no \ufffd")]
    [InlineData("refusal", ""","stop_details":{"type":"refusal"}""", "")]
    [InlineData("refusal", ""","stop_details":null""", "")]
    [InlineData("end_turn", ""","stop_details":{"type":"refusal","explanation":"no"}""", "")]
    public void A_refusal_is_explained(string reason, string details, string expected)
    {
        var events = AnthropicUpstream.PlayEvents(Start, Delta(reason, details), StopMessage);
        Assert.True(events.EndedWell);
        Assert.Equal(expected, events.Answer.Choices[0].Refusal.ToString());
    }

    [Fact]
    public void A_call_without_a_name_fails_the_answer() =>
        Assert.Equal("The provider sent a tool call without a name.", AnthropicUpstream.PlayBody("""{"content":[{"type":"tool_use","id":"t"},{"type":"text","text":"a"}]}"""u8).Error?.Message);

    [Fact]
    public void A_body_whose_content_is_no_array_has_no_text()
    {
        var events = AnthropicUpstream.PlayBody("""{"id":"msg_1","content":"a","stop_reason":"max_tokens","stop_sequence":null,"usage":{"input_tokens":1}}"""u8);
        Assert.True(events.EndedWell);
        Assert.Equal(("msg_1", "", StopReason.Length, new Usage(1, 0)), (events.Answer.UpstreamId, events.Answer.Choices[0].Text.ToString(), events.Answer.Choices[0].StopReason, events.Answer.Usage));
    }

    [Fact]
    public void A_body_without_content_is_not_complete() =>
        Assert.Equal("upstream_stream_truncated", AnthropicUpstream.PlayBody("""{"id":"msg_1","type":"message"}"""u8).Error?.Code);

    [Fact]
    public void A_body_that_is_not_JSON_says_so() =>
        Assert.Equal("The provider's answer is not JSON.", AnthropicUpstream.PlayBody("""{"content":["""u8).Error?.Message);

    [Fact]
    public void The_reader_tells_when_only_counts_may_follow()
    {
        var reader = new AnthropicAnswerReader(AnthropicUpstream.Model);
        var events = new CheckedEvents();
        foreach (var json in (string[])[Start, TextBlock, Text("a"), StopBlock])
            reader.ReadEvent(default, Encoding.UTF8.GetBytes(json), events);
        Assert.False(reader.IsFinished);
        reader.ReadEvent(default, Encoding.UTF8.GetBytes(Delta("end_turn")), events);
        Assert.True(reader.IsFinished);
        Assert.False(events.HasEnded);
        reader.ReadEvent(default, Encoding.UTF8.GetBytes(StopMessage), events);
        Assert.True(events.EndedWell);
    }

    [Fact]
    public void Broken_utf8_from_a_provider_is_replaced()
    {
        byte[] delta = [.. Encoding.UTF8.GetBytes(Text("a")), .. "\n"u8];
        delta[^5] = 0xC3;
        Assert.Equal("\ufffd", AnthropicUpstream.PlayStream([.. Encoding.UTF8.GetBytes(Sse(Start, TextBlock)), .. "data: "u8, .. delta, .. "\n"u8, .. Encoding.UTF8.GetBytes(Sse(Delta("end_turn"), StopMessage))], []).Answer.Choices[0].Text.ToString());
        Assert.Equal("\ufffd", AnthropicUpstream.PlayBody([.. "{\"content\":[{\"type\":\"text\",\"text\":\""u8, 0xC3, .. "\"}]}"u8]).Answer.Choices[0].Text.ToString());
    }

    [Theory]
    [InlineData("""{"type":"new"}""")]
    [InlineData(null)]
    public void An_answer_has_a_limited_number_of_blocks(string? block)
    {
        var reader = new AnthropicAnswerReader(AnthropicUpstream.Model);
        var sink = new AnswerLength();
        for (var index = 0; index < HeldBack.Most / 4096; index++)
            Read(index);
        Assert.Throws<InvalidDataException>(() => Read(-1));

        void Read(int index) =>
            reader.ReadEvent(default, Encoding.UTF8.GetBytes(block is null ? Text("", index) : StartOf(index, block)), sink);
    }

    [Theory]
    [InlineData("""{"type":"thinking","thinking":""}""", "signature_delta", "signature")]
    [InlineData("""{"type":"text","text":""}""", "text_delta", "text")]
    public void What_is_kept_until_the_end_of_a_block_is_limited(string block, string type, string member)
    {
        var reader = new AnthropicAnswerReader(AnthropicUpstream.Model, answersByTool: true);
        var sink = new AnswerLength();
        reader.ReadEvent(default, Encoding.UTF8.GetBytes(StartOf(0, block)), sink);
        var delta = Encoding.UTF8.GetBytes($$$"""{"type":"content_block_delta","index":0,"delta":{"type":"{{{type}}}","{{{member}}}":"{{{new string('A', HeldBack.Most / 4)}}}"}}""");
        for (var piece = 0; piece < 3; piece++)
            reader.ReadEvent(default, delta, sink);
        Assert.Throws<InvalidDataException>(() => reader.ReadEvent(default, delta, sink));
    }

    [Theory]
    [InlineData("f")]
    [InlineData("answer")]
    public void The_input_at_the_start_of_a_call_is_limited(string name)
    {
        var reader = new AnthropicAnswerReader(AnthropicUpstream.Model, answersByTool: true);
        var input = new string('A', HeldBack.Most / 2);
        var first = Encoding.UTF8.GetBytes(StartOf(0, $$$"""{"type":"tool_use","id":"t","name":"{{{name}}}","input":{"a":"{{{input}}}"}}"""));
        var sink = new AnswerLength();
        reader.ReadEvent(default, first, sink);
        Assert.Throws<InvalidDataException>(() => reader.ReadEvent(default, first, sink));
    }

    private static string StartOf(int index, string block) => $$"""{"type":"content_block_start","index":{{index}},"content_block":{{block}}}""";

    private static string Sse(params string[] events) => string.Concat(events.Select(json => $"data: {json}\n\n"));

    /// <summary>All events that a stream raises, with their content.</summary>
    private static IReadOnlyList<string> Raised(params string[] events)
    {
        var raised = new RecordedEvents();
        AnthropicUpstream.PlayStream(Encoding.UTF8.GetBytes(Sse(events)), [], raised);
        return raised.All;
    }

    private sealed class AnswerLength : AnswerFilter
    {
        public AnswerLength()
            : base(new AnswerCollector())
        {
        }

        public int Length { get; private set; }

        public override void Text(int choice, ReadOnlySpan<byte> escaped) => Length += escaped.Length;
    }
}
