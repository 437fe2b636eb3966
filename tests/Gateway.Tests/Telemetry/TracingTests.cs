using System.Diagnostics;
using Dragoman.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Telemetry;

[Collection(CapturedSpans.Alone)]
public class TracingTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Parent = $"00-{TraceId}-00f067aa0ba902b7-01";

    [Fact]
    public void Without_a_listener_there_is_no_span()
    {
        Assert.False(Tracing.IsOn);
        Assert.Null(Tracing.StartRequest("GET /", new HeaderDictionary(), "r"));
        Assert.Empty(Tracing.HeadersForProvider());
    }

    [Theory]
    [InlineData("0af7651916cd43dd8448eb211c80319c", "0af7651916cd43dd8448eb211c80319c")]
    [InlineData("0AF7651916CD43DD8448EB211C80319C", null)]
    [InlineData("00000000000000000000000000000000", null)]
    [InlineData("my-own-id", null)]
    [InlineData("", null)]
    public void A_new_trace_has_the_id_of_the_request_or_its_hash(string requestId, string? expected)
    {
        var id = Tracing.TraceIdOf(requestId).ToHexString();

        Assert.Equal(expected ?? id, id);
        Assert.Equal(id, Tracing.TraceIdOf(requestId).ToHexString());
        Assert.NotEqual(Tracing.TraceIdOf("another").ToHexString(), id);
        Assert.NotEqual(new string('0', 32), id);
        using var spans = new CapturedSpans();
        using var span = Tracing.StartRequest("GET /", new HeaderDictionary(), requestId);
        Assert.Equal((id, default(ActivitySpanId)), (span!.TraceId.ToHexString(), span.ParentSpanId));
    }

    [Fact]
    public void The_trace_of_the_client_goes_on_to_the_provider()
    {
        using var spans = new CapturedSpans();
        using var span = Tracing.StartRequest("GET /", new HeaderDictionary { ["traceparent"] = Parent, ["tracestate"] = new(["a=1", "b=2"]) }, "r");

        Assert.Equal((TraceId, "00f067aa0ba902b7"), (span!.TraceId.ToHexString(), span.ParentSpanId.ToHexString()));
        Assert.Equal([("traceparent", $"00-{TraceId}-{span.SpanId}-01"), ("tracestate", "a=1,b=2")], Tracing.HeadersForProvider());
    }

    [Theory]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")]
    [InlineData("nonsense")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01,00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [InlineData("")]
    public void A_parent_that_is_none_begins_a_new_trace(string parent)
    {
        using var spans = new CapturedSpans();
        using var span = Tracing.StartRequest("GET /", new HeaderDictionary { ["traceparent"] = parent }, "0af7651916cd43dd8448eb211c80319c");

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", span!.TraceId.ToHexString());
    }

    [Fact]
    public void Two_parents_are_none()
    {
        using var spans = new CapturedSpans();
        using var span = Tracing.StartRequest("GET /", new HeaderDictionary { ["traceparent"] = new([Parent, Parent]) }, "r");

        Assert.NotEqual(TraceId, span!.TraceId.ToHexString());
    }

    [Theory]
    [InlineData(512, true)]
    [InlineData(513, false)]
    public void A_state_that_is_too_long_is_left_out(int length, bool isPassedOn)
    {
        using var spans = new CapturedSpans();
        var state = "a=" + new string('x', length - 2);
        using var span = Tracing.StartRequest("GET /", new HeaderDictionary { ["traceparent"] = Parent, ["tracestate"] = state }, "r");

        Assert.Equal(isPassedOn ? state : null, span!.TraceStateString);
    }

    [Fact]
    public void A_state_that_no_header_may_have_is_left_out()
    {
        using var spans = new CapturedSpans();
        using var span = Tracing.StartRequest("GET /", new HeaderDictionary { ["traceparent"] = Parent, ["tracestate"] = "a=ü" }, "r");

        Assert.Equal(TraceId, span!.TraceId.ToHexString());
        Assert.Null(span.TraceStateString);
    }

    [Fact]
    public void A_span_of_somebody_else_does_not_reach_the_provider()
    {
        using var spans = new CapturedSpans();
        using var foreign = new Activity("foreign").Start();

        Assert.Empty(Tracing.HeadersForProvider());
    }
}
