using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Dragoman.Functional.Tests.Harness;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Dragoman.Functional.Tests.Telemetry;

/// <summary>Stands in for an OpenTelemetry collector: keeps what arrives over OTLP as HTTP with Protobuf (https://opentelemetry.io/docs/specs/otlp/).</summary>
internal sealed class StandInCollector : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ConcurrentQueue<byte[]> bodies = new();
    private readonly ConcurrentQueue<(string Service, Span Span)> spans = new();
    private readonly ConcurrentQueue<(string Service, Metric Metric)> metrics = new();
    private readonly ConcurrentQueue<(string Service, LogRecord Log)> logs = new();
    private readonly ConcurrentQueue<string> keys = new();

    private StandInCollector(WebApplication application) => this.application = application;

    /// <summary>The variables that make a process send everything here soon.</summary>
    public Dictionary<string, string?> Environment => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = this.application.Urls.Single(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
    };

    public IReadOnlyCollection<(string Service, Span Span)> Spans => spans;

    public IReadOnlyCollection<(string Service, Metric Metric)> Metrics => metrics;

    public IReadOnlyCollection<(string Service, LogRecord Log)> Logs => logs;

    /// <summary>The values of the header <c>x-collector-key</c> that came.</summary>
    public IReadOnlyCollection<string> Keys => keys;

    /// <summary>Everything that arrived, as Latin-1.</summary>
    public string Raw => string.Join('\n', bodies.Select(Encoding.Latin1.GetString));

    public static async Task<StandInCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        var collector = new StandInCollector(application);
        application.Run(collector.TakeAsync);
        await application.StartAsync();
        return collector;
    }

    /// <summary>The text of an attribute; null if it is not there.</summary>
    public static string? Text(IEnumerable<KeyValue> attributes, string name) => attributes.FirstOrDefault(each => each.Key == name)?.Value is not { } value ? null
        : value.ValueCase switch
        {
            AnyValue.ValueOneofCase.IntValue => $"{value.IntValue}",
            AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
            AnyValue.ValueOneofCase.DoubleValue => $"{value.DoubleValue}",
            AnyValue.ValueOneofCase.ArrayValue => string.Join(',', value.ArrayValue.Values.Select(each => each.StringValue)),
            _ => value.StringValue,
        };

    /// <summary>Waits for a number of spans that fit.</summary>
    public async Task<IReadOnlyList<(string Service, Span Span)>> SpansAsync(int count, Func<Span, bool> fits)
    {
        IReadOnlyList<(string Service, Span Span)> found = [];
        await Eventually.HoldsAsync(
            () => (found = [.. spans.Where(each => fits(each.Span))]).Count >= count,
            () => $"{found.Count} of {count} spans came; all: {string.Join("; ", spans.Select(each => $"{each.Service} {each.Span.Name} {each.Span.Attributes}"))}");
        return found;
    }

    /// <summary>Waits for a metric that fits.</summary>
    public async Task<Metric> MetricAsync(string name, Func<Metric, bool> fits)
    {
        Metric? found = null;
        await Eventually.HoldsAsync(
            () => (found = metrics.Select(each => each.Metric).FirstOrDefault(metric => metric.Name == name && fits(metric))) is not null,
            () => $"no {name} came that fits; all: {string.Join("; ", metrics.Select(each => each.Metric).Where(metric => metric.Name == name))}; names: {string.Join(' ', metrics.Select(each => each.Metric.Name).Distinct())}");
        return found!;
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await this.application.StopAsync(atOnce.Token);
        await this.application.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        bodies.Enqueue(body.ToArray());
        if (http.Request.Headers.TryGetValue("x-collector-key", out var key))
            keys.Enqueue(key.ToString());
        IMessage answer;
        switch (http.Request.Path.Value)
        {
            case "/v1/traces":
                foreach (var resource in ExportTraceServiceRequest.Parser.ParseFrom(body.ToArray()).ResourceSpans)
                    Add(spans, resource.Resource, resource.ScopeSpans.SelectMany(scope => scope.Spans));
                answer = new ExportTraceServiceResponse();
                break;
            case "/v1/metrics":
                foreach (var resource in ExportMetricsServiceRequest.Parser.ParseFrom(body.ToArray()).ResourceMetrics)
                    Add(metrics, resource.Resource, resource.ScopeMetrics.SelectMany(scope => scope.Metrics));
                answer = new ExportMetricsServiceResponse();
                break;
            case "/v1/logs":
                foreach (var resource in ExportLogsServiceRequest.Parser.ParseFrom(body.ToArray()).ResourceLogs)
                    Add(logs, resource.Resource, resource.ScopeLogs.SelectMany(scope => scope.LogRecords));
                answer = new ExportLogsServiceResponse();
                break;
            default:
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
        }

        http.Response.ContentType = "application/x-protobuf";
        await http.Response.Body.WriteAsync(answer.ToByteArray());
    }

    private static void Add<T>(ConcurrentQueue<(string Service, T Item)> all, Resource resource, IEnumerable<T> items)
    {
        var service = Text(resource.Attributes, "service.name") ?? "";
        foreach (var item in items)
            all.Enqueue((service, item));
    }
}
