using System.Buffers;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Dialects.OpenAIResponses.Inbound;

public sealed class ResponsesPassThroughTests
{
    private static readonly ChatRequest Request = new() { Model = "m \"x\"", Family = "openai.responses", Stream = true };

    private static string Forward(Action<IPassThrough> forward, ChatRequest? request = null)
    {
        var output = new ArrayBufferWriter<byte>();
        forward(new Dragoman.Dialects.OpenAIResponses.Inbound.OpenAIResponses().OpenPassThrough(InboundCalls.Context(request ?? Request), output)!);
        return Json.TextOf(output);
    }

    private static string Event(string name, string data) => Forward(lane => lane.ForwardEvent(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(data)));

    [Fact]
    public void Only_the_models_name_changes_in_a_response_object() => Assert.Equal(
        "event: response.created\ndata: { \"type\":\"response.created\",\"response\":{\"id\":\"r\",\"model\": \"m \\u0022x\\u0022\",\"novel\":1.0 }, \"x\":1}\n\n".Replace("\\u0022", "\\\"", StringComparison.Ordinal),
        Event("response.created", """{ "type":"response.created","response":{"id":"r","model": "gpt","novel":1.0 }, "x":1}""").Replace("\\u0022", "\\\"", StringComparison.Ordinal));

    [Theory]
    [InlineData("""{"type":"response.output_text.delta","delta":"the \"response\" of model","model":"gpt"}""")]
    [InlineData("""{"type":"response.novel","response":null}""")]
    [InlineData("""{"type":"keepalive","sequence_number":3}""")]
    public void Any_other_event_stays_as_it_is(string data) => Assert.Equal($"event: e\ndata: {data}\n\n", Event("e", data));

    [Fact]
    public void An_event_without_a_name_gets_none_and_lines_are_joined() =>
        Assert.Equal("data: {\"a\":  1}\n\n", Event("", "{\"a\":\r\n1}"));

    [Fact]
    public void A_whole_answer_changes_only_in_the_models_name()
    {
        var request = Request with { Model = "m", Stream = false };
        Assert.Equal("""{ "id":"r", "model":"m", "output":[{"model":"x"}] }""", Forward(lane => lane.ForwardBody("""{ "id":"r", "model":"gpt", "output":[{"model":"x"}] }"""u8), request));
    }

    [Fact]
    public void A_failure_goes_on_counting_where_the_provider_stopped()
    {
        var stream = Forward(lane =>
        {
            lane.ForwardEvent("response.created"u8, """{"type":"response.created","sequence_number":0,"response":{"id":"r","model":"gpt","status":"in_progress","error":null,"reasoning":{"effort":"high"}}}"""u8);
            lane.Fail(new GatewayError(ErrorKind.UpstreamFailed, Wording.Verbatim("cut")) { Code = "upstream_stream_truncated" });
        });
        var events = stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(text => Json.Parse(text[(text.IndexOf("data: ", StringComparison.Ordinal) + 6)..])).ToList();
        Assert.Equal(["error", "response.failed"], events.Select(each => each.Text("type")));
        Assert.Equal([1, 2], events.Select(each => each.GetProperty("sequence_number").GetInt32()));
        Assert.Equal("upstream_stream_truncated", events[0].Text("code"));
        var failed = events[1].GetProperty("response");
        Assert.Equal(("r", "failed", "upstream_stream_truncated", "high"), (failed.Text("id"), failed.Text("status"), failed.GetProperty("error").Text("code"), failed.GetProperty("reasoning").Text("effort")));
        Assert.Empty(Forward(lane => lane.Fail(new GatewayError(ErrorKind.UpstreamFailed, Wording.Verbatim("cut"))), Request with { Stream = false }));
    }
}
