using System.Diagnostics;
using Dragoman.Functional.Tests.FunctionsHost;
using Dragoman.Functional.Tests.Harness;
using Dragoman.FunctionsHost;
using OpenTelemetry.Proto.Trace.V1;
using Xunit;

namespace Dragoman.Functional.Tests.Telemetry;

/// <summary>Telemetry of a worker that the Functions host starts, and of a process whose collector does not answer.</summary>
public sealed class TelemetryLifeTests : IDisposable
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    private readonly ScratchDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task An_isolated_worker_sends_the_spans_of_its_requests()
    {
        await using var collector = await StandInCollector.StartAsync();
        await using var provider = await WorkerDeployment.StartProviderAsync(WorkerDeployment.AnswerWholeAsync);
        var environment = WorkerDeployment.EnvironmentFor(provider);
        foreach (var (name, value) in collector.Environment)
            environment[name] = value;
        await using var host = await WorkerHost.StartAsync(IsolatedApp.In(directory.Path, environment));
        using var client = PlainHttpClient.For(host.Address);
        using var request = Requests.OpenAIChat(stream: false, WorkerDeployment.Model);
        request.Headers.Add("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");

        using var answer = await client.SendAsync(request);

        Assert.True(answer.IsSuccessStatusCode);
        var spans = await collector.SpansAsync(2, span => Convert.ToHexStringLower(span.TraceId.Span) == TraceId);
        Assert.All(spans, each => Assert.Equal("dragoman-functions", each.Service));
        var call = Assert.Single(spans, each => each.Span.Kind == Span.Types.SpanKind.Client).Span;
        Assert.Equal("chat any", call.Name);
        Assert.Equal($"00-{TraceId}-{Convert.ToHexStringLower(call.SpanId.Span)}-01", Assert.Single(provider.Requests, sent => sent.Method == "POST").Headers["traceparent"]);
        await collector.MetricAsync("dragoman.requests", metric => metric.Sum.DataPoints.Count > 0);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task A_collector_that_does_not_answer_holds_nothing_up(string protocol)
    {
        using var deaf = await DeafServer.StartAsync();
        await using var provider = await WorkerDeployment.StartProviderAsync(WorkerDeployment.AnswerWholeAsync);
        var environment = WorkerDeployment.EnvironmentFor(provider);
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = deaf.Address.AbsoluteUri;
        environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol;
        await using var sidecar = await DragomanProcess.StartAsync("sidecar", directory.Path, environment);
        using var answer = await sidecar.Client.SendAsync(Requests.OpenAIChat(stream: false, WorkerDeployment.Model));
        Assert.True(answer.IsSuccessStatusCode);

        var began = Stopwatch.GetTimestamp();
        Assert.Equal(0, await sidecar.TerminateAsync());

        // Of these, 2 s are for the collector. The exporters by themselves would take 15 s.
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 10);
    }
}
