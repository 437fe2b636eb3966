using System.Net;
using Dragoman.Hosting;

namespace Dragoman.Gateway.Tests.Hosting;

public class TelemetrySettingsTests
{
    private const string Collector = "http://127.0.0.1:4318";

    private static (TelemetrySettings Settings, List<string> Mistakes) Read(params (string Name, string Value)[] variables)
    {
        var mistakes = new List<string>();
        return (TelemetrySettings.Read(variables.ToDictionary(each => each.Name, each => each.Value), mistakes), mistakes);
    }

    [Fact]
    public void Nothing_leaves_the_process_by_itself()
    {
        Assert.False(Read().Settings.IsOn);
        Assert.False(Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "")).Settings.IsOn);
        Assert.False(Read(("OTEL_SERVICE_NAME", "x"), ("OTEL_METRICS_EXPORTER", "otlp")).Settings.IsOn);
        Assert.False(Read(("OTEL_EXPORTER_OTLP_ENDPOINT", Collector), ("OTEL_METRICS_EXPORTER", "prometheus"), ("OTEL_SDK_DISABLED", "TRUE")).Settings.IsOn);
    }

    [Fact]
    public void One_address_is_for_everything()
    {
        var (settings, mistakes) = Read(("OTEL_EXPORTER_OTLP_ENDPOINT", Collector), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("PATH", "x"));

        Assert.Empty(mistakes);
        Assert.Equal((true, true, true, null), (settings.Traces, settings.Metrics, settings.Logs, settings.Prometheus));
        Assert.Equal(["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL"], settings.Variables.Select(variable => variable.Key));
    }

    [Fact]
    public void Each_signal_can_be_on_or_off_alone()
    {
        var one = Read(("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", Collector)).Settings;
        var others = Read(("OTEL_EXPORTER_OTLP_ENDPOINT", Collector), ("OTEL_TRACES_EXPORTER", "none"), ("OTEL_LOGS_EXPORTER", "none")).Settings;

        Assert.Equal((false, false, true), (one.Traces, one.Metrics, one.Logs));
        Assert.Equal((false, true, false), (others.Traces, others.Metrics, others.Logs));
    }

    [Theory]
    [InlineData("prometheus", false)]
    [InlineData("otlp, prometheus", true)]
    public void Prometheus_asks_at_an_address_of_its_own(string exporters, bool isSent)
    {
        var usual = Read(("OTEL_METRICS_EXPORTER", exporters), ("OTEL_EXPORTER_OTLP_ENDPOINT", Collector)).Settings;
        var chosen = Read(("OTEL_METRICS_EXPORTER", exporters), ("OTEL_EXPORTER_PROMETHEUS_HOST", "0.0.0.0"), ("OTEL_EXPORTER_PROMETHEUS_PORT", "9000")).Settings;

        Assert.Equal((isSent, new IPEndPoint(IPAddress.Loopback, 9464)), (usual.Metrics, usual.Prometheus));
        Assert.Equal((false, new IPEndPoint(IPAddress.Any, 9000)), (chosen.Metrics, chosen.Prometheus));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "environment variable OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' is not the address of a collector; allowed: a URL such as http://127.0.0.1:4318")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "x", "environment variable OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'x' is not the address of a collector; allowed: a URL such as http://127.0.0.1:4318")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://u:secret@collector", "environment variable OTEL_EXPORTER_OTLP_ENDPOINT has a user name or a password; allowed: a URL without them, and OTEL_EXPORTER_OTLP_HEADERS for a credential")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "environment variable OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' is not a protocol that is spoken here; allowed: grpc, http/protobuf")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "http", "environment variable OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http' is not a protocol that is spoken here; allowed: grpc, http/protobuf")]
    [InlineData("OTEL_TRACES_EXPORTER", "zipkin", "environment variable OTEL_TRACES_EXPORTER: 'zipkin' is no exporter that there is here; allowed: otlp, none")]
    [InlineData("OTEL_METRICS_EXPORTER", "otlp,console", "environment variable OTEL_METRICS_EXPORTER: 'console' is no exporter that there is here; allowed: otlp, prometheus, none")]
    [InlineData("OTEL_TRACES_SAMPLER", "traceidratioo", "environment variable OTEL_TRACES_SAMPLER: 'traceidratioo' is not a sampler that there is here; allowed: always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "the-secret-alone", "environment variable OTEL_EXPORTER_OTLP_HEADERS is not a list of headers; allowed: NAME=VALUE,NAME=VALUE, without a comma in a value")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "key=one%2Ctwo", "environment variable OTEL_EXPORTER_OTLP_HEADERS is not a list of headers; allowed: NAME=VALUE,NAME=VALUE, without a comma in a value")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "my key=secret", "environment variable OTEL_EXPORTER_OTLP_LOGS_HEADERS is not a list of headers; allowed: NAME=VALUE,NAME=VALUE, without a comma in a value")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", ",", "environment variable OTEL_EXPORTER_OTLP_HEADERS is not a list of headers; allowed: NAME=VALUE,NAME=VALUE, without a comma in a value")]
    public void A_mistake_is_named(string name, string value, string message) =>
        Assert.Equal([message], Read((name, value)).Mistakes.Select(mistake => mistake.Replace('"', '\'')));

    /// <summary>The SDK takes what it cannot read for all traces.</summary>
    [Theory]
    [InlineData("traceidratio", "10")]
    [InlineData("parentbased_traceidratio", "a tenth")]
    [InlineData("parentbased_traceidratio", "0,1")]
    [InlineData("TraceIdRatio", "NaN")]
    public void A_mistake_in_the_part_of_the_traces_is_named(string sampler, string part) => Assert.Equal(
        [$"environment variable OTEL_TRACES_SAMPLER_ARG: \"{part}\" is not a part of the traces; allowed: 0 to 1, such as 0.1 for a tenth"],
        Read(("OTEL_TRACES_SAMPLER", sampler), ("OTEL_TRACES_SAMPLER_ARG", part)).Mistakes);

    [Theory]
    [InlineData("OTEL_TRACES_SAMPLER", "ParentBased_TraceIdRatio")]
    [InlineData("OTEL_TRACES_SAMPLER", "always_off")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "key=a=b, other=,")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abc")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", " ")]
    public void What_the_exporters_understand_is_no_mistake(string name, string value) =>
        Assert.Empty(Read((name, value), ("OTEL_TRACES_SAMPLER_ARG", "0.10")).Mistakes);

    [Theory]
    [InlineData("OTEL_EXPORTER_PROMETHEUS_HOST", "example.com")]
    [InlineData("OTEL_EXPORTER_PROMETHEUS_PORT", "70000")]
    [InlineData("OTEL_EXPORTER_PROMETHEUS_PORT", "0")]
    public void A_mistake_in_the_address_of_the_metrics_is_named(string name, string value) =>
        Assert.Contains(name, Assert.Single(Read(("OTEL_METRICS_EXPORTER", "prometheus"), (name, value)).Mistakes), StringComparison.Ordinal);
}
