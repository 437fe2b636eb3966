using System.Buffers;
using System.Text;
using Dragoman.Conversation;
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
    public void Any_other_last_status_is_a_failure()
    {
        var events = PlayText("""{"type":"response.cancelled","response":{"id":"r","status":"cancelled","output":[]}}""");
        Assert.NotNull(events.Error);
    }

    [Fact]
    public void A_count_of_tokens_is_read() =>
        Assert.Equal(11, new OpenAIResponsesOutbound().ReadTokenCount(WireFixture.Named("openai-responses/input-tokens").Body));

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
