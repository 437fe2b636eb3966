using System.Globalization;
using Dragoman.Infra.Tests.Model;

namespace Dragoman.Infra.Tests.Checks;

/// <summary>What must hold for every deployment: no secret, no open door, no role too few or too many, nothing that Azure would refuse.</summary>
internal static class Policy
{
    private const string Storage = "Microsoft.Storage/storageAccounts";
    private const string Vault = "Microsoft.KeyVault/vaults";

    /// <summary>The value that each resource of a type must have, where there is such a resource.</summary>
    private static readonly (string Type, string Path, string Value)[] Required =
    [
        (Storage, "properties.allowSharedKeyAccess", "false"),
        (Storage, "properties.allowBlobPublicAccess", "false"),
        (Storage, "properties.allowCrossTenantReplication", "false"),
        (Storage, "properties.minimumTlsVersion", "TLS1_2"),
        (Storage, "properties.supportsHttpsTrafficOnly", "true"),
        ($"{Storage}/blobServices/containers", "properties.publicAccess", "None"),
        (Vault, "properties.enableRbacAuthorization", "true"),
        (Vault, "properties.enablePurgeProtection", "true"),
        (Vault, "properties.enabledForTemplateDeployment", "false"),
        ("Microsoft.DBforPostgreSQL/flexibleServers", "properties.authConfig.passwordAuth", "Disabled"),
        ("Microsoft.DBforPostgreSQL/flexibleServers", "properties.authConfig.activeDirectoryAuth", "Enabled"),
        ("Microsoft.OperationalInsights/workspaces", "properties.features.disableLocalAuth", "true"),
        ("Microsoft.Insights/components", "properties.DisableLocalAuth", "true"),
        ("Microsoft.Insights/components", "properties.DisableIpMasking", "false"),
        ("Microsoft.ContainerRegistry/registries", "properties.adminUserEnabled", "false"),
        ("Microsoft.ContainerRegistry/registries", "properties.anonymousPullEnabled", "false"),
        ("Microsoft.App/containerApps", "properties.configuration.ingress.allowInsecure", "false"),
        ("Microsoft.App/containerApps", "identity.type", "UserAssigned"),
        ("Microsoft.App/containerApps", "identity.userAssignedIdentities", "-> microsoft.managedidentity/userassignedidentities"),
        ("Microsoft.App/managedEnvironments", "properties.appLogsConfiguration.destination", "azure-monitor"),
        ("Microsoft.Web/sites", "properties.httpsOnly", "true"),
        ("Microsoft.Web/sites", "properties.siteConfig.minTlsVersion", "1.2"),
        ("Microsoft.Web/sites", "properties.siteConfig.ftpsState", "Disabled"),
        ("Microsoft.Web/sites", "properties.functionAppConfig.deployment.storage.authentication.type", "UserAssignedIdentity"),
        ("Microsoft.Web/sites", "identity.userAssignedIdentities", "-> microsoft.managedidentity/userassignedidentities"),
        ("Microsoft.Web/sites/basicPublishingCredentialsPolicies", "properties.allow", "false"),
        ("Microsoft.Web/serverfarms", "sku.name", "FC1"),
        ("Microsoft.Web/serverfarms", "properties.reserved", "true"),
        ("Microsoft.Authorization/roleAssignments", "properties.principalType", "ServicePrincipal"),
        ("Microsoft.Authorization/roleAssignments", "properties.principalId", "<principalId>"),
    ];

    private const string ReadsSecrets = "role 4633458b-17de-408a-874b-0445c86b69e6 -> microsoft.keyvault/vaults";
    private const string SendsTelemetry = "role 3913510d-42f4-4e42-8a64-420c390055eb -> microsoft.insights/components";
    private const string PullsImages = "role 7f951dda-4ed3-4680-a7ca-43fe172d538d -> microsoft.containerregistry/registries";
    private const string WritesBlobs = "role b7e6dc6d-f1e8-4753-8033-0f276bb0955b -> microsoft.storage/storageaccounts";
    private const string WritesQueues = "role 974c5e8b-45b9-4653-ba55-5f855dd0fb88 -> microsoft.storage/storageaccounts";
    private const string WritesTables = "role 0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3 -> microsoft.storage/storageaccounts";

