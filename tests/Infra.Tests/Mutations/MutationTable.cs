namespace Dragoman.Infra.Tests.Mutations;

/// <summary>Mistakes in both languages, and the check that catches each.</summary>
internal static class MutationTable
{
    private const string BicepApp = "bicep/modules/containerapp.bicep";
    private const string BicepFunctions = "bicep/modules/functions.bicep";
    private const string BicepAlerts = "bicep/modules/alerts.bicep";
    private const string BicepEvents = "bicep/modules/events.bicep";
    private const string App = "terraform/modules/containerapp/main.tf";
    private const string Alerts = "terraform/modules/alerts/main.tf";
    private const string Events = "terraform/modules/events/main.tf";
    private const string Collector = "collector/config.yaml";
    private const string Functions = "terraform/modules/functions/main.tf";

    public static readonly IReadOnlyList<Mutation> All =
    [
        // A wrong name.
        new(Check.Language, "solo", "bicep/modules/vault.bicep", "enableRbacAuthorization", "rbacAuthorization"),
        new(Check.Language, "solo", "bicep/modules/ledger-tables.bicep", "allowSharedKeyAccess", "allowSharedKeys"),
        new(Check.Language, "solo", BicepApp, "terminationGracePeriodSeconds", "terminationGraceSeconds"),
        new(Check.Language, "team", BicepFunctions, "functionAppConfig", "functionsConfig"),
        new(Check.Language, "solo", "bicep/modules/identity.bicep", "@2024-11-30", "@2024-11-31"),
        new(Check.Language, "solo", "bicep/main.bicep", "uri: vault.outputs.uri", "uri: vault.outputs.url"),
        new(Check.Language, "solo", "terraform/modules/vault/main.tf", "rbac_authorization_enabled ", "enable_rbac_authorization  "),
        new(Check.Language, "solo", "terraform/modules/ledger-tables/main.tf", "shared_access_key_enabled ", "shared_key_enabled "),
        new(Check.Language, "solo", App, "termination_grace_period_seconds", "termination_grace_seconds"),
        new(Check.Language, "solo", "terraform/main.tf", "module.vault.uri\n      DRAGOMAN__access__mode", "module.vault.url\n      DRAGOMAN__access__mode"),

        // A role missing, or too large.
        new(Check.Policy, "solo", "bicep/modules/vault.bicep", "'Microsoft.Authorization/roleDefinitions',\n      '4633458b-17de-408a-874b-0445c86b69e6'", "'Microsoft.Authorization/roleDefinitions',\n      'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'"),
        new(Check.Policy, "team", BicepFunctions, "  '974c5e8b-45b9-4653-ba55-5f855dd0fb88'\n", ""),
        new(Check.Policy, "solo", "bicep/modules/ledger-tables.bicep", "principalType: 'ServicePrincipal'", "principalType: 'User'"),
        new(Check.Policy, "solo", "terraform/modules/vault/main.tf", "Key Vault Secrets User", "Key Vault Secrets Officer"),
        new(Check.Policy, "team", Functions, "    \"Storage Queue Data Contributor\",\n", ""),
        new(Check.Policy, "solo", "terraform/modules/ledger-tables/main.tf", "\"ServicePrincipal\"", "\"User\""),

        // A door left open.
        new(Check.Policy, "private", "bicep/modules/vault.bicep", "isPrivate ? 'Disabled' : 'Enabled'", "'Enabled'"),
        new(Check.Policy, "private", "bicep/modules/ledger-postgres.bicep", "if (!isPrivate) {", "if (true) {"),
        new(Check.Policy, "private", BicepFunctions, "defaultAction: isPrivate ? 'Deny' : 'Allow'", "defaultAction: 'Allow'"),
        new(Check.Policy, "solo", BicepApp, "allowInsecure: false", "allowInsecure: true"),
        new(Check.Policy, "team", BicepFunctions, "httpsOnly: true", "httpsOnly: false"),
        new(Check.Policy, "team", "bicep/modules/registry.bicep", "adminUserEnabled: false", "adminUserEnabled: true"),
        new(Check.Policy, "solo", "bicep/modules/ledger-tables.bicep", "allowSharedKeyAccess: false", "allowSharedKeyAccess: true"),
        new(Check.Policy, "private", "bicep/modules/ledger-postgres.bicep", "passwordAuth: 'Disabled'", "passwordAuth: 'Enabled'"),
        new(Check.Policy, "solo", "bicep/modules/monitoring.bicep", "disableLocalAuth: true", "disableLocalAuth: false"),
        new(Check.Policy, "private", "terraform/modules/vault/main.tf", "= !local.private", "= true"),
        new(Check.Policy, "private", "terraform/modules/ledger-postgres/main.tf", "count = local.private ? 0 : 1", "count = 1"),
        new(Check.Policy, "private", "terraform/main.tf", "module.network[0].containers_subnet_id", "null"),
        new(Check.Policy, "solo", App, "allow_insecure_connections = false", "allow_insecure_connections = true"),
        new(Check.Policy, "team", Functions, "httpsOnly              = true", "httpsOnly              = false"),
        new(Check.Policy, "team", "terraform/modules/registry/main.tf", "admin_enabled                 = false", "admin_enabled                 = true"),
        new(Check.Policy, "team", Functions, "toset([\"ftp\", \"scm\"])", "toset([\"ftp\"])"),
        new(Check.Policy, "private", "terraform/modules/ledger-postgres/main.tf", "password_auth_enabled         = false", "password_auth_enabled         = true"),

        // A secret in a template, or a setting that the host needs missing.
        new(Check.Policy, "solo", "bicep/main.bicep", "'keyvault:${vaultAdminKey}'", "vaultAdminKey"),
        new(Check.Policy, "team", BicepFunctions, "          { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }\n", ""),
        new(Check.Policy, "team", BicepFunctions, "{ name: 'DRAGOMAN_DATA', value: '/tmp/dragoman' }", "{ name: 'FUNCTIONS_WORKER_RUNTIME', value: 'custom' }"),
        new(Check.Policy, "solo", "terraform/main.tf", "\"keyvault:${var.vault_admin_key}\"", "var.vault_admin_key"),
        new(Check.Policy, "team", Functions, "= \"managedidentity\"", "= \"connectionstring\""),

        new(Check.Contract, "solo", "bicep/main.bicep", "    DRAGOMAN__access__stateKey: 'keyvault:${vaultStateKey}'\n", "    DRAGOMAN__access__stateKey: 'keyvault:${vaultAdminKey}'\n"),
        new(Check.Contract, "team", "terraform/main.tf", "keyvault:${var.vault_state_key}", "keyvault:${var.vault_admin_key}"),

        // Limits that Azure or the processes would not keep.
        new(Check.Policy, "solo", BicepApp, "drainSeconds + 10", "drainSeconds + 5"),
        new(Check.Policy, "solo", BicepApp, "memory: '0.5Gi'\n          }\n          env", "memory: '1Gi'\n          }\n          env"),
        new(Check.Policy, "solo", App, "var.drain_seconds + 10", "30"),
        new(Check.Policy, "solo", App, "image  = var.front_image\n      cpu    = 0.25", "image  = var.front_image\n      cpu    = 0.3"),
        new(Check.Policy, "solo", App, "failure_count_threshold = 10", "failure_count_threshold = 30"),

        // A wrong port, route, variable or address.
        new(Check.Contract, "solo", BicepApp, "targetPort: frontPort", "targetPort: 80"),
        new(Check.Contract, "solo", BicepApp, "path: '/ready', port: frontPort", "path: '/readyz', port: frontPort"),
        new(Check.Contract, "solo", BicepApp, "'DRAGOMAN_LISTEN', value: '0.0.0.0'", "'DRAGOMAN_LISTEN', value: '127.0.0.1'"),
        new(Check.Contract, "solo", BicepApp, "'DRAGOMAN_TRUSTED_PROXY'", "'DRAGOMAN" + "_TRUSTED_PROXIES'"),
        new(Check.Contract, "solo", "bicep/main.bicep", "DRAGOMAN__access__mode: accessMode", "DRAGOMAN__access__modus: accessMode"),
        new(Check.Contract, "team", BicepFunctions, "name: 'dotnet-isolated', version: '10.0'", "name: 'dotnet-isolated', version: '8.0'"),
        new(Check.Contract, "team", BicepFunctions, "environment().suffixes.storage}/packages", "environment().suffixes.storage}/package"),
        new(Check.Contract, "solo", "bicep/modules/ledger-tables.bicep", "'tables:https://${name}.table.", "'tables:https://${name}.blob."),
        new(Check.Contract, "team", "bicep/modules/alerts.bicep", "\"settlements are lost\"", "\"settlements were lost\""),
        new(Check.Contract, "solo", App, "target_port                = local.front_port", "target_port                = 80"),
        new(Check.Contract, "solo", App, "path                    = \"/ready\"", "path                    = \"/readyz\""),
        new(Check.Contract, "solo", App, "DRAGOMAN_LISTEN                = \"0.0.0.0\"", "DRAGOMAN_LISTEN                = \"127.0.0.1\""),
        new(Check.Contract, "solo", App, "DRAGOMAN_TRUSTED_PROXY =", "DRAGOMAN" + "_TRUSTED_PROXIES ="),
        new(Check.Contract, "team", "terraform/main.tf", "https://${local.functions_name}.azurewebsites.net", "https://${local.functions_name}.azure.net"),
        new(Check.Contract, "team", "terraform/modules/alerts/main.tf", "\\\"UpstreamFailed\\\", \\\"RateLimited\\\"", "\\\"UpstreamBroken\\\", \\\"RateLimited\\\""),
        new(Check.Contract, "private", "terraform/modules/ledger-postgres/main.tf", "?auth=entra", "?auth=password"),

        // Requests that the functions would refuse, or functions that answer everybody.
        new(Check.Contract, "team", BicepApp, "                  { name: 'DRAGOMAN_FRONT_KEY', secretRef: 'front-key' }\n", ""),
        new(Check.Contract, "team", BicepApp, "{ name: 'DRAGOMAN_FRONT_KEY', secretRef: 'front-key' }", "{ name: 'DRAGOMAN_FRONT_KEY', secretRef: 'functions-key' }"),
        new(Check.Contract, "team", "bicep/main.bicep", "{ DRAGOMAN__access__frontKey: 'keyvault:${vaultFrontKey}' }", "{}"),
        new(Check.Contract, "team", "bicep/main.bicep", "secrets/${vaultFrontKey}", "secrets/${vaultFunctionsKey}"),
        new(Check.Contract, "team", App, "DRAGOMAN_FRONT_KEY = \"front-key\"", "DRAGOMAN_FRONT_KEY = \"functions-key\""),
        new(Check.Contract, "team", App, "DRAGOMAN_FRONT_KEY = \"front-key\", ", ""),
        new(Check.Contract, "team", "terraform/main.tf", "{ DRAGOMAN__access__frontKey = \"keyvault:${var.vault_front_key}\" }", "{}"),
        new(Check.Contract, "team", "terraform/main.tf", "secrets/${var.vault_front_key}", "secrets/${var.vault_functions_key}"),

        // Only one of the languages changed.
        new(Check.Parity, "solo", "bicep/modules/monitoring.bicep", "name: 'log-${name}'", "name: 'logs-${name}'"),
        new(Check.Parity, "solo", BicepApp, "pollingInterval: 30", "pollingInterval: 60"),
        new(Check.Parity, "solo", "bicep/main.bicep", "param concurrentRequests int = 50", "param concurrentRequests int = 80"),
        new(Check.Parity, "solo", "bicep/main.bicep", "param accessMode ('keys' | 'jwt' | 'both')", "param accessMode ('keys' | 'jwt' | 'both' | 'open')"),
        new(Check.Parity, "solo", "bicep/main.bicep", "@maxValue(590)", "@maxValue(600)"),
        new(Check.Parity, "solo", App, "interval_seconds        = 5", "interval_seconds        = 15"),
        new(Check.Parity, "solo", "terraform/modules/monitoring/main.tf", "daily_quota_gb                  = var.daily_cap_gb", "daily_quota_gb                  = -1"),
        new(Check.Parity, "team", Functions, "maximumInstanceCount = var.max_instances", "maximumInstanceCount = 100"),
        new(Check.Parity, "solo", "terraform/variables.tf", "contains([\"keys\", \"jwt\", \"both\"], var.access_mode)", "contains([\"keys\", \"jwt\", \"both\", \"open\"], var.access_mode)"),

        // Telemetry that would not arrive, or arrive twice.
        new(Check.Language, "team", "bicep/modules/workbook.bicep", "serializedData", "serialisedData"),
        new(Check.Policy, "team", "bicep/main.bicep", "collectorImage: collector ? collectorImage : ''", "collectorImage: collector ? '' : collectorImage"),
        new(Check.Contract, "team", BicepApp, "value: 'http://127.0.0.1:4318'", "value: 'http://127.0.0.1:4317'"),
        new(Check.Contract, "team", BicepApp, "value: 'http/protobuf'", "value: 'grpc'"),
        new(Check.Contract, "team", BicepApp, "value: 'delta'", "value: 'cumulative'"),
        new(Check.Contract, "team", BicepApp, "'OTEL_TRACES_SAMPLER_ARG'", "'OTEL_TRACES_SAMPLE_ARG'"),
        new(Check.Contract, "team", BicepApp, "--config=env:COLLECTOR_CONFIG", "--config=env:CONFIG"),
        new(Check.Contract, "team", BicepApp, "{ name: 'AZURE_CLIENT_ID', value: clientId }", "{ name: 'AZURE_CLIENTID', value: clientId }"),
        new(Check.Policy, "team", "terraform/main.tf", "var.collector ? var.collector_image : \"\"", "\"\""),
        new(Check.Contract, "team", App, "= \"http://127.0.0.1:4318\"", "= \"http://collector:4318\""),
        new(Check.Contract, "team", App, "= \"none\"", "= \"otlp\""),
        new(Check.Contract, "team", App, "var.trace_percent / 100", "var.trace_percent"),
        new(Check.Contract, "team", Collector, "endpoint: 127.0.0.1:4318", "endpoint: 0.0.0.0:4318"),
        new(Check.Contract, "team", Collector, "authenticator: azure_auth", "authenticator: azureauth"),
        new(Check.Contract, "team", Collector, "^(gen_ai|dragoman)", "^(gen_ai)"),
        new(Check.Contract, "team", Collector, "processors: [memory_limiter, filter, batch]", "processors: [memory_limiter, filters, batch]"),
        new(Check.Policy, "team", "terraform/modules/workbook/main.tf", "sourceId       = var.workspace_id", "sourceId       = var.resource_group_id"),

        // An alert that is gone, looks for what nobody writes, or leads nowhere.
        new(Check.Policy, "team", BicepAlerts, "name: 'budget-exhausted'", "name: 'ledger-behind-2'"),
        new(Check.Contract, "team", BicepAlerts, "\", are used; it \"", "\", is used; it \""),
        new(Check.Contract, "team", BicepAlerts, "where stream == \"True\" and first >= 0", "where first >= 0"),
        new(Check.Contract, "team", Alerts, "failed = countif(error in (\\\"UpstreamRefusedKey\\\", \\\"UpstreamFailed\\\", \\\"RateLimited\\\"", "failed = countif(error !in (\\\"\\\", \\\"(null)\\\""),
        new(Check.Contract, "team", BicepAlerts, "\"dragoman.budget.used\" and Sum >= 1)", "\"dragoman.budget.used_ratio\" and Sum >= 1)"),
        new(Check.Contract, "team", BicepAlerts, "description: '${alert.description} ${runbookUrl}#${alert.name}'\n      severity: alert.severity\n      enabled: true\n      autoMitigate: true\n      scopes: [\n        workspaceId", "description: alert.description\n      severity: alert.severity\n      enabled: true\n      autoMitigate: true\n      scopes: [\n        workspaceId"),
        new(Check.Policy, "team", Alerts, "name        = \"secrets-unreadable\"", "name        = \"settlements-lost-2\""),
        new(Check.Contract, "team", Alerts, "\\\"dragoman.ledger.behind_seconds\\\"", "\\\"dragoman.ledger.behind\\\""),
        new(Check.Contract, "team", "terraform/variables.tf", "default     = \"docs/azure.md\"", "default     = \"docs/alerts.md\""),
        new(Check.Parity, "team", Alerts, "p99 > 30000", "p99 > 60000"),

        // Events that would not arrive, or with a key.
        new(Check.Language, "private", BicepEvents, "azureActiveDirectoryTenantId", "entraTenantId"),
        new(Check.Policy, "private", BicepEvents, "/dragoman/keyvault/events'", "/dragoman/keyvault/events?key=1'"),
        new(Check.Policy, "private", BicepEvents, "azureActiveDirectoryApplicationIdOrUri: application", "azureActiveDirectoryApplicationIdOrUri: empty(application) ? application : ''"),
        new(Check.Contract, "private", BicepEvents, "'Microsoft.KeyVault.SecretNearExpiry'", "'Microsoft.KeyVault.SecretNearlyExpired'"),
        new(Check.Contract, "private", BicepEvents, "/dragoman/keyvault/events", "/dragoman/vault/events"),
        new(Check.Contract, "private", "bicep/private.bicepparam", "audiences: ['api://dragoman', '00000000-0000-0000-0000-000000000000']", "audiences: ['api://dragoman']"),
        new(Check.Contract, "private", "bicep/private.bicepparam", "roles: ['events']", "roles: ['auditor']"),
        new(Check.Contract, "private", "bicep/private.bicepparam", "eventsApplication = 'api://dragoman'", "eventsApplication = 'api://other'"),
        new(Check.Policy, "private", Events, "= var.tenant_id", "= \"common\""),
        new(Check.Contract, "private", Events, "\"EventGridSchema\"", "\"CloudEventSchemaV1_0\""),
        new(Check.Contract, "private", Events, "\"Microsoft.KeyVault.SecretExpired\"", "\"Microsoft.KeyVault.SecretHasExpired\""),
        new(Check.Contract, "private", Events, "= var.vault_id", "= var.resource_group_id"),
        new(Check.Parity, "private", Events, "maxDeliveryAttempts      = 30", "maxDeliveryAttempts      = 3"),

        // A refusal gone.
        new(Check.Parity, "team", "terraform/variables.tf", "var.trace_percent >= 0 && var.trace_percent <= 100", "var.trace_percent >= 0"),
        new(Check.Language, "solo", "terraform/variables.tf", "!can(regex(\"(?i)(key|secret|connection)$\", path))", "can(path)"),
    ];
}
