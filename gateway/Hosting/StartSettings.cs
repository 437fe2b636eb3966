using System.Net;
using Dragoman.Configuration;
using Dragoman.Startup;

namespace Dragoman.Hosting;

/// <summary>The settings of a process. Arguments override variables, and variables override the configuration file.</summary>
/// <param name="Address">The address to listen on.</param>
/// <param name="Port">The port to listen on; 0 takes any free port.</param>
/// <param name="Configuration">The configuration.</param>
public sealed record StartSettings(IPAddress Address, int Port, GatewayConfiguration Configuration)
{
    private const string ConfigVariable = "DRAGOMAN_CONFIG";
    private const string ListenVariable = "DRAGOMAN_LISTEN";

    private static readonly CommandOption Config = new("--config", "FILE", $"The configuration file, instead of {ConfigVariable}.");
    private static readonly CommandOption Providers = new("--providers", null, "Shows the providers that are on, each on a line with its dialect and address, instead of serving.");
    private static readonly CommandOption Health = new("--health", null, "Asks the process that serves at the same address and port whether it accepts requests, instead of serving. The exit code is 0 if it does, and 1 if not.");
    private static readonly CommandOption Urls = new("--urls", "URLS", "") { Refusal = "Dragoman listens on one address; allowed: --listen ADDRESS and --port N" };
    private static readonly CommandOption Listen = new("--listen", "ADDRESS", $"The IP address to listen on, instead of {ListenVariable}.");

    /// <summary>Whether the process only shows its providers.</summary>
    public bool ListsProviders { get; private init; }

    /// <summary>Whether the process only asks another one about its health.</summary>
    public bool AsksForHealth { get; private init; }

    /// <summary>Lines for the operator at the start.</summary>
    public IReadOnlyList<string> Notices { get; private init; } = [];

    /// <summary>The telemetry that leaves the process.</summary>
    public TelemetrySettings Telemetry { get; private init; } = TelemetrySettings.Off;

    /// <summary>Reads arguments, variables and the configuration file, and collects the mistakes of all of them.</summary>
    /// <param name="arguments">The arguments of the process.</param>
    /// <param name="environment">The variables of the process.</param>
    /// <param name="name">The executable's name.</param>
    /// <param name="portVariable">The variable with the port.</param>
    /// <param name="defaultPort">The port when neither an argument nor the variable sets one.</param>
    /// <param name="page">The text to print instead of serving, such as the help; null when the process is to serve.</param>
    /// <exception cref="ConfigurationException">There is at least one mistake.</exception>
    public static StartSettings Read(
        string[] arguments, IReadOnlyDictionary<string, string> environment, string name, string portVariable, int defaultPort, out string? page)
    {
        var port = new CommandOption("--port", "N", $"The port, instead of {portVariable}; 0 takes any free one.");
        CommandOption[] options = [Config, Listen, port, Providers, Health, Urls, CommandOption.Help, CommandOption.Version];
        var line = CommandLine.Read(arguments, options);
        page = line.Has(CommandOption.Help) ? PageOf(name, options).Render().TrimEnd()
            : line.Has(CommandOption.Version) ? $"{name} {typeof(StartSettings).Assembly.GetName().Version?.ToString(3)}"
            : null;
        if (page is not null)
            return new StartSettings(IPAddress.Loopback, 0, Nothing);

        List<string> mistakes = [.. line.Mistakes, .. ProcessEnvironment.FindMistakes(environment, ReaderOf(name), ConfigurationReader.VariableNames)];
        var (givenAddress, givenPort) = (Given(Listen, ListenVariable), Given(port, portVariable));
        var framework = FrameworkVariables.Read(environment, ListenVariable, portVariable, (givenPort ?? givenAddress)?.Source, mistakes);
        var address = givenAddress is var (text, source) ? ListenAddress.ReadAddress(text, source, mistakes) : framework.Address ?? IPAddress.Loopback;
        var number = givenPort is var (digits, where) ? ListenAddress.ReadPort(digits, where, mistakes) : framework.Port ?? defaultPort;
        var telemetry = TelemetrySettings.Read(environment, mistakes);
        if (telemetry.Prometheus is { Port: var metricsPort } && metricsPort == number)
            mistakes.Add($"the port of the metrics is {metricsPort}, which is the port of the clients; allowed: another one in OTEL_EXPORTER_PROMETHEUS_PORT");
        GatewayConfiguration? configuration = null;
        if (ProcessEnvironment.FindDirectoryMistake() is { } noDirectory)
            throw new ConfigurationException([.. mistakes, noDirectory]);
        try
        {
            var file = Given(Config, ConfigVariable);
            configuration = ConfigurationReader.Read(file?.Text, environment, file?.Source);
        }
        catch (ConfigurationException error)
        {
            mistakes.AddRange(error.Mistakes);
        }

        return mistakes.Count > 0 ? throw new ConfigurationException(mistakes) : new StartSettings(address!, number!.Value, configuration!)
        {
            ListsProviders = line.Has(Providers),
            AsksForHealth = line.Has(Health),
            Notices = framework.Notices,
            Telemetry = telemetry,
        };

        // An empty variable counts as not set.
        (string Text, string Source)? Given(CommandOption option, string variable) =>
            line.ValueOf(option) is { } value ? (value, $"argument {option.Name}")
            : environment.TryGetValue(variable, out var set) && set.Length > 0 ? (set, $"environment variable {variable}")
            : null;
    }

    private static GatewayConfiguration Nothing => new([], [], new AccessSettings(AccessMode.Open, AllowsOpenNetwork: false), LimitSettings.Default);

    private static VariableReaders ReaderOf(string name) =>
        name.EndsWith("functions", StringComparison.Ordinal) ? VariableReaders.Functions : VariableReaders.Sidecar;

    private static ManualPage PageOf(string name, CommandOption[] options) => new(
        name,
        ReaderOf(name) == VariableReaders.Sidecar
            ? "the gateway for Ollama, OpenAI and Anthropic clients, streams included"
            : "the gateway as a custom handler of Azure Functions",
        options,
        ReaderOf(name))
    {
        VariableNotes =
        [
            "Every member of the configuration is a variable too, with two underscores between the names: DRAGOMAN__limits__requestBytes=1048576, DRAGOMAN__providers__mistral__apiKey=env:KEY. Objects and lists are given as JSON.",
            "Without any of --listen, --port and their variables, ASPNETCORE_URLS and ASPNETCORE_HTTP_PORTS count, with one http address or one port; DOTNET_URLS, DOTNET_HTTP_PORTS, URLS and HTTP_PORTS too. HTTPS_PORTS, Kestrel__ and Logging__ are mistakes.",
            "Any other variable that begins with DRAGOMAN_ is a mistake, unless another part of Dragoman reads it, or Kubernetes has set it for a Service.",
        ],
        Files =
        [
            (ConfigurationReader.UsualFile, "The configuration in the working directory, read when no other file is named; it need not exist. Described in docs/configuration.md and docs/gateway.schema.json."),
            ("gateway.d/*.json", "Overlays beside the configuration, read in the order of their names. Each overrides what is read before it."),
        ],
    };
}
