using System.Buffers;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Dialects.OpenAIResponses.Outbound;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Gateway.Tests.Dialects.OpenAIResponses.Inbound;
using Dragoman.Wire;
using Responses = Dragoman.Dialects.OpenAIResponses.Inbound.OpenAIResponses;

namespace Dragoman.Gateway.Tests.Dialects.OpenAIResponses.Outbound;

public sealed class ResponsesReaderTests
{
    private const string Model = "gpt-5.6-terra";

    private static readonly ChatRequest Request = new() { Model = "m", Stream = true };

    private static bool IsAnswer(WireFixture fixture) => fixture is { Family: "openai-responses", IsHttpError: false } && !fixture.Name.EndsWith("input-tokens", StringComparison.Ordinal);

    public static TheoryData<string> Answers => [.. WireFixture.All.Where(IsAnswer).Select(fixture => fixture.Name)];

    public static TheoryData<string> Streams => [.. WireFixture.All.Where(fixture => IsAnswer(fixture) && !fixture.IsWholeBody).Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_means_what_its_fixture_says(string name)
    {
        var fixture = WireFixture.Named(name);
        var events = Play(fixture);
        ExpectedAnswer.Matches(fixture, events);
        if (fixture.Expect.TryGetProperty("encryptedReasoning", out var encrypted))
        {
            Assert.Equal(
                encrypted.EnumerateArray().Select(each => OpaqueState.Of(StateKind.OpenAIReasoning, Model, each.GetString()!)),
                events.Answer.Choices[0].Blocks.OfType<ReasoningBlock>().Select(block => block.State));
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_in_pieces_means_the_same(string name)
    {
        var fixture = WireFixture.Named(name);
        ExpectedAnswer.Matches(fixture, PlayStream(fixture.Body, Enumerable.Repeat(1, fixture.Body.Length)));
        for (var seed = 0; seed < 40; seed++)
            ExpectedAnswer.Matches(fixture, PlayStream(fixture.Body, Upstream.RandomSizes(seed, 1 << (seed % 11)).Take(fixture.Body.Length)));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_that_ends_early_is_never_whole(string name)
    {
        var fixture = WireFixture.Named(name);
        var text = Encoding.UTF8.GetString(fixture.Body);
        var last = text.LastIndexOf("data: ", StringComparison.Ordinal);
        for (var length = 0; length <= last; length += 7)
            Assert.False(PlayStream(fixture.Body.AsSpan(0, length), []).EndedWell);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_written_again_and_read_again_is_the_same(string name)
    {
        var output = new ArrayBufferWriter<byte>();
        var first = Play(WireFixture.Named(name), new Responses().OpenStream(InboundCalls.Context(Request), output));
        ResponsesGrammar.Read(Json.TextOf(output));
        var second = PlayStream(output.WrittenSpan, []);
        Assert.Equal(first.Error is null, second.Error is null);
        if (first.Error is not null)
            return;
        ExpectedAnswer.Same(first.Answer, second.Answer);
        Assert.Equal(first.Answer.Usage, second.Answer.Usage);
    }

    [Fact]
    public void Ids_that_change_with_every_event_do_no_harm()
    {
        var events = PlayText("""
            {"type":"response.created","response":{"id":"r"}}
            {"type":"response.output_item.added","output_index":4,"item":{"id":"a","type":"function_call","call_id":"c1","name":"f","arguments":""}}
            {"type":"response.function_call_arguments.delta","output_index":4,"item_id":"b","delta":"{\"x\":"}
            {"type":"response.output_item.added","output_index":7,"item":{"id":"c","type":"custom_tool_call","call_id":"c2","name":"p","input":""}}
            {"type":"response.function_call_arguments.delta","output_index":4,"item_id":"d","delta":"1}"}
            {"type":"response.custom_tool_call_input.delta","output_index":7,"item_id":"e","delta":"say \"hi\"\n"}
            {"type":"response.output_item.done","output_index":4,"item":{"id":"f","type":"function_call","call_id":"c1","name":"f","arguments":"{\"x\":1}"}}
            {"type":"response.completed","response":{"id":"r","status":"completed","output":[]}}
            """);
        Assert.True(events.EndedWell);
        Assert.Equal([("c1", "{\"x\":1}"), ("c2", """{"input":"say \"hi\"\n"}""")], events.Answer.Choices[0].ToolCalls.Select(call => (call.Id, call.Arguments.ToString())));
        Assert.Equal(StopReason.ToolCalls, events.Answer.Choices[0].StopReason);
    }

    [Fact]
    public void A_made_up_parallel_call_becomes_the_calls_in_it()
    {
        var events = PlayText("""
            {"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"c","name":"multi_tool_use.parallel","arguments":"{\"tool_uses\":[{\"recipient_name\":\"functions.f\",\"parameters\":{\"a\":1}},{\"recipient_name\":\"functions.g\",\"parameters\":{}}]}"}}
            {"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","call_id":"d","name":"h","arguments":""}}
            {"type":"response.completed","response":{"id":"r","status":"completed","output":[]}}
            """);
        Assert.Equal([("f", "{\"a\":1}"), ("g", "{}"), ("h", "{}")], events.Answer.Choices[0].ToolCalls.Select(call => (call.Name, call.Arguments.ToString())));
    }

    [Fact]
    public void A_made_up_parallel_call_without_a_tools_name_is_a_failure()
    {
        var events = PlayText("""
            {"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","name":"multi_tool_use.parallel","arguments":"{\"tool_uses\":[{\"recipient_name\":\"functions.f\"},{\"recipient_name\":\"functions.\"}]}"}}
            {"type":"response.completed","response":{"id":"r","status":"completed","output":[]}}
            """);
        Assert.Equal("The provider sent a tool call without a name.", events.Error!.Message);
    }

    [Fact]
    public void Lost_deltas_are_made_up_for_by_the_whole_item_and_summary_parts_stay_apart()
    {
        var events = PlayText("""
            {"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"one"}
            {"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"two"}
            {"type":"response.output_text.delta","output_index":1,"delta":"Hel"}
            {"type":"response.output_item.done","output_index":1,"item":{"type":"message","content":[{"type":"output_text","text":"Hello"}]}}
            {"type":"response.completed","response":{"id":"r","status":"completed","output":[]}}
            """);
        Assert.Equal(("Hello", "one\n\ntwo"), (events.Answer.Choices[0].Text.ToString(), events.Answer.Choices[0].Reasoning.ToString()));
    }

    [Fact]
    public void Summary_parts_of_several_deltas_stay_apart()
    {
        static string Delta(int part, string text) => $$"""{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":{{part}},"delta":"{{text}}"}""";
        Assert.Equal(
            ["start ", "reasoning 0 a", "reasoning 0 b", "reasoning 0 \\n\\n", "reasoning 0 c", "reasoning 0 d"],
            Unfinished(Delta(0, "a"), Delta(0, "b"), Delta(1, "c"), Delta(1, "d")).All);
    }

    [Fact]
    public void An_empty_delta_of_another_kind_does_not_change_how_the_next_one_is_read()
    {
        static string Delta(string kind, string text) => $$"""{"type":"response.{{kind}}.delta","output_index":0,"delta":"{{text}}"}""";
        Assert.Equal(
            ["start ", "text 0 a", "text 0 b", "text 0 c"],
            Unfinished(Delta("output_text", "a"), Delta("output_text", "b"), Delta("refusal", ""), Delta("output_text", "c")).All);
    }

    [Fact]
    public void Any_other_last_status_is_a_failure()
    {
        var events = PlayText("""{"type":"response.cancelled","response":{"id":"r","status":"cancelled","output":[]}}""");
        Assert.NotNull(events.Error);
    }

    [Fact]
    public void A_count_of_tokens_is_read() =>
        Assert.Equal(11, new OpenAIResponsesOutbound().ReadTokenCount(WireFixture.Named("openai-responses/input-tokens").Body));

    [Theory]
    [InlineData("response.created")]
    [InlineData("response.in_progress")]
    [InlineData("response.queued")]
    public void The_first_event_starts_the_answer_with_its_id(string type)
    {
        Assert.Equal(["start r"], Unfinished($$$"""{"type":"{{{type}}}","response":{"id":"r"}}""", """{"type":"response.in_progress","response":{"id":"other"}}""").All);
        Assert.Equal(["start "], Unfinished($$$"""{"type":"{{{type}}}","response":{"id":""}}""").All);
        Assert.Equal(["start "], Unfinished($$$"""{"type":"{{{type}}}","response":{}}""").All);
    }

    [Theory]
    [InlineData("response.output_text.delta", "text 0 a")]
    [InlineData("response.reasoning_summary_text.delta", "reasoning 0 a")]
    [InlineData("response.reasoning_text.delta", "reasoning 0 a")]
    [InlineData("response.refusal.delta", "refusal 0 a")]
    [InlineData("response.function_call_arguments.delta", null)]
    [InlineData("response.custom_tool_call_input.delta", null)]
    [InlineData("response.audio.delta", null)]
    public void A_delta_of_an_item_that_was_never_added_is_read_unless_it_is_part_of_a_call(string type, string? raised)
    {
        Assert.Equal(raised is null ? [] : ["start ", raised], Unfinished($$"""{"type":"{{type}}","output_index":0,"delta":"a"}""").All);
        // Without a type, the name of the event is its type.
        var named = new RecordedEvents();
        new OpenAIResponsesOutbound().OpenAnswer(Request, Model).ReadEvent(Encoding.UTF8.GetBytes(type), """{"output_index":0,"delta":"a"}"""u8, named);
        Assert.Equal(raised is null ? [] : ["start ", raised], named.All);
    }

    [Fact]
    public void Probabilities_belong_to_text_alone()
    {
        var raised = Unfinished(
            """{"type":"response.output_text.delta","output_index":0,"delta":"a","logprobs":[{"token":"a"}]}""",
            """{"type":"response.refusal.delta","output_index":0,"delta":"b","logprobs":[{"token":"b"}]}""");
        Assert.Equal(["start ", """logprobs 0 {"token":"a"}""", "text 0 a", "refusal 0 b"], raised.All);
    }

    [Fact]
    public void A_call_is_added_and_ends_once_however_often_it_is_told()
    {
        const string added = """{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f","arguments":""}}""";
        const string done = """{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f","arguments":"{\"x\":1}"}}""";
        Assert.Equal(["start ", "tool 0 0 c f", """arguments 0 0 {\"x\":1}""", "tool end 0 0"], Unfinished(added, added, done, done, added).All);
    }

    [Fact]
    public void A_message_that_is_added_raises_nothing_before_its_text()
    {
        var raised = Unfinished(
            """{"type":"response.output_item.added","output_index":0,"item":{"type":"message","content":[]}}""",
            """{"type":"response.output_item.added","output_index":1,"item":{"type":"reasoning","summary":[]}}""",
            """{"type":"response.output_item.added","output_index":2,"item":null}""",
            """{"type":"response.output_item.done","output_index":2,"item":[]}""",
            """{"type":"response.output_item.done","output_index":2}""");
        Assert.Empty(raised.All);
    }

    [Theory]
    [InlineData("completed", "", StopReason.Stop)]
    [InlineData("incomplete", "", StopReason.Length)]
    [InlineData("incomplete", ""","incomplete_details":null""", StopReason.Length)]
    [InlineData("incomplete", ""","incomplete_details":{"reason":"max_output_tokens"}""", StopReason.Length)]
    [InlineData("incomplete", ""","incomplete_details":{"reason":"content_filter"}""", StopReason.ContentFilter)]
    [InlineData("completed", ""","incomplete_details":{"reason":"content_filter"}""", StopReason.Stop)]
    public void The_status_says_how_the_answer_stopped(string status, string details, StopReason expected)
    {
        var response = $$$"""{"id":"r","status":"{{{status}}}"{{{details}}},"output":[{"type":"message","content":[{"type":"output_text","text":"a"}]}],"usage":{"input_tokens":3,"output_tokens":4}}""";
        var events = PlayText($$"""{"type":"response.{{status}}","response":{{response}}}""");
        Assert.Equal(("r", "a", expected, new Usage(3, 4)), (events.Answer.UpstreamId, events.Answer.Choices[0].Text.ToString(), events.Answer.Choices[0].StopReason, events.Answer.Usage));
        Assert.Equal(expected, PlayBody(response).Answer.Choices[0].StopReason);
    }

    [Fact]
    public void Calls_that_were_cut_off_do_not_wait_for_results()
    {
        var events = PlayBody("""{"id":"r","status":"incomplete","output":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call","call_id":"d","name":"g","arguments":"{}"}]}""");
        Assert.Equal(["f", "g"], events.Answer.Choices[0].ToolCalls.Select(call => call.Name));
        Assert.Equal(StopReason.Length, events.Answer.Choices[0].StopReason);
    }

    [Fact]
    public void The_output_of_the_last_event_is_read_only_when_no_item_came_before()
    {
        var events = PlayText("""
            {"type":"response.output_text.delta","output_index":0,"delta":"a"}
            {"type":"response.completed","response":{"id":"r","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"another"}]},{"type":"message","content":[{"type":"output_text","text":"more"}]}]}}
            """);
        Assert.Equal("a", events.Answer.Choices[0].Text.ToString());
        Assert.Equal(UsageOrigin.Absent, events.Answer.Usage.Origin);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"output\":null")]
    [InlineData(",\"output\":[]")]
    [InlineData(",\"output\":{\"0\":{\"type\":\"message\",\"content\":[{\"text\":\"x\"}]}}")]
    public void A_response_without_output_is_an_answer_without_content(string output)
    {
        var events = PlayBody($$"""{"id":"r","status":"completed"{{output}}}""");
        Assert.True(events.EndedWell, events.Error?.Message);
        Assert.Equal("", events.Answer.Choices[0].Text.ToString());
    }

    [Fact]
    public void Items_that_the_provider_left_open_end_with_the_answer()
    {
        var raised = Unfinished(
            """{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f"}}""",
            """{"type":"response.output_text.delta","output_index":1,"delta":"a\ud83d"}""",
            """{"type":"response.completed","response":{"id":"r","status":"completed","output":null}}""");
        Assert.Equal(["start ", "tool 0 0 c f", "text 0 a", "arguments 0 0 {}", "tool end 0 0", "text 0 \\ufffd", "stop 0 ToolCalls ", "end"], raised.All);
    }

    [Theory]
    [InlineData("response.failed", """{"id":"r","status":"failed","error":{"code":"server_error","message":"boom"}}""", "boom")]
    [InlineData("response.completed", """{"id":"r","status":"in_progress","output":[]}""", "The provider reported a failure without saying which.")]
    public void A_response_that_failed_is_a_failure(string type, string response, string message)
    {
        Assert.Equal(message, PlayText($$"""{"type":"{{type}}","response":{{response}}}""").Error!.Message);
        Assert.Equal(message, PlayBody(response).Error!.Message);
    }

    [Theory]
    [InlineData("""{"type":"error","code":"server_error","message":"boom"}""", "boom")]
    [InlineData("""{"type":"error","error":{"code":"server_error","message":"boom"}}""", "boom")]
    [InlineData("not json", "The provider sent a stream event that is not JSON.")]
    [InlineData("[]", "The provider sent a stream event that is not JSON.")]
    [InlineData("""{"type":"response.completed"}""", "The provider sent a stream event that is not JSON.")]
    [InlineData("""{"type":"response.new","response":{"id":"r","status":"completed"}}""", "The provider's answer ended before it was complete.")]
    public void What_is_no_answer_fails_the_stream_and_nothing_follows(string data, string message)
    {
        var events = PlayText($$"""
            {"type":"response.output_text.delta","output_index":0,"delta":"a"}
            {{data}}
            """);
        Assert.Equal(message, events.Error!.Message);
        Assert.Equal("a", events.Answer.Choices[0].Text.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("<html>")]
    [InlineData("""{"id":"r","status":"completed","output":[{]}""")]
    public void A_body_that_is_no_response_is_a_failure(string body) => Assert.Equal("The provider's answer is not JSON.", PlayBody(body).Error!.Message);

    [Fact]
    public void Marks_and_empty_events_say_nothing()
    {
        var reader = new OpenAIResponsesOutbound().OpenAnswer(Request, Model);
        var raised = new RecordedEvents();
        reader.ReadEvent(default, "  "u8, raised);
        reader.ReadEvent(default, "[DONE]"u8, raised);
        Assert.Empty(raised.All);
        Assert.False(reader.IsFinished);
        reader.ReadEvent(default, """{"type":"response.completed","response":{"id":"r","status":"completed","output":[]}}"""u8, raised);
        Assert.True(reader.IsFinished);
        reader.ReadEvent(default, "later"u8, raised);
        reader.Complete(raised);
        Assert.Equal(["start r", "stop 0 Stop ", "end"], raised.All);
    }

    [Fact]
    public void Broken_utf8_from_a_provider_is_replaced()
    {
        byte[] stream = [.. "data: {\"type\":\"response.output_text.delta\",\"delta\":\"a"u8, 0xC3, .. "\"}\n\n"u8];
        Assert.Equal("a\ufffd", PlayStream(stream, []).Answer.Choices[0].Text.ToString());
        byte[] body = [.. "{\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"content\":[{\"text\":\"a"u8, 0xC3, .. "\"}]}]}"u8];
        var events = new CheckedEvents();
        new OpenAIResponsesOutbound().OpenAnswer(Request, Model).ReadBody(body, events);
        Assert.Equal("a\ufffd", events.Answer.Choices[0].Text.ToString());
    }

    [Theory]
    [InlineData("response.output_text.delta")]
    [InlineData("response.output_item.added")]
    public void An_answer_has_a_limited_number_of_items(string type)
    {
        var reader = new OpenAIResponsesOutbound().OpenAnswer(Request, Model);
        var events = new AnswerCollector();
        for (var index = 0; index < HeldBack.Most / 4096; index++)
            Read(index);
        Assert.Throws<InvalidDataException>(() => Read(-1));

        void Read(int index) =>
            reader.ReadEvent(default, Encoding.UTF8.GetBytes($$$"""{"type":"{{{type}}}","output_index":{{{index}}},"delta":"","item":{"type":"message"}}"""), events);
    }

    /// <summary>All events that a stream raises before it ends or breaks off, with their content.</summary>
    private static RecordedEvents Unfinished(params string[] events)
    {
        var raised = new RecordedEvents();
        var reader = new OpenAIResponsesOutbound().OpenAnswer(Request, Model);
        var sink = new CheckedEvents(raised);
        foreach (var json in events)
            reader.ReadEvent(default, Encoding.UTF8.GetBytes(json), sink);
        return raised;
    }

    private static CheckedEvents PlayBody(string body)
    {
        var events = new CheckedEvents();
        new OpenAIResponsesOutbound().OpenAnswer(Request, Model).ReadBody(Encoding.UTF8.GetBytes(body), events);
        Assert.True(events.HasEnded, "neither End nor Fail");
        return events;
    }

    private static CheckedEvents PlayText(string events) =>
        PlayStream(Encoding.UTF8.GetBytes(string.Concat(events.Split('\n').Select(line => $"data: {line}\n\n"))), []);

    private static CheckedEvents Play(WireFixture fixture, IAnswerEvents? next = null)
    {
        if (!fixture.IsWholeBody)
            return PlayStream(fixture.Body, [], next);
        var events = new CheckedEvents(next);
        new OpenAIResponsesOutbound().OpenAnswer(Request, Model).ReadBody(fixture.Body, events);
        return events;
    }

    private static CheckedEvents PlayStream(ReadOnlySpan<byte> bytes, IEnumerable<int> sizes, IAnswerEvents? next = null)
    {
        var events = new CheckedEvents(next);
        var reader = new OpenAIResponsesOutbound().OpenAnswer(Request, Model);
        using var framing = new SseReader();
        foreach (var size in sizes.Append(bytes.Length))
        {
            bytes = Upstream.Feed(framing, bytes, size);
            while (framing.TryRead(out var name, out var data))
                reader.ReadEvent(name, data, events);
        }

        while (framing.TryReadLast(out var name, out var data))
            reader.ReadEvent(name, data, events);
        reader.Complete(events);
        return events;
    }
}
