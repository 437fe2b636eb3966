using System.Net;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Telemetry;

/// <summary>The metrics for Prometheus, which are at a port of their own.</summary>
public class PrometheusTests
{
    [Fact]
    public async Task The_metrics_are_at_their_own_port_alone()
    {
        var port = FreePort.Find();
        await using var stack = await DragomanStack.StartSmallAsync(new Dictionary<string, string?>
        {
            ["OTEL_METRICS_EXPORTER"] = "prometheus",
            ["OTEL_EXPORTER_PROMETHEUS_PORT"] = $"{port}",
        });
        using (var answer = await stack.Client.SendAsync(Requests.OpenAIChat(stream: true)))
            await answer.Content.ReadAsStringAsync();
        using var prometheus = PlainHttpClient.For(new Uri($"http://127.0.0.1:{port}"));
        var metrics = "";
        await Eventually.HoldsAsync(
            async () => (metrics = await prometheus.GetStringAsync("/metrics")).Contains("gen_ai_client_operation_duration_seconds_bucket", StringComparison.Ordinal),
            () => metrics);

        Assert.Contains("dragoman_requests_total{", metrics, StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration_seconds_bucket{", metrics, StringComparison.Ordinal);
        Assert.Contains("dragoman_provider_available{", metrics, StringComparison.Ordinal);
        using var other = await prometheus.GetAsync("/health");
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        using var atSidecar = await stack.Sidecar.Client.GetAsync("/metrics");
        using var atDoor = await stack.Client.GetAsync("/metrics");
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (atSidecar.StatusCode, atDoor.StatusCode));
    }
}
