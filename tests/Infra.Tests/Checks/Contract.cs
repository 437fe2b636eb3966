using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dragoman.Infra.Tests.Model;
using Dragoman.Infra.Tests.Tools;
using Dragoman.Startup;

namespace Dragoman.Infra.Tests.Checks;

/// <summary>What the templates say about the processes is so: variables are read, ports listened on, probes routes, alerts about real log lines.</summary>
internal static partial class Contract
{
    private const string ConfigurationPrefix = "DRAGOMAN__";

    /// <summary>The variables of the OpenTelemetry specification.</summary>
    private const string TelemetryPrefix = "OTEL_";

    /// <summary>Variables of the platform and its libraries, not of Dragoman.</summary>
    private static readonly string[] OfThePlatform =
    [
        "AZURE_CLIENT_ID", "AzureWebJobsStorage__accountName", "AzureWebJobsStorage__credential", "AzureWebJobsStorage__clientId",
        "APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        "OTEL_SERVICE_NAME", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
        "OTEL_LOGS_EXPORTER", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG",
    ];

    private static readonly Lazy<JsonNode> Schema = new(() => Parse("docs/gateway.schema.json"));

    private static readonly Lazy<string> Sources = new(() => string.Concat(
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "gateway"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)).Select(File.ReadAllText)));

    /// <summary>What is not so, one line each.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(Deployment deployment) =>
    [
        .. FindVariables(deployment), .. FindPorts(deployment), .. FindProbes(deployment), .. FindNames(deployment), .. FindRuntime(deployment),
        .. FindAlerts(deployment), .. FindCollector(deployment), .. FindEvents(deployment), .. await FindFrontDoorAsync(deployment),
    ];

    private static IEnumerable<string> FindVariables(Deployment deployment) =>
        Unread("front", deployment.VariablesOf("front"), VariableReaders.FrontDoor)
            .Concat(Unread("sidecar", deployment.VariablesOf("sidecar"), VariableReaders.Sidecar))
            .Concat(Unread("functions", deployment.Settings, VariableReaders.Functions));

    /// <summary>The variables of a process that it does not read, or not with this value, one line each.</summary>
    public static IEnumerable<string> Unread(string process, IReadOnlyDictionary<string, string> variables, VariableReaders reader)
    {
        foreach (var (name, value) in variables)
        {
            if (name.StartsWith(ConfigurationPrefix, StringComparison.Ordinal))
            {
                if (FindMember(name[ConfigurationPrefix.Length..].Split("__"), value) is { } mistake)
                    yield return $"{process}: {name} {mistake}";
                // Of the configuration, nginx/render.sh reads the mode only.
                else if (process == "front" && name != "DRAGOMAN__access__mode")
                    yield return $"front: {name} is not read by nginx/render.sh";
            }
            else if (!OfThePlatform.Contains(name) && !name.StartsWith(TelemetryPrefix, StringComparison.Ordinal) && !KnownVariable.All.Any(known => known.Name == name && (known.Readers & reader) != 0))
            {
                yield return $"{process}: {name} is not read by it";
            }
        }
    }

    private static string? FindMember(string[] path, string value)
    {
        JsonNode node = Schema.Value;
        foreach (var name in path)
        {
            node = Follow(node);
            if (node["properties"]?[name] is { } member)
                node = member;
            else if (node["additionalProperties"] is JsonObject any)
                node = any;
            else
                return $"is no member of the configuration: {name}";
        }

        node = Follow(node);
        if (node["enum"] is JsonArray allowed && !allowed.Any(each => (string?)each == value))
            return $"is {value}; allowed are {string.Join(", ", allowed.Select(each => each!.ToString()))}";
        return null;
    }

    private static JsonNode Follow(JsonNode node)
    {
        while ((string?)node["$ref"] is { } reference)
        {
            JsonNode target = Schema.Value;
            foreach (var segment in reference.TrimStart('#', '/').Split('/'))
                target = target[segment]!;
            node = target;
        }

        return node;
    }

    private static IEnumerable<string> FindPorts(Deployment deployment)
    {
        var front = deployment.VariablesOf("front");
        var sidecar = deployment.VariablesOf("sidecar");
        var frontPort = deployment.App["properties.configuration.ingress.targetPort"];
        var sidecarPort = sidecar.GetValueOrDefault("DRAGOMAN_SIDECAR_PORT") ?? "5081";
        if (front.GetValueOrDefault("DRAGOMAN_NGINX_LISTEN") != $"0.0.0.0:{frontPort}")
            yield return $"the ingress leads to port {frontPort}, and nginx listens at {front.GetValueOrDefault("DRAGOMAN_NGINX_LISTEN") ?? "127.0.0.1:11434"}";
        if (front.GetValueOrDefault("DRAGOMAN_SIDECAR") != $"127.0.0.1:{sidecarPort}")
            yield return $"nginx asks the sidecar at {front.GetValueOrDefault("DRAGOMAN_SIDECAR")}, and the sidecar listens at port {sidecarPort}";
        if (sidecar.GetValueOrDefault("DRAGOMAN_LISTEN") != "0.0.0.0")
            yield return "the probes of the sidecar come from outside, where it does not listen";
        foreach (var (path, port) in deployment.App.Facts.Where(fact => ProbePort().IsMatch(fact.Key)))
        {
            var own = path.Contains("containers[front]", StringComparison.Ordinal) ? frontPort : sidecarPort;
            if (port != own)
                yield return $"{path} is {port}, and the container listens at {own}";
        }
    }

    private static IEnumerable<string> FindProbes(Deployment deployment)
    {
        foreach (var (path, route) in deployment.App.Facts.Where(fact => fact.Key.EndsWith(".httpGet.path", StringComparison.Ordinal)))
        {
            var name = route.TrimStart('/');
            var expected = path.Contains("[Readiness]", StringComparison.Ordinal) ? "ready" : "health";
            var file = Path.Combine(Repository.Root, "functions/custom", name, "function.json");
            if (name != expected || !File.Exists(file) || (string?)JsonNode.Parse(File.ReadAllText(file))!["bindings"]![0]!["route"] != name)
                yield return $"{path} is {route}; it must be the route /{expected}";
        }

        foreach (var probe in (string[])["containers[front].probes[Readiness].httpGet", "containers[front].probes[Liveness].tcpSocket", "containers[sidecar].probes[Startup].httpGet", "containers[sidecar].probes[Liveness].httpGet"])
        {
            if (deployment.App[$"properties.template.{probe}.port"] is null)
                yield return $"there is no {probe}";
        }
    }

    private static IEnumerable<string> FindNames(Deployment deployment)
    {
        var vault = deployment.Of("Microsoft.KeyVault/vaults").Single().Name;
        var sidecar = deployment.VariablesOf("sidecar");
        var front = deployment.VariablesOf("front");
        var accounts = deployment.Of("Microsoft.Storage/storageAccounts").Select(account => account.Name).ToList();
        var servers = deployment.Of("Microsoft.DBforPostgreSQL/flexibleServers").Select(server => server.Name);
        var identity = deployment.Of("Microsoft.ManagedIdentity/userAssignedIdentities").Single().Name;
        List<(string Name, string? Value, string[] Allowed)> rules =
        [
            ("DRAGOMAN__keyVault__uri", sidecar.GetValueOrDefault("DRAGOMAN__keyVault__uri"), [$"https://{vault}.vault.azure.net/"]),
            ("AZURE_CLIENT_ID", sidecar.GetValueOrDefault("AZURE_CLIENT_ID"), ["<clientId>"]),
            ("DRAGOMAN__store__connection", sidecar.GetValueOrDefault("DRAGOMAN__store__connection"),
                [.. accounts.Where(account => account.EndsWith('l')).Select(account => $"tables:https://{account}.table.core.windows.net/dragoman"),
                 .. servers.Select(server => $"postgres://{identity}@{server}.postgres.database.azure.com/dragoman?auth=entra")]),
            ("DRAGOMAN_DATA of the sidecar", sidecar.GetValueOrDefault("DRAGOMAN_DATA"), [deployment.App["properties.template.containers[sidecar].volumeMounts[0].mountPath"] ?? "a volume"]),
            ("DRAGOMAN__access__stateKey", sidecar.GetValueOrDefault("DRAGOMAN__access__stateKey"), ["keyvault:dragoman-state-key"]),
            ("access.mode of nginx", front.GetValueOrDefault("DRAGOMAN__access__mode"), [sidecar.GetValueOrDefault("DRAGOMAN__access__mode") ?? "open"]),
            ("first host name", sidecar.GetValueOrDefault("DRAGOMAN__access__hosts")?.Split(", ")[0].TrimStart('='), [$"{deployment.App.Name}.<defaultDomain>"]),
        ];
        if (deployment.Functions is { } functions)
        {
            var hosted = accounts.Single(account => account.EndsWith('f'));
            rules.Add(("package", functions["properties.functionAppConfig.deployment.storage.value"],
                [.. deployment.Of("Microsoft.Storage/storageAccounts/blobServices/containers").Select(container => $"https://{hosted}.blob.core.windows.net/{container.Name}")]));
            rules.Add(("DRAGOMAN_FUNCTIONS", front.GetValueOrDefault("DRAGOMAN_FUNCTIONS"), [$"https://{functions.Name}.azurewebsites.net"]));
            rules.Add(("DRAGOMAN_FUNCTIONS_KEY", front.GetValueOrDefault("DRAGOMAN_FUNCTIONS_KEY"), ["<functions-key>"]));
            rules.Add(("functions-key", deployment.App["properties.configuration.secrets[functions-key].keyVaultUrl"], [$"https://{vault}.vault.azure.net/secrets/dragoman-functions-key"]));
            rules.Add(("DRAGOMAN_FRONT_KEY", front.GetValueOrDefault("DRAGOMAN_FRONT_KEY"), ["<front-key>"]));
            rules.Add(("front-key", deployment.App["properties.configuration.secrets[front-key].keyVaultUrl"], [$"https://{vault}.vault.azure.net/secrets/dragoman-front-key"]));
            rules.Add(("DRAGOMAN__access__frontKey of the functions", deployment.Settings.GetValueOrDefault("DRAGOMAN__access__frontKey"), ["keyvault:dragoman-front-key"]));
            rules.Add(("azd-service-name", functions["tags.azd-service-name"], [AzdService().Match(Read("azure.yaml")).Groups[1].Value]));
            foreach (var (name, value) in sidecar.Where(variable => variable.Key.StartsWith(ConfigurationPrefix, StringComparison.Ordinal) && variable.Key != "DRAGOMAN__limits__drainSeconds"))
                rules.Add(($"{name} of the functions", deployment.Settings.GetValueOrDefault(name), [value]));
        }
        else if (front.ContainsKey("DRAGOMAN_FUNCTIONS") || front.ContainsKey("DRAGOMAN_FUNCTIONS_KEY") || front.ContainsKey("DRAGOMAN_FRONT_KEY"))
        {
            rules.Add(("DRAGOMAN_FUNCTIONS", "set", ["not set, because there is no function app"]));
        }

        return rules.Where(rule => !rule.Allowed.Contains(rule.Value))
            .Select(rule => $"{rule.Name} is {rule.Value ?? "not set"}; it must be {string.Join(" or ", rule.Allowed)}");
    }

    private static IEnumerable<string> FindRuntime(Deployment deployment)
    {
        if (deployment.Functions is not { } functions)
            yield break;
        var framework = TargetFramework().Match(Read("Directory.Build.props")).Groups[1].Value;
        (string?, string?) runtime = (functions["properties.functionAppConfig.runtime.name"], functions["properties.functionAppConfig.runtime.version"]);
        var expected = deployment.Size == "team" ? ("dotnet-isolated", framework) : ("custom", "1.0");
        if (runtime != expected)
            yield return $"the runtime is {runtime}; it must be {expected}";
        var handler = Parse("functions/custom/host.json");
        if ((string?)handler["customHandler"]?["description"]?["defaultExecutablePath"] != AssemblyName().Match(Read("functions/Functions.csproj")).Groups[1].Value
            || (bool?)handler["customHandler"]?["enableProxyingHttpRequest"] != true)
            yield return "functions/custom/host.json must start the executable, and stream";
        foreach (var file in (string[])["host.json", "functions/custom/host.json"])
        {
            if ((string?)Parse(file)["extensions"]?["http"]?["routePrefix"] != "")
                yield return $"{file} must leave the paths as they are";
            // The host keeps only a sample, and alerts count lines of the log.
            if (((string?)Parse(file)["logging"]?["applicationInsights"]?["samplingSettings"]?["excludedTypes"])?.Split(';').Contains("Trace") != true)
                yield return $"{file} must not leave out lines of the log";
        }
    }

    /// <summary>A query must look for what the gateway writes, and the documentation say what to do.</summary>
    private static IEnumerable<string> FindAlerts(Deployment deployment)
    {
        var manual = Read("docs/azure.md");
        foreach (var alert in deployment.Resources.Where(resource => resource.Type is "Microsoft.Insights/metricAlerts" or "Microsoft.Insights/scheduledQueryRules"))
        {
            var name = alert.Name["dragoman-".Length..];
            if (!manual.Contains($"\n### {name}\n", StringComparison.Ordinal))
                yield return $"docs/azure.md does not say what to do for {name}";
            if (alert["properties.description"]?.EndsWith($" docs/azure.md#{name}", StringComparison.Ordinal) != true)
                yield return $"{name} does not link to docs/azure.md#{name}";
            foreach (var complaint in FindQuery(name, alert.Facts.FirstOrDefault(fact => fact.Key.EndsWith(".query", StringComparison.Ordinal)).Value ?? ""))
                yield return complaint;
        }
    }

    /// <summary>What a query of Azure Monitor looks for, and the gateway neither writes nor measures.</summary>
    /// <param name="name">What has the query.</param>
    /// <param name="query">The query.</param>
    public static IEnumerable<string> FindQuery(string name, string query)
    {
        if (query.Contains("where requests >= 20 and failed", StringComparison.Ordinal) && query.Contains("error !in", StringComparison.Ordinal))
            yield return $"{name} counts the mistakes of clients, which nobody should be woken up for";
        // An answer that is no stream is in the line as one event, at its end.
        if (query.Contains(" first:double", StringComparison.Ordinal) && !query.Contains("stream == \"True\"", StringComparison.Ordinal))
            yield return $"{name} takes a whole answer for the first event of a stream";
        var phrases = Contains().Matches(query).Concat(ParsedText().Matches(query)).Select(match => match.Groups[1].Value.Trim());
        foreach (var phrase in phrases.Where(phrase => !Sources.Value.Contains(phrase, StringComparison.Ordinal)))
            yield return $"{name} looks for \"{phrase}\", which the gateway does not write";
        foreach (var kind in ErrorKinds().Matches(query).SelectMany(match => match.Groups[1].Value.Split(", ")).Select(kind => kind.Trim('"')).Where(kind => kind is not ("" or "(null)")))
        {
            if (!Sources.Value.Contains($"ErrorKind.{kind}", StringComparison.Ordinal))
                yield return $"{name} looks for the error {kind}, which the gateway does not have";
        }

        foreach (var metric in Metrics.OfKusto(query).Where(metric => !Metrics.Table.Any(known => known.Name == metric)))
            yield return $"{name} asks for {metric}, which infra/dashboards/metrics.tsv does not have";
    }

    /// <summary>The sidecar sends to where the collector listens, and the collector has what its configuration names.</summary>
    private static IEnumerable<string> FindCollector(Deployment deployment)
    {
        var variables = deployment.VariablesOf("collector");
        var sidecar = deployment.VariablesOf("sidecar");
        if (variables.Count == 0)
            return sidecar.Keys.Where(name => name.StartsWith("OTEL_", StringComparison.Ordinal)).Select(name => $"sidecar: {name} is set, and there is no collector");

        var text = variables.GetValueOrDefault("COLLECTOR_CONFIG") ?? "";
        var configuration = Yaml.Parse(text);
        var listens = (string?)configuration["receivers"]?["otlp"]?["protocols"]?["http"]?["endpoint"];
        var pipelines = configuration["service"]!["pipelines"]!.AsObject();
        var named = VariableOfCollector().Matches(text).Select(match => match.Groups[1].Value).Append("APPLICATIONINSIGHTS_CONNECTION_STRING").Append("COLLECTOR_CONFIG").ToHashSet();
        List<(bool Holds, string Otherwise)> rules =
        [
            (listens?.StartsWith("127.0.0.1:", StringComparison.Ordinal) == true, $"the collector listens at {listens}; only the replica may reach it"),
            (sidecar.GetValueOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT") == $"http://{listens}", $"the sidecar sends to {sidecar.GetValueOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT")}, and the collector listens at {listens}"),
            (sidecar.GetValueOrDefault("OTEL_EXPORTER_OTLP_PROTOCOL") == "http/protobuf", "the collector speaks http/protobuf only"),
            (sidecar.GetValueOrDefault("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE") == "delta", "Application Insights would add up sums that are sums already"),
            (sidecar.GetValueOrDefault("OTEL_LOGS_EXPORTER") == "none" && !pipelines.ContainsKey("logs"), "logs would be billed twice"),
            (decimal.TryParse(sidecar.GetValueOrDefault("OTEL_TRACES_SAMPLER_ARG"), System.Globalization.CultureInfo.InvariantCulture, out var part) && part is >= 0 and <= 1,
                $"OTEL_TRACES_SAMPLER_ARG is {sidecar.GetValueOrDefault("OTEL_TRACES_SAMPLER_ARG")}; it must be from 0 to 1"),
            (deployment.App["properties.template.containers[collector].args"] == "--config=env:COLLECTOR_CONFIG", "the collector does not read its configuration"),
            (named.SetEquals(variables.Keys), $"the collector has {string.Join(", ", variables.Keys.Order(StringComparer.Ordinal))}, and reads {string.Join(", ", named.Order(StringComparer.Ordinal))}"),
            (variables.GetValueOrDefault("AZURE_CLIENT_ID") == "<clientId>" && variables.GetValueOrDefault("APPLICATIONINSIGHTS_CONNECTION_STRING") == "<ConnectionString>", "the collector has not the identity or the address"),
            (pipelines.ContainsKey("traces") && pipelines.ContainsKey("metrics"), "the collector must take traces and metrics"),
            ((string?)configuration["exporters"]?["azuremonitor"]?["auth"]?["authenticator"] is { } authenticator && configuration["extensions"]?[authenticator] is not null, "the collector has no identity for Application Insights"),
        ];
        foreach (var (signal, pipeline) in pipelines)
        {
            foreach (var section in (string[])["receivers", "processors", "exporters"])
                rules.AddRange(pipeline![section]!.AsArray().Select(each => (configuration[section]?.AsObject().ContainsKey((string)each!) == true, $"the collector's pipeline of {signal} names {each}, which is not among its {section}")));
        }

        var kept = KeptMetrics().Match(text).Groups[1].Value.Replace("[.]", "\\.", StringComparison.Ordinal);
        rules.AddRange(Metrics.Table.Select(metric => (Regex.IsMatch(metric.Name, kept), $"the collector drops {metric.Name}")));
        return rules.Where(rule => !rule.Holds).Select(rule => rule.Otherwise);
    }

    /// <summary>Event Grid sends what the gateway understands to the route that takes it, with a token that the gateway accepts.</summary>
    private static IEnumerable<string> FindEvents(Deployment deployment)
    {
        if (deployment.Of("Microsoft.EventGrid/systemTopics/eventSubscriptions").SingleOrDefault() is not { } subscription)
            return [];
        const string Destination = "properties.destination.properties.";
        var route = (string?)Parse("functions/custom/keyvault-events/function.json")["bindings"]![0]!["route"];
        var issuers = deployment.VariablesOf("sidecar").GetValueOrDefault("DRAGOMAN__access__issuers") ?? "";
        var application = subscription[Destination + "azureActiveDirectoryApplicationIdOrUri"];
        var audiences = Audiences().Matches(issuers).SelectMany(match => match.Groups[1].Value.Split(", ")).ToList();
        var sender = EventGridClient().Match(issuers).Groups[2].Value;
        List<(bool Holds, string Otherwise)> rules =
        [
            (subscription[Destination + "endpointUrl"] == $"https://{deployment.App.Name}.<defaultDomain>/{route}", $"Event Grid sends to {subscription[Destination + "endpointUrl"]}; it must be the route {route}"),
            (subscription["properties.eventDeliverySchema"] == "EventGridSchema", "the handshake of CloudEvents is another"),
            (deployment.Of("Microsoft.EventGrid/systemTopics").Single()["properties.source"] == "-> microsoft.keyvault/vaults", "the events are not those of the vault"),
            (application is not null && audiences.Contains(application), $"no issuer accepts tokens for {application}"),
            (!issuers.Contains("/v2.0", StringComparison.Ordinal) || audiences.Exists(audience => Guid.TryParse(audience, out _)), "tokens of version 2 have the application's id, which no issuer accepts"),
            (sender.Length > 0 && Read("docs/identity.md").Contains(sender, StringComparison.Ordinal), "no rule of an issuer gives Event Grid the role events"),
        ];
        var types = (subscription["properties.filter.includedEventTypes"] ?? "").Split(", ");
        rules.AddRange(types.Select(type => (Sources.Value.Contains($"\"{type}\"", StringComparison.Ordinal), $"the gateway does not know the event {type}")));
        return rules.Where(rule => !rule.Holds).Select(rule => rule.Otherwise);
    }

    /// <summary>nginx's own script accepts the variables, and nginx listens where the ingress leads.</summary>
    private static async Task<IEnumerable<string>> FindFrontDoorAsync(Deployment deployment)
    {
        var target = Directory.CreateTempSubdirectory("dragoman-infra-front-");
        try
        {
            var variables = deployment.VariablesOf("front").Select(variable => KeyValuePair.Create(variable.Key, variable.Key == "DRAGOMAN_FRONT_KEY" ? new string('k', 64) : variable.Value.Replace("<", "", StringComparison.Ordinal).Replace(">", "", StringComparison.Ordinal)));
            var result = await Command.RunAsync("sh", [Path.Combine(Repository.Root, "nginx/render.sh"), target.FullName], target.FullName, variables);
            if (result.Status != 0)
                return [$"nginx/render.sh: {result.Everything}"];
            var listen = $"listen {deployment.VariablesOf("front").GetValueOrDefault("DRAGOMAN_NGINX_LISTEN")} ";
            return File.ReadAllText(Path.Combine(target.FullName, "nginx.conf")).Contains(listen, StringComparison.Ordinal) ? [] : [$"nginx does not {listen}"];
        }
        finally
        {
            target.Delete(recursive: true);
        }
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    private static JsonNode Parse(string file) => JsonNode.Parse(Read(file))!;

    [GeneratedRegex(@"probes\[.*\.port$")]
    private static partial Regex ProbePort();

    [GeneratedRegex(@"services:\n  (\w+):\n")]
    private static partial Regex AzdService();

    [GeneratedRegex("<TargetFramework>net([0-9.]+)<")]
    private static partial Regex TargetFramework();

    [GeneratedRegex("<AssemblyName>([^<]+)<")]
    private static partial Regex AssemblyName();

    [GeneratedRegex(@"\$\{env:(\w+)\}")]
    private static partial Regex VariableOfCollector();

    [GeneratedRegex("IsMatch\\(name, \"([^\"]+)\"\\)")]
    private static partial Regex KeptMetrics();

    [GeneratedRegex(@"rules\[(\d+)\]\.roles=events; \[\d+\]\.rules\[\1\]\.when\.azp=([0-9a-f-]+)")]
    private static partial Regex EventGridClient();

    [GeneratedRegex(@"\]\.audiences=([^;]+)")]
    private static partial Regex Audiences();

    [GeneratedRegex("Log contains \"([^\"]+)\"")]
    private static partial Regex Contains();

    [GeneratedRegex("[*r] \"([^\"]+)\" (?=[*a-z])")]
    private static partial Regex ParsedText();

    [GeneratedRegex("in \\(((?:\"[^\"]*\"(?:, )?)+)\\)")]
    private static partial Regex ErrorKinds();
}
