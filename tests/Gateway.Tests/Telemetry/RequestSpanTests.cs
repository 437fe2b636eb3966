using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Telemetry;

/// <summary>What spans say of requests that went well, were refused, and failed.</summary>
[Collection(CapturedSpans.Alone)]
public class RequestSpanTests
{
    private const string Whole = """{"id":"c1","object":"chat.completion","model":"upstream-m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""";
    private const string Chat = """{"model":"m","stream":false,"messages":[{"role":"user","content":"the-prompt"}]}""";

    private static object? Of(Activity span, string name) => span.GetTagItem(name);

    [Fact]
    public async Task A_request_that_fails_over_has_a_span_for_each_call()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 503, "application/json", """{"message":"busy"}""");
        gateway.Second.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", Whole);
        using var spans = new CapturedSpans();

        var (status, _, _) = await gateway.PostAsync("/v1/chat/completions?key=of-the-query", Chat.Replace("\"m\"", "\"both\"", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.OK, status);
        var server = Assert.Single(await OfAsync(spans, ActivityKind.Server, 1));
        var calls = spans.Of(ActivityKind.Client);
        Assert.Equal(["chat upstream-m", "chat upstream-second"], calls.Select(call => call.DisplayName));
        Assert.All(calls, call => Assert.Equal((server.TraceId, server.SpanId), (call.TraceId, call.ParentSpanId)));
        Assert.Equal((ActivityStatusCode.Error, "overloaded"), (calls[0].Status, Of(calls[0], "error.type")));
        Assert.Equal((ActivityStatusCode.Unset, null), (calls[1].Status, Of(calls[1], "error.type")));
        Assert.Equal(("mistral_ai", "two", 3L, 2L, "reported"), (Of(calls[1], "gen_ai.provider.name"), Of(calls[1], "dragoman.provider"), Of(calls[1], "gen_ai.usage.input_tokens"), Of(calls[1], "gen_ai.usage.output_tokens"), Of(calls[1], "dragoman.usage.origin")));
        Assert.Equal(("/v1/chat/completions", "/v1/chat/completions", ActivityStatusCode.Unset), (Of(server, "url.path"), Of(server, "http.route"), server.Status));
        Assert.DoesNotContain(spans.Of(ActivityKind.Server).Concat(calls).SelectMany(span => span.TagObjects), tag => $"{tag.Value}".Contains("the-prompt", StringComparison.Ordinal) || $"{tag.Value}".Contains("of-the-query", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_of_the_provider_is_a_failure_of_both_spans()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 500, "application/json", """{"message":"a-text-of-the-provider"}""");
        using var spans = new CapturedSpans();

        await gateway.PostAsync("/v1/chat/completions", Chat);

        var server = Assert.Single(await OfAsync(spans, ActivityKind.Server, 1));
        Assert.Equal((502, "upstream_failed", ActivityStatusCode.Error), (Of(server, "http.response.status_code"), Of(server, "error.type"), server.Status));
        Assert.Equal("upstream_failed", Of(Assert.Single(spans.Of(ActivityKind.Client)), "error.type"));
    }

    [Fact]
    public async Task A_mistake_of_the_client_is_no_failure_of_the_server()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var spans = new CapturedSpans();

        await gateway.PostAsync("/v1/chat/completions", "{}");
        await gateway.Client.GetAsync("/no/such/path");
        await gateway.Client.GetAsync("/health");

        var servers = await OfAsync(spans, ActivityKind.Server, 2);
        Assert.Equal([("POST /v1/chat/completions", 400), ("GET", 404)], servers.Select(span => (span.DisplayName, (int)Of(span, "http.response.status_code")!)));
        Assert.All(servers, span => Assert.Equal(ActivityStatusCode.Unset, span.Status));
    }

    [Fact]
    public async Task Embeddings_have_a_span_too()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", """{"data":[{"index":0,"embedding":[0.1]}],"usage":{"prompt_tokens":4,"total_tokens":4}}""");
        using var spans = new CapturedSpans();

        await gateway.PostAsync("/v1/embeddings", """{"model":"vectors","input":"x"}""");

        await OfAsync(spans, ActivityKind.Server, 1);
        var call = Assert.Single(spans.Of(ActivityKind.Client));
        Assert.Equal(("embeddings upstream-e", "embeddings", 4L), (call.DisplayName, Of(call, "gen_ai.operation.name"), Of(call, "gen_ai.usage.input_tokens")));
    }

    [Theory]
    [InlineData(ActivitySamplingResult.None)]
    [InlineData(ActivitySamplingResult.PropagationData)]
    public async Task A_trace_that_is_not_wanted_has_no_attributes(ActivitySamplingResult wanted)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        string? parent = null;
        gateway.First.Answer = http =>
        {
            parent = http.Request.Headers["traceparent"];
            return ScriptedUpstream.WriteAsync(http, 200, "application/json", Whole);
        };
        using var spans = new CapturedSpans(wanted);

        await gateway.PostAsync("/v1/chat/completions", Chat);

        Assert.Equal(wanted == ActivitySamplingResult.PropagationData, parent?.EndsWith("-00", StringComparison.Ordinal) == true);
        Assert.All(spans.Of(ActivityKind.Client), call => Assert.Empty(call.TagObjects));
    }

    [Fact]
    public async Task Without_a_listener_the_provider_gets_no_trace_even_if_the_client_sends_one()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        IHeaderDictionary? sent = null;
        gateway.First.Answer = http =>
        {
            sent = http.Request.Headers;
            return ScriptedUpstream.WriteAsync(http, 200, "application/json", Whole);
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(Chat) };
        request.Headers.Add("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

        await gateway.Client.SendAsync(request);

        Assert.False(sent!.ContainsKey("traceparent"));
    }

    /// <summary>The client has its answer before the span has ended.</summary>
    private static async Task<Activity[]> OfAsync(CapturedSpans spans, ActivityKind kind, int count)
    {
        Assert.True(await Task.Run(() => SpinWait.SpinUntil(() => spans.Of(kind).Length >= count, TimeSpan.FromSeconds(30))));
        return spans.Of(kind);
    }
}
