using System.Buffers;
using System.Globalization;
using System.Net;
using Dragoman.Startup;

namespace Dragoman.Hosting;

/// <summary>
/// Which telemetry leaves the process, from OpenTelemetry's own variables
/// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). Nothing does unless a variable asks for it.
/// </summary>
/// <param name="Traces">Whether spans are sent over OTLP.</param>
/// <param name="Metrics">Whether metrics are sent over OTLP.</param>
/// <param name="Logs">Whether log lines are sent over OTLP.</param>
/// <param name="Prometheus">Where Prometheus can read the metrics; null for nowhere.</param>
public sealed record TelemetrySettings(bool Traces, bool Metrics, bool Logs, IPEndPoint? Prometheus)
{
    /// <summary>Nothing leaves the process.</summary>
    public static readonly TelemetrySettings Off = new(false, false, false, null);

    private const string Prefix = "OTEL_";
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const string PrometheusHost = "OTEL_EXPORTER_PROMETHEUS_HOST";
    private const string PrometheusPort = "OTEL_EXPORTER_PROMETHEUS_PORT";

    /// <summary>Prometheus's usual port for an exporter of OpenTelemetry.</summary>
    private const int UsualPrometheusPort = 9464;

    private const string Sampler = "OTEL_TRACES_SAMPLER";
    private const string SamplerArgument = "OTEL_TRACES_SAMPLER_ARG";

    private static readonly string[] Protocols = ["grpc", "http/protobuf"];

    private static readonly string[] Samplers = ["always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"];

    /// <summary>The characters of a header's name (RFC 9110, 5.6.2).</summary>
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Whether anything leaves the process.</summary>
    public bool IsOn => Traces || Metrics || Logs || Prometheus is not null;

    /// <summary>The variables that the exporters read by themselves.</summary>
    internal IReadOnlyList<KeyValuePair<string, string?>> Variables { get; private init; } = [];

    /// <summary>Reads the variables. An empty one counts as not set.</summary>
    /// <param name="environment">The variables of the process.</param>
    /// <param name="mistakes">Receives the messages of mistakes. A message never has the value of a header, which may be a key.</param>
    public static TelemetrySettings Read(IReadOnlyDictionary<string, string> environment, ICollection<string> mistakes)
    {
        if (Given("OTEL_SDK_DISABLED") is { } disabled && disabled.Trim().Equals("true", StringComparison.OrdinalIgnoreCase))
            return Off;
        var everywhere = IsUrl(Endpoint);
        CheckProtocol(Protocol);
        CheckHeaders("OTEL_EXPORTER_OTLP_HEADERS");
        CheckSampler();
        var (traces, _) = Exporters("TRACES");
        var (metrics, prometheus) = Exporters("METRICS");
        var (logs, _) = Exporters("LOGS");
        return new(traces, metrics, logs, prometheus ? Address() : null)
        {
            Variables = [.. environment.Where(variable => variable.Key.StartsWith(Prefix, StringComparison.Ordinal)).Select(variable => new KeyValuePair<string, string?>(variable.Key, variable.Value))],
        };

        string? Given(string name) => environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

        bool IsUrl(string name)
        {
            if (Given(name) is not { } text)
                return false;
            if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                mistakes.Add($"environment variable {name}: {Printable.Quote(text)} is not the address of a collector; allowed: a URL such as http://127.0.0.1:4318");
            else if (address.UserInfo.Length > 0)
                mistakes.Add($"environment variable {name} has a user name or a password; allowed: a URL without them, and OTEL_EXPORTER_OTLP_HEADERS for a credential");
            return true;
        }

        void CheckProtocol(string name)
        {
            if (Given(name) is { } text && !Protocols.Contains(text))
                mistakes.Add($"environment variable {name}: {Printable.Quote(text)} is not a protocol that is spoken here; allowed: {string.Join(", ", Protocols)}");
        }

        // The exporter would end the process, or never send anything.
        void CheckHeaders(string name)
        {
            if (Given(name) is not { } text || string.IsNullOrWhiteSpace(text))
                return;
            // The exporter decodes before it splits, and lets a comma end the list.
            var decoded = Uri.UnescapeDataString(text);
            var pairs = (decoded.EndsWith(',') ? decoded[..^1] : decoded).Split(',');
            if (!pairs.All(pair => pair.Split('=', 2) is [var key, _] && key.Trim() is { Length: > 0 } trimmed && !trimmed.AsSpan().ContainsAnyExcept(NameCharacters)))
                mistakes.Add($"environment variable {name} is not a list of headers; allowed: NAME=VALUE,NAME=VALUE, without a comma in a value");
        }

        // The SDK would keep all traces, and each costs.
        void CheckSampler()
        {
            if (Given(Sampler) is not { } text)
                return;
            if (!Samplers.Contains(text, StringComparer.OrdinalIgnoreCase))
                mistakes.Add($"environment variable {Sampler}: {Printable.Quote(text)} is not a sampler that there is here; allowed: {string.Join(", ", Samplers)}");
            else if (text.EndsWith("traceidratio", StringComparison.OrdinalIgnoreCase) && Given(SamplerArgument) is { } part
                && !(double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1))
                mistakes.Add($"environment variable {SamplerArgument}: {Printable.Quote(part)} is not a part of the traces; allowed: 0 to 1, such as 0.1 for a tenth");
        }

        (bool Otlp, bool Prometheus) Exporters(string signal)
        {
            var hasEndpoint = IsUrl($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT") | everywhere;
            CheckProtocol($"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL");
            CheckHeaders($"OTEL_EXPORTER_OTLP_{signal}_HEADERS");
            var name = $"OTEL_{signal}_EXPORTER";
            if (Given(name) is not { } text)
                return (hasEndpoint, false);
            string[] allowed = signal == "METRICS" ? ["otlp", "prometheus", "none"] : ["otlp", "none"];
            var words = text.Split(',', StringSplitOptions.TrimEntries);
            foreach (var word in words.Where(word => !allowed.Contains(word)))
                mistakes.Add($"environment variable {name}: {Printable.Quote(word)} is no exporter that there is here; allowed: {string.Join(", ", allowed)}");
            return (hasEndpoint && words.Contains("otlp"), words.Contains("prometheus"));
        }

        IPEndPoint Address()
        {
            var host = Given(PrometheusHost) is { } text && !text.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                ? ListenAddress.ReadAddress(text, $"environment variable {PrometheusHost}", mistakes)
                : IPAddress.Loopback;
            var port = Given(PrometheusPort) is { } digits ? ListenAddress.ReadPort(digits, $"environment variable {PrometheusPort}", mistakes) : UsualPrometheusPort;
            if (port == 0)
                mistakes.Add($"environment variable {PrometheusPort} is 0; allowed: 1 to 65535, so that Prometheus knows where to ask");
            return new(host ?? IPAddress.Loopback, port ?? UsualPrometheusPort);
        }
    }
}