    /// <summary>The roles of each size: these, and no others.</summary>
    private static readonly Dictionary<string, string[]> Roles = new()
    {
        ["solo"] = [ReadsSecrets, SendsTelemetry, WritesTables],
        ["team"] = [ReadsSecrets, SendsTelemetry, PullsImages, WritesBlobs, WritesQueues, WritesTables, WritesTables],
        ["private"] = [ReadsSecrets, SendsTelemetry, WritesBlobs, WritesQueues, WritesTables],
    };

    /// <summary>Settings that Flex Consumption refuses, or that would let a key in.</summary>
    private static readonly string[] Forbidden =
        ["AzureWebJobsStorage", "FUNCTIONS_EXTENSION_VERSION", "FUNCTIONS_WORKER_RUNTIME", "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING", "WEBSITE_RUN_FROM_PACKAGE"];

    /// <summary>What a size with alerts on the log must tell about.</summary>
    private static readonly string[] Alerts =
        ["requests-failing", "slow-first-event", "budget-warning", "budget-exhausted", "vault-failures", "secrets-unreadable", "ledger-behind", "provider-down", "log-full"];

    private static readonly string[] SecretNames = ["key", "secret", "password"];

    /// <summary>What does not hold, one line each.</summary>
    public static IEnumerable<string> Find(Deployment deployment) =>
        FindValues(deployment)
            .Concat(FindRoles(deployment))
            .Concat(FindSecrets(deployment))
            .Concat(FindReplicas(deployment))
            .Concat(FindHost(deployment))
            .Concat(FindWarnings(deployment))
            .Concat(FindTelemetry(deployment))
            .Concat(deployment.Size == "private" ? FindOpenDoors(deployment) : FindSize(deployment));

    private static IEnumerable<string> FindValues(Deployment deployment) =>
        from rule in Required
        from resource in deployment.Of(rule.Type)
        where resource[rule.Path] != rule.Value
        select $"{resource}: {rule.Path} is {resource[rule.Path] ?? "not set"}; it must be {rule.Value}";

    private static IEnumerable<string> FindRoles(Deployment deployment)
    {
        var roles = deployment.Of("Microsoft.Authorization/roleAssignments").Select(role => role.Name).Order(StringComparer.Ordinal).ToList();
        var expected = Roles[deployment.Size].Order(StringComparer.Ordinal).ToList();
        if (!roles.SequenceEqual(expected))
            yield return $"the roles are {string.Join(", ", roles)}; they must be {string.Join(", ", expected)}";
    }

