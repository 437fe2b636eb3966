namespace Dragoman.Startup;

/// <summary>The parts of Dragoman that read an environment variable.</summary>
[Flags]
public enum VariableReaders
{
    None = 0,
    Sidecar = 1,
    Functions = 2,
    Emulator = 4,

    /// <summary><c>nginx/render.sh</c>.</summary>
    FrontDoor = 8,

    /// <summary><c>run.sh</c>.</summary>
    RunScript = 16,

    /// <summary>The tests and their clients.</summary>
    Tests = 32,

    /// <summary>The command line, <c>dragoman</c>.</summary>
    CommandLine = 64,

    Gateway = Sidecar | Functions,
    Processes = Gateway | Emulator,
}

/// <summary>An environment variable that a part of Dragoman reads.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Readers">The parts that read it. All parts may share one environment, so each knows the variables of the others.</param>
/// <param name="Text">The description on the manual page.</param>
public sealed record KnownVariable(string Name, VariableReaders Readers, string Text)
{
    /// <summary>The names and descriptions of the variables that a part reads.</summary>
    public static IEnumerable<(string Name, string Text)> ListOf(VariableReaders reader) =>
        All.Where(variable => (variable.Readers & reader) != 0).Select(variable => (variable.Name, variable.Text));

    /// <summary>All variables; a test compares the list with the scripts and the documents.</summary>
    public static readonly IReadOnlyList<KnownVariable> All =
    [
        new("DRAGOMAN_CONFIG", VariableReaders.Gateway | VariableReaders.RunScript | VariableReaders.CommandLine, "The configuration file; gateway.json in the working directory if not set."),
        new("DRAGOMAN_LISTEN", VariableReaders.Gateway, "The IP address to listen on; 127.0.0.1 if not set."),
        new("DRAGOMAN_SIDECAR_PORT", VariableReaders.Sidecar | VariableReaders.CommandLine, "The sidecar's port; 5081 if not set, 0 for any free one."),
        new("FUNCTIONS_CUSTOMHANDLER_PORT", VariableReaders.Functions, "The port, set by the Functions host; 7071 if not set, 0 for any free one."),
        new("DRAGOMAN_EMULATOR_PORT", VariableReaders.Emulator, "The port; 4755 if not set, 0 for any free one."),
        new("DRAGOMAN_EMULATOR_URL", VariableReaders.Gateway | VariableReaders.RunScript, "The emulator's address, used when no provider is configured; http://127.0.0.1:4755/v1 if not set."),
        new("DRAGOMAN_DEBUG", VariableReaders.Processes | VariableReaders.CommandLine, "With any value, the details of an unexpected failure at the start are shown."),
        new("DRAGOMAN_DATA", VariableReaders.Gateway | VariableReaders.RunScript | VariableReaders.CommandLine, "The directory of the store dragoman.db, which is used when /store/connection is not set; data if not set."),
        new("DRAGOMAN_URL", VariableReaders.CommandLine, "The address of a gateway to administrate, such as https://gateway.example.com."),
        new("DRAGOMAN_KEY", VariableReaders.CommandLine, "The key or token for DRAGOMAN_URL, instead of what dragoman login has stored."),
        new("XDG_CONFIG_HOME", VariableReaders.CommandLine, "The directory of dragoman/credentials.json; ~/.config if not set."),
        new("NO_COLOR", VariableReaders.CommandLine, "With any value, the output has no colors."),
        new("OLLAMA_ORIGINS", VariableReaders.Gateway, "Origins of web pages that may call, separated by commas, when /access/origins is not given."),
        new("OPENAI_API_KEY", VariableReaders.Gateway, "When no provider is configured: turns OpenAI on."),
        new("MISTRAL_API_KEY", VariableReaders.Gateway, "When no provider is configured: turns Mistral on."),
        new("ANTHROPIC_API_KEY", VariableReaders.Gateway, "When no provider is configured: turns Anthropic on."),
        new("GEMINI_API_KEY", VariableReaders.Gateway, "When no provider is configured: turns Gemini on."),
        new("AZURE_OPENAI_ENDPOINT", VariableReaders.Gateway, "When no provider is configured: turns Azure OpenAI on."),
        new("AZURE_OPENAI_API_KEY", VariableReaders.Gateway, "The key for AZURE_OPENAI_ENDPOINT; Microsoft Entra ID if not set."),
        new("LMSTUDIO_BASE_URL", VariableReaders.Gateway, "When no provider is configured: an OpenAI-compatible server, such as http://127.0.0.1:1234/v1."),
        new("OTEL_EXPORTER_OTLP_ENDPOINT", VariableReaders.Gateway, "The OpenTelemetry collector that traces, metrics and logs are sent to, such as http://127.0.0.1:4317; nothing is sent if not set."),
        new("OTEL_EXPORTER_OTLP_PROTOCOL", VariableReaders.Gateway, "How the collector is spoken to: grpc or http/protobuf; grpc if not set."),
        new("OTEL_EXPORTER_OTLP_HEADERS", VariableReaders.Gateway, "Headers for the collector, such as a key, as NAME=VALUE,NAME=VALUE."),
        new("OTEL_TRACES_EXPORTER", VariableReaders.Gateway, "none, if traces are not to be sent."),
        new("OTEL_METRICS_EXPORTER", VariableReaders.Gateway, "none, if metrics are not to be sent; prometheus, to serve them at /metrics on a port of its own; otlp,prometheus for both."),
        new("OTEL_LOGS_EXPORTER", VariableReaders.Gateway, "none, if log lines are not to be sent."),
        new("OTEL_EXPORTER_PROMETHEUS_HOST", VariableReaders.Gateway, "The IP address for /metrics; 127.0.0.1 if not set."),
        new("OTEL_EXPORTER_PROMETHEUS_PORT", VariableReaders.Gateway, "The port for /metrics; 9464 if not set."),
        new("OTEL_SERVICE_NAME", VariableReaders.Gateway, "The name of the service in telemetry; that of the executable if not set."),
        new("OTEL_RESOURCE_ATTRIBUTES", VariableReaders.Gateway, "Attributes of all telemetry, as NAME=VALUE,NAME=VALUE."),
        new("OTEL_TRACES_SAMPLER", VariableReaders.Gateway, "Which traces are sent, such as parentbased_traceidratio; all if not set."),
        new("OTEL_TRACES_SAMPLER_ARG", VariableReaders.Gateway, "For the sampler, such as 0.1 for a tenth."),
        new("OTEL_SDK_DISABLED", VariableReaders.Gateway, "With true, no telemetry leaves the process."),
        new("PORT", VariableReaders.RunScript, "The port of the front door."),
        new("DRAGOMAN_NGINX_LISTEN", VariableReaders.FrontDoor, "The front door's address."),
        new("DRAGOMAN_SIDECAR", VariableReaders.FrontDoor, "The addresses of the sidecars."),
        new("DRAGOMAN_FUNCTIONS", VariableReaders.FrontDoor, "The address of the functions."),
        new("DRAGOMAN_FUNCTIONS_KEY", VariableReaders.FrontDoor, "The key that is sent to the functions."),
        new("DRAGOMAN_FRONT_KEY", VariableReaders.FrontDoor, "The key that signs what is sent to the functions."),
        new("DRAGOMAN_NGINX_MODULES", VariableReaders.FrontDoor, "The directory of nginx's modules."),
        new("DRAGOMAN_CA_CERTIFICATES", VariableReaders.FrontDoor, "The CA certificates that verify functions over https."),
        new("DRAGOMAN_TRUSTED_PROXY", VariableReaders.FrontDoor, "The proxies whose X-Forwarded-* headers are trusted."),
        new("DRAGOMAN_BODY_LIMIT", VariableReaders.FrontDoor, "The largest request body."),
        new("DRAGOMAN_LARGE_BODIES", VariableReaders.FrontDoor, "How many requests with large bodies may run at once."),
        new("DRAGOMAN_CLIENT_REQUESTS", VariableReaders.FrontDoor, "How many requests of one address may run at once."),
        new("DRAGOMAN_WORKERS", VariableReaders.FrontDoor, "The number of worker processes."),
        new("DRAGOMAN_WORKER_CONNECTIONS", VariableReaders.FrontDoor, "Connections per worker."),
        new("DRAGOMAN_OPEN_FILES", VariableReaders.FrontDoor, "File descriptors per worker."),
        new("DRAGOMAN_DRAIN", VariableReaders.FrontDoor, "How long running streams may continue after a stop or a reload."),
        new("DRAGOMAN_ACCESS_LOG", VariableReaders.FrontDoor, "The access log."),
        new("DRAGOMAN_ERROR_LOG", VariableReaders.FrontDoor, "The error log."),
        new("DRAGOMAN_REQUEST_ERROR_LOG", VariableReaders.FrontDoor, "The error log of single requests."),
        new("DRAGOMAN_NGINX_RUN", VariableReaders.FrontDoor, "The directory for the pid file and temporary files."),
        new("DRAGOMAN_ALLOW_OPEN_NETWORK", VariableReaders.FrontDoor, "Lets an open front door listen beyond loopback."),
        new("DRAGOMAN_CONFORMANCE_RESULTS", VariableReaders.Tests, "Where the conformance tests write their results."),
        new("DRAGOMAN_GENERATED_PERCENT", VariableReaders.Tests, "For the mutation tests."),
        new("DRAGOMAN_WRITE_DOCS", VariableReaders.Tests, "Lets the tests write the documents that they check."),
        new("DRAGOMAN_TEST_CONFIGURATION", VariableReaders.Tests, "For the client tests."),
        new("DRAGOMAN_TEST_DOOR", VariableReaders.Tests, "For the client tests."),
        new("DRAGOMAN_TEST_EMULATOR", VariableReaders.Tests, "For the client tests."),
        new("DRAGOMAN_TEST_KEY", VariableReaders.Tests, "For the client tests."),
        new("DRAGOMAN_TEST_KEYED", VariableReaders.Tests, "For the client tests."),
        new("DRAGOMAN_TEST_RESTLESS", VariableReaders.Tests, "For the client tests."),
        new("DRAGOMAN_TEST_SCRIPTED", VariableReaders.Tests, "For the client tests."),
    ];
}
