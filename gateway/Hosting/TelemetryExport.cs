using Dragoman.Pipeline;
using Dragoman.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Dragoman.Hosting;

/// <summary>
/// Sends spans, metrics and log lines over OTLP, and lets Prometheus read the metrics (docs/telemetry.md). Without a variable that asks
/// for it, none of the exporters' code runs.
/// </summary>
public static class TelemetryExport
{
    private const string MetricsPath = "/metrics";

    /// <summary>Adds the exporters to a host; nothing if nothing is to leave the process.</summary>
    /// <param name="services">The services of the host, whose configuration must have the variables of the exporters.</param>
    /// <param name="settings">What leaves the process.</param>
    /// <param name="name">The name of the service, unless a variable sets another one.</param>
    public static void AddTelemetry(this IServiceCollection services, TelemetrySettings settings, string name)
    {
        if (!settings.IsOn)
            return;
        // What the operator says in variables stands last, because the last one wins.
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource
            .AddService(name, serviceVersion: typeof(TelemetryExport).Assembly.GetName().Version?.ToString(3))
            .AddEnvironmentVariableDetector());
        if (settings.Traces)
            telemetry.WithTracing(traces => traces.AddSource(Tracing.SourceName).AddOtlpExporter());
        if (settings.Metrics || settings.Prometheus is not null)
            telemetry.WithMetrics(metrics => Add(metrics, settings));
        if (settings.Logs)
            telemetry.WithLogging(logs => logs.AddOtlpExporter(), options => options.IncludeFormattedMessage = true);
    }

    /// <summary>Answers at Prometheus's port: with the metrics at one path, and with nothing else. No other port has them.</summary>
    internal static void UsePrometheus(this WebApplication app, TelemetrySettings settings)
    {
        if (settings.Prometheus is not { Port: var port })
            return;
        app.MapWhen(http => http.Connection.LocalPort == port, own =>
        {
            own.UseOpenTelemetryPrometheusScrapingEndpoint(http => http.Request.Path == MetricsPath && HttpMethods.IsGet(http.Request.Method));
            own.Run(http =>
            {
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>Sends what is left, all at the same time. By themselves the exporters would wait for a collector that does not answer, one after the other, for 5 s each.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="longest">The longest wait.</param>
    internal static Task EndAsync(IServiceProvider services, TimeSpan longest)
    {
        var milliseconds = (int)longest.TotalMilliseconds;
        List<Action> ends = [];
        if (services.GetService<TracerProvider>() is { } traces)
            ends.Add(() => traces.Shutdown(milliseconds));
        if (services.GetService<MeterProvider>() is { } metrics)
            ends.Add(() => metrics.Shutdown(milliseconds));
        if (services.GetService<LoggerProvider>() is { } logs)
            ends.Add(() => logs.Shutdown(milliseconds));
        return Task.WhenAll(ends.Select(Task.Run));
    }

    private static void Add(MeterProviderBuilder metrics, TelemetrySettings settings)
    {
        metrics.AddMeter(GatewayMetrics.MeterName);
        if (settings.Metrics)
            metrics.AddOtlpExporter();
        if (settings.Prometheus is not null)
            metrics.AddPrometheusExporter();
    }
}