    private static IEnumerable<string> FindSecrets(Deployment deployment)
    {
        foreach (var (path, value) in deployment.App.Facts.Where(fact => fact.Key.StartsWith("properties.configuration.secrets[", StringComparison.Ordinal)))
        {
            if (path.EndsWith("].value", StringComparison.Ordinal))
                yield return $"{path} is a secret in the template; it must be a reference to the vault";
            if (path.EndsWith("].keyVaultUrl", StringComparison.Ordinal) && !value.StartsWith("https://kv-", StringComparison.Ordinal))
                yield return $"{path} is {value}; it must be in the vault";
        }

        foreach (var (name, value) in deployment.VariablesOf("front").Concat(deployment.VariablesOf("sidecar")).Concat(deployment.Settings))
        {
            var isKey = SecretNames.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));
            if (isKey && !value.StartsWith("keyvault:", StringComparison.Ordinal) && value[0] != '<')
                yield return $"{name} has its value in the template; it must be a reference to the vault";
            if (value.Contains("AccountKey=", StringComparison.OrdinalIgnoreCase) || value.Contains("SharedAccessSignature", StringComparison.OrdinalIgnoreCase))
                yield return $"{name} has a key of a storage account";
        }
    }

    private static IEnumerable<string> FindReplicas(Deployment deployment)
    {
        var app = deployment.App;
        const string Template = "properties.template.";
        var cores = Sum("resources.cpu", value => Number(value));
        var memory = Sum("resources.memory", value => Number(value.Replace("Gi", "", StringComparison.Ordinal)));
        if (cores * 4 % 1 != 0 || cores is < 0.25m or > 4 || memory != cores * 2)
            yield return $"the containers have {cores} cores and {memory} GiB; Azure takes multiples of 0.25 up to 4, with 2 GiB for each core";

        var grace = Number(app[Template + "terminationGracePeriodSeconds"] ?? "30");
        var drain = Number(deployment.VariablesOf("sidecar").GetValueOrDefault("DRAGOMAN__limits__drainSeconds") ?? "20");
        if (grace < drain + 10 || grace > 600)
            yield return $"terminationGracePeriodSeconds is {grace}; it must be at least 10 more than the drain of {drain}, and at most 600";
        if (deployment.VariablesOf("front").GetValueOrDefault("DRAGOMAN_DRAIN") != $"{drain}s")
            yield return "nginx and the sidecar must drain for the same time";

        var (least, most) = (Number(app[Template + "scale.minReplicas"] ?? "0"), Number(app[Template + "scale.maxReplicas"] ?? "10"));
        if (least > most || most < 1)
            yield return $"there are {least} to {most} replicas";
        if (Number(app[Template + "scale.cooldownPeriod"] ?? "300") < 300)
            yield return "the cooldown must be at least as long as a long answer, 300 s";
        if (app[Template + "scale.rules[requests].http.metadata.concurrentRequests"] is null)
            yield return "nothing scales by requests";
        if (app["properties.configuration.ingress.external"] != "true")
            yield return "nobody can reach the front";
        foreach (var (path, value) in app.Facts.Where(fact => fact.Key.EndsWith(".failureThreshold", StringComparison.Ordinal) && Number(fact.Value) > 10))
            yield return $"{path} is {value}; Azure allows at most 10";

        decimal Sum(string suffix, Func<string, decimal> number) =>
            app.Facts.Where(fact => fact.Key.StartsWith(Template + "containers[", StringComparison.Ordinal) && fact.Key.EndsWith(suffix, StringComparison.Ordinal)).Sum(fact => number(fact.Value));
    }

    private static IEnumerable<string> FindHost(Deployment deployment)
    {
        if (deployment.Functions is null)
            yield break;
        var settings = deployment.Settings;
        (string Name, string Value)[] needed =
        [
            ("AzureWebJobsStorage__credential", "managedidentity"), ("AzureWebJobsStorage__clientId", "<clientId>"),
            ("AzureWebJobsStorage__accountName", "stdragomanSUFFIXf"), ("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "ClientId=<clientId>;Authorization=AAD"),
        ];
        foreach (var (name, value) in needed.Where(need => settings.GetValueOrDefault(need.Name) != need.Value))
            yield return $"{name} is {settings.GetValueOrDefault(name) ?? "not set"}; it must be {value}, or the host does not start";
        foreach (var name in Forbidden.Where(settings.ContainsKey))
            yield return $"{name} must not be set on Flex Consumption";
        var doors = deployment.Of("Microsoft.Web/sites/basicPublishingCredentialsPolicies").Select(policy => policy.Name).Order(StringComparer.Ordinal);
        if (!doors.SequenceEqual(["ftp", "scm"]))
            yield return "passwords for ftp and scm must be turned off";
        if (Number(deployment.Functions["properties.functionAppConfig.scaleAndConcurrency.triggers.http.perInstanceConcurrency"] ?? "1") < 16)
            yield return "an instance must serve at least 16 requests at once, or it costs many times as much";
    }

    private static IEnumerable<string> FindWarnings(Deployment deployment)
    {
        var budget = deployment.Of("Microsoft.Consumption/budgets").SingleOrDefault();
        foreach (var (name, threshold) in ((string, string)[])[("spent-80", "80"), ("spent-100", "100")])
        {
            if (budget?[$"properties.notifications.{name}.threshold"] != threshold || budget["properties.notifications." + name + ".contactGroups"] is null)
                yield return $"the budget must tell somebody at {threshold} %";
        }

        foreach (var alert in deployment.Resources.Where(resource => resource.Type is "Microsoft.Insights/metricAlerts" or "Microsoft.Insights/scheduledQueryRules"))
        {
            if (!alert.Facts.Any(fact => fact.Key.StartsWith("properties.actions", StringComparison.Ordinal) && fact.Value == "-> microsoft.insights/actiongroups"))
                yield return $"{alert} tells nobody";
            if (alert["properties.enabled"] != "true")
                yield return $"{alert} is not enabled";
            if (alert["properties.severity"] is not ("0" or "1" or "2" or "3" or "4") || string.IsNullOrEmpty(alert["properties.description"]))
                yield return $"{alert} must say how bad it is, and what it means";
        }

        foreach (var name in deployment.Size == "solo" ? [] : Alerts)
        {
            if (!deployment.Resources.Any(resource => resource.Name == $"dragoman-{name}"))
                yield return $"there is no alert {name}";
        }

        var logs = deployment.Of("Microsoft.Insights/diagnosticSettings").SingleOrDefault();
        foreach (var category in (string[])["ContainerAppConsoleLogs", "ContainerAppSystemLogs"])
        {
            if (logs?[$"properties.logs[{category}].enabled"] != "true")
                yield return $"{category} go nowhere";
        }
    }

    private static IEnumerable<string> FindTelemetry(Deployment deployment)
    {
        if (deployment.Size != "solo" && deployment.VariablesOf("collector").Count == 0)
            yield return "no traces and metrics reach Application Insights";
        if (deployment.Of("Microsoft.Insights/workbooks").SingleOrDefault()?["properties.sourceId"] != "-> microsoft.operationalinsights/workspaces")
            yield return "there must be one workbook, and it must ask the workspace";
        foreach (var subscription in deployment.Of("Microsoft.EventGrid/systemTopics/eventSubscriptions"))
        {
            const string Destination = "properties.destination.properties.";
            if (subscription[Destination + "azureActiveDirectoryTenantId"] != "<tenantId>" || string.IsNullOrEmpty(subscription[Destination + "azureActiveDirectoryApplicationIdOrUri"]))
                yield return $"{subscription} must present a token of this tenant";
            if (subscription[Destination + "endpointUrl"]?.Contains('?', StringComparison.Ordinal) == true || subscription.Facts.Keys.Any(path => path.Contains("deliveryAttributeMappings", StringComparison.Ordinal)))
                yield return $"{subscription} must have no key";
        }
    }

    private static IEnumerable<string> FindSize(Deployment deployment)
    {
        var scale = deployment.App["properties.template.scale.minReplicas"];
        if (deployment.Size == "solo" && (scale != "0" || deployment.Functions is not null || deployment.Of("Microsoft.DBforPostgreSQL/flexibleServers").Any()))
            yield return "solo must cost next to nothing while nobody calls";
        if (deployment.Size == "team" && (scale == "0" || deployment.Functions is null))
            yield return "team must have a warm replica and a function app";
    }

    private static IEnumerable<string> FindOpenDoors(Deployment deployment)
    {
        foreach (var resource in deployment.Resources)
        {
            if (resource["properties.publicNetworkAccess"] is "Enabled" || resource["properties.network.publicNetworkAccess"] is "Enabled")
                yield return $"{resource} has a public endpoint";
            if (resource["properties.networkAcls.defaultAction"] is "Allow")
                yield return $"{resource} lets every network in";
            if (resource.Type.EndsWith("/firewallRules", StringComparison.Ordinal))
                yield return $"{resource} lets Azure's addresses in";
        }

        var endpoints = deployment.Of("Microsoft.Network/privateEndpoints").SelectMany(endpoint => endpoint.Facts.Where(fact => fact.Key.EndsWith(".groupIds", StringComparison.Ordinal)).Select(fact => fact.Value)).Order(StringComparer.Ordinal).ToList();
        string[] expected = ["blob", "postgresqlServer", "queue", "sites", "table", "vault"];
        if (!endpoints.SequenceEqual(expected))
            yield return $"the private endpoints are {string.Join(", ", endpoints)}; they must be {string.Join(", ", expected)}";
        if (deployment.Of("Microsoft.Network/privateDnsZones").Count() != expected.Length || deployment.Of("Microsoft.Network/privateDnsZones/virtualNetworkLinks").Count() != expected.Length)
            yield return "each private endpoint must have its zone, and each zone its link";
        if (deployment.Of("Microsoft.App/managedEnvironments").Single()["properties.vnetConfiguration.infrastructureSubnetId"] is null)
            yield return "the containers are not in the network";
        if (deployment.Functions?["properties.virtualNetworkSubnetId"] is null)
            yield return "the functions are not in the network";
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
