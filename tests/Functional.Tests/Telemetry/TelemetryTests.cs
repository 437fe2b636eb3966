using System.Text;
using Dragoman.Functional.Tests.Access;
using Dragoman.Functional.Tests.Harness;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Trace.V1;
using Xunit;

namespace Dragoman.Functional.Tests.Telemetry;

/// <summary>The whole deployment with a collector: nginx, sidecar, functions, and a provider that keeps what it is sent.</summary>
public sealed class TelemetryTests : IAsyncLifetime
{
    private const string ProviderKey = "sk-the-providers-own-secret-key";
    private const string CollectorKey = "the-collectors-own-secret-key";
    private const string Prompt = "zanzibar-prompt-of-the-client";
    private const string Words = "quetzal-answer-of-the-model";
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    private StandInCollector collector = null!;
    private RecordingUpstream provider = null!;
    private KeyedStack keyed = null!;
    private string key = null!;

    public async Task InitializeAsync()
    {
        collector = await StandInCollector.StartAsync();
        provider = await RecordingUpstream.StartAsync("provider", AnswerAsync);
        var environment = collector.Environment;
        environment["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-collector-key={CollectorKey}";
        environment["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=test";
        keyed = await KeyedStack.StartAsync(
            members: $$"""
            {
              "providers": { "up": { "dialect": "openai", "baseUrl": "http://{{provider.Authority}}/v1", "apiKey": "{{ProviderKey}}", "options": { "server": "generic" } } },
              "models": { "m": { "provider": "up", "model": "gpt-up" } }
            }
            """,
            environment: environment);
        await keyed.TeamAsync("web");
        key = await keyed.KeyAsync("web");
    }

    public async Task DisposeAsync()
    {
        if (keyed is not null)
            await keyed.DisposeAsync();
        if (provider is not null)
            await provider.DisposeAsync();
        if (collector is not null)
            await collector.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_is_one_trace_from_the_client_to_the_provider()
    {
        var (answer, requestId) = await ChatAsync(stream: true, $"00-{TraceId}-00f067aa0ba902b7-01");

        Assert.Contains(Words, answer, StringComparison.Ordinal);
        var spans = await collector.SpansAsync(2, span => Hex(span.TraceId) == TraceId);
        var server = Assert.Single(spans, each => each.Span.Kind == Span.Types.SpanKind.Server);
        var client = Assert.Single(spans, each => each.Span.Kind == Span.Types.SpanKind.Client);
        Assert.Equal(("dragoman-sidecar", "POST /v1/chat/completions", "00f067aa0ba902b7"), (server.Service, server.Span.Name, Hex(server.Span.ParentSpanId)));
        Assert.Equal(
            ("POST", "/v1/chat/completions", "200", requestId, "web", KeyedStack.IdOf(key)),
            (Of(server.Span, "http.request.method"), Of(server.Span, "http.route"), Of(server.Span, "http.response.status_code"), Of(server.Span, "dragoman.request_id"), Of(server.Span, "dragoman.team"), Of(server.Span, "dragoman.key")));
        Assert.Equal(("dragoman-sidecar", "chat gpt-up", server.Span.SpanId), (client.Service, client.Span.Name, client.Span.ParentSpanId));
        Assert.Equal(
            ("chat", "openai", "up", "gpt-up", "true", "chatcmpl-1", "stop", "11", "7"),
            (Of(client.Span, "gen_ai.operation.name"), Of(client.Span, "gen_ai.provider.name"), Of(client.Span, "dragoman.provider"), Of(client.Span, "gen_ai.request.model"), Of(client.Span, "gen_ai.request.stream"),
             Of(client.Span, "gen_ai.response.id"), Of(client.Span, "gen_ai.response.finish_reasons"), Of(client.Span, "gen_ai.usage.input_tokens"), Of(client.Span, "gen_ai.usage.output_tokens")));
        var sent = Assert.Single(provider.Requests);
        Assert.Equal(($"00-{TraceId}-{Hex(client.Span.SpanId)}-01", "vendor=1"), (sent.Headers["traceparent"], sent.Headers["tracestate"]));
        await LogAsync($"settled {requestId} ", TraceId);
        AssertNothingIsTold();
    }

    [Fact]
    public async Task A_request_that_is_handed_over_is_one_trace_with_nginx_and_both_processes()
    {
        var (answer, requestId) = await ChatAsync(stream: false, parent: null);

        Assert.Contains(Words, answer, StringComparison.Ordinal);
        // nginx has made the id, which is in its access log too.
        Assert.Contains($"\"request_id\":\"{requestId}\"", await File.ReadAllTextAsync(Path.Combine(keyed.Stack.Door.DirectoryPath, "access.log")), StringComparison.Ordinal);
        var spans = await collector.SpansAsync(3, span => Hex(span.TraceId) == requestId);
        Assert.Equal("true", Of(Assert.Single(spans, each => each.Service == "dragoman-sidecar").Span, "dragoman.handed_over"));
        var server = Assert.Single(spans, each => each is { Service: "dragoman-functions", Span.Kind: Span.Types.SpanKind.Server });
        var client = Assert.Single(spans, each => each is { Service: "dragoman-functions", Span.Kind: Span.Types.SpanKind.Client });
        Assert.Equal(server.Span.SpanId, client.Span.ParentSpanId);
        Assert.Equal($"00-{requestId}-{Hex(client.Span.SpanId)}-01", Assert.Single(provider.Requests).Headers["traceparent"]);
        await LogAsync($"settled {requestId} ", requestId);
        AssertNothingIsTold();
    }

    [Fact]
    public async Task Metrics_arrive_with_the_names_and_bounds_of_the_conventions()
    {
        await ChatAsync(stream: true, parent: null);

        var durations = await collector.MetricAsync("gen_ai.client.operation.duration", metric => Counted(metric, "gen_ai.request.model", "gpt-up") == 1);
        Assert.Equal([0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92], durations.Histogram.DataPoints[0].ExplicitBounds);
        await collector.MetricAsync("gen_ai.client.token.usage", metric => metric.Histogram.DataPoints.Any(point => (StandInCollector.Text(point.Attributes, "gen_ai.token.type"), point.Sum) == ("input", 11)));
        await collector.MetricAsync("gen_ai.server.time_to_first_token", metric => Counted(metric, "gen_ai.provider.name", "openai") == 1);
        await collector.MetricAsync("http.server.request.duration", metric => Counted(metric, "http.route", "/v1/chat/completions") == 1);
        await collector.MetricAsync("dragoman.requests", metric => metric.Sum.DataPoints.Any(point => (StandInCollector.Text(point.Attributes, "dragoman.provider"), StandInCollector.Text(point.Attributes, "dragoman.status_class"), point.AsInt) == ("up", "2xx", 1)));
        await collector.MetricAsync("dragoman.provider.available", metric => metric.Gauge.DataPoints.Any(point => (StandInCollector.Text(point.Attributes, "dragoman.provider"), point.AsInt) == ("up", 1)));
        await collector.MetricAsync("dragoman.ledger.behind_seconds", metric => metric.Gauge.DataPoints.Count > 0);
        Assert.All(collector.Keys, sent => Assert.Equal(CollectorKey, sent));
        AssertNothingIsTold();
    }

    private async Task<(string Answer, string RequestId)> ChatAsync(bool stream, string? parent)
    {
        using var request = Requests.Post("/v1/chat/completions?api_key_of_the_query=whatever-secret-of-the-query", $$"""{"model":"m","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{Prompt}}"}]}""");
        if (parent is not null)
        {
            request.Headers.Add("traceparent", parent);
            request.Headers.Add("tracestate", "vendor=1");
        }

        using var answer = await keyed.SendAsync(request, key);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return (text, answer.Headers.GetValues("X-Request-Id").Single());
    }

    private async Task LogAsync(string text, string traceId) => await Eventually.HoldsAsync(
        () => collector.Logs.Any(each => each.Log.Body.StringValue.StartsWith(text, StringComparison.Ordinal) && Hex(each.Log.TraceId) == traceId),
        () => $"no line '{text}' of trace {traceId} came; all: {string.Join("; ", collector.Logs.Select(each => $"{each.Service} {Hex(each.Log.TraceId)} {each.Log.Body}"))}");

    private void AssertNothingIsTold()
    {
        var sentinels = new Sentinels();
        sentinels.Add("the provider's key", ProviderKey);
        sentinels.Add("the collector's key", CollectorKey);
        sentinels.Add("the client's key", key, publicLength: 16);
        sentinels.Add("the administrator's key", KeyedStack.AdminKey);
        sentinels.Add("the prompt", Prompt);
        sentinels.Add("the answer", Words);
        sentinels.Add("the query", "whatever-secret-of-the-query");
        Assert.Empty(sentinels.FindIn("the collector", collector.Raw));
        Assert.Empty(sentinels.FindIn("the sidecar's log", keyed.Stack.Sidecar.Log));
        Assert.Empty(sentinels.FindIn("the functions' log", keyed.Stack.Functions!.Log));
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        if (!((RecordedRequest)context.Items[typeof(RecordedRequest)]!).BodyText.Contains("\"stream\":true", StringComparison.Ordinal))
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync($$$"""{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-up","choices":[{"index":0,"message":{"role":"assistant","content":"{{{Words}}}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}""");
            return;
        }

        context.Response.ContentType = "text/event-stream";
        var events = new StringBuilder()
            .Append($$$"""data: {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"gpt-up","choices":[{"index":0,"delta":{"role":"assistant","content":"{{{Words}}}"},"finish_reason":null}]}""").Append("\n\n")
            .Append("""data: {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"gpt-up","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""").Append("\n\n")
            .Append("""data: {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"gpt-up","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}""").Append("\n\n")
            .Append("data: [DONE]\n\n");
        await context.Response.WriteAsync(events.ToString());
    }

    private static string? Of(Span span, string name) => StandInCollector.Text(span.Attributes, name);

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    private static ulong Counted(Metric metric, string name, string value) =>
        metric.Histogram.DataPoints.Where(point => StandInCollector.Text(point.Attributes, name) == value).Aggregate(0UL, (sum, point) => sum + point.Count);
}
