using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Dialects.Anthropic.Outbound;

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
