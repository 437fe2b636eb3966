using System.Globalization;

namespace Dragoman.Infra.Tests.Model;

/// <summary>Says in the words of Azure's own API what a resource of Terraform is. Sources: the documentation of azurerm 5.2 and of the API.</summary>
internal static class TerraformTranslation
{
    /// <summary>The ids of the built-in roles; the provider asks Azure for them.</summary>
    private static readonly Dictionary<string, string> RoleIds = new()
    {
        ["Key Vault Secrets User"] = "4633458b-17de-408a-874b-0445c86b69e6",
        ["Monitoring Metrics Publisher"] = "3913510d-42f4-4e42-8a64-420c390055eb",
        ["AcrPull"] = "7f951dda-4ed3-4680-a7ca-43fe172d538d",
        ["Storage Blob Data Owner"] = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        ["Storage Queue Data Contributor"] = "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        ["Storage Table Data Contributor"] = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    };

    /// <summary>Type, name and body of each resource of Azure's that one of Terraform's makes.</summary>
    /// <exception cref="NotSupportedException">The translation does not know the type.</exception>
    public static IEnumerable<(string Type, string Name, object Body)> Translate(string type, TerraformValues values) => type switch
    {
        "azapi_resource" => [Azapi(values)],
        "azurerm_application_insights" => [Insights(values)],
        "azurerm_consumption_budget_resource_group" => [Budget(values)],
        "azurerm_container_app" => [ContainerApp(values)],
        "azurerm_container_app_environment" => [Environment(values)],
        "azurerm_container_registry" => [Registry(values)],
        "azurerm_key_vault" => [Vault(values)],
        "azurerm_log_analytics_workspace" => [Workspace(values)],
        "azurerm_monitor_action_group" => [ActionGroup(values)],
        "azurerm_monitor_diagnostic_setting" => [DiagnosticSetting(values)],
        "azurerm_postgresql_flexible_server" => [Server(values)],
        "azurerm_postgresql_flexible_server_active_directory_administrator" => [Administrator(values)],
        "azurerm_postgresql_flexible_server_database" => [Database(values)],
        "azurerm_postgresql_flexible_server_firewall_rule" => [FirewallRule(values)],
        "azurerm_private_dns_zone" => [("Microsoft.Network/privateDnsZones", Name(values), new { location = "global", tags = values.Node("tags") })],
        "azurerm_private_dns_zone_virtual_network_link" => [ZoneLink(values)],
        "azurerm_private_endpoint" => PrivateEndpoint(values),
        "azurerm_role_assignment" => [RoleAssignment(values)],
        "azurerm_service_plan" => [Plan(values)],
        "azurerm_storage_account" => [Storage(values)],
        "azurerm_storage_container" => [Container(values)],
        "azurerm_subnet" => [Subnet(values)],
        "azurerm_user_assigned_identity" => [("Microsoft.ManagedIdentity/userAssignedIdentities", Name(values), new { location = values.Text("location"), tags = values.Node("tags") })],
        "azurerm_virtual_network" => [Network(values)],
        _ => throw new NotSupportedException($"{type} cannot be compared; add it to TerraformTranslation"),
    };

    private static string Name(TerraformValues values) => values.Text("name")!;

    private static string Public(TerraformValues values) => values.Enabled("public_network_access_enabled")!;

    private static object? Identity(TerraformValues values) => values.Block("identity") is not { } identity ? null : new
    {
        type = identity.Text("type"),
        userAssignedIdentities = identity.Texts("identity_ids").ToDictionary(id => id, _ => new object()),
    };

    private static (string, string, object) Azapi(TerraformValues values)
    {
        var body = values.Node("body")!.AsObject();
        var type = values.Text("type")!.Split('@')[0];
        // The mock makes up the region of what has none of its own.
        if (!type.EndsWith("Policies", StringComparison.Ordinal) && !type.EndsWith("eventSubscriptions", StringComparison.Ordinal))
            body["location"] = values.Text("location");
        body["tags"] = values.Node("tags");
        body["identity"] = System.Text.Json.JsonSerializer.SerializeToNode(Identity(values));
        _ = values.Text("parent_id");
        _ = (values.Bool("schema_validation_enabled"), values.Bool("ignore_casing"), values.Bool("ignore_missing_property"), values.Bool("ignore_null_property"));
        return (type, Name(values), body);
    }

    private static (string, string, object) Insights(TerraformValues values) => ("Microsoft.Insights/components", Name(values), new
    {
        kind = values.Text("application_type"),
        location = values.Text("location"),
        tags = values.Node("tags"),
        properties = new
        {
            Application_Type = values.Text("application_type"),
            WorkspaceResourceId = values.Text("workspace_id"),
            IngestionMode = "LogAnalytics",
            DisableLocalAuth = !values.Bool("local_authentication_enabled"),
            DisableIpMasking = !values.Bool("ip_masking_enabled"),
        },
    });

    private static (string, string, object) Budget(TerraformValues values)
    {
        _ = values.Text("resource_group_id");
        return ("Microsoft.Consumption/budgets", Name(values), new
        {
            properties = new
            {
                category = "Cost",
                amount = values.Number("amount"),
                timeGrain = values.Text("time_grain"),
                timePeriod = new { startDate = values.Block("time_period")!.Text("start_date") },
                notifications = values.Blocks("notification").ToDictionary(
                    each => $"{(each.Text("threshold_type") == "Actual" ? "spent" : "forecast")}-{each.Number("threshold")}",
                    each => new
                    {
                        enabled = each.Bool("enabled"),
                        @operator = each.Text("operator"),
                        threshold = each.Number("threshold"),
                        thresholdType = each.Text("threshold_type"),
                        contactGroups = each.Texts("contact_groups"),
                    }),
            },
        });
    }

    private static (string, string, object) ContainerApp(TerraformValues values)
    {
        var ingress = values.Block("ingress")!;
        var template = values.Block("template")!;
        return ("Microsoft.App/containerApps", Name(values), new
        {
            // The provider takes it from the environment.
            location = "westeurope",
            tags = values.Node("tags"),
            identity = Identity(values),
            properties = new
            {
                environmentId = values.Text("container_app_environment_id"),
                workloadProfileName = values.Text("workload_profile_name"),
                configuration = new
                {
                    activeRevisionsMode = values.Text("revision_mode"),
                    ingress = new
                    {
                        external = ingress.Bool("external_enabled"),
                        targetPort = ingress.Number("target_port"),
                        transport = ingress.Text("transport"),
                        allowInsecure = ingress.Bool("allow_insecure_connections"),
                        traffic = ingress.Blocks("traffic_weight").Select(each => new { latestRevision = each.Bool("latest_revision"), weight = each.Number("percentage") }),
                    },
                    registries = values.Blocks("registry").Select(each => new { server = each.Text("server"), identity = each.Text("identity") }),
                    secrets = values.Blocks("secret").Select(each => new
                    {
                        name = each.Text("name"),
                        keyVaultUrl = each.Text("key_vault_secret_id"),
                        identity = each.Text("identity"),
                        value = each.Text("value"),
                    }),
                },
                template = new
                {
                    terminationGracePeriodSeconds = template.Number("termination_grace_period_seconds"),
                    containers = template.Blocks("container").Select(Container),
                    volumes = template.Blocks("volume").Select(each => new { name = each.Text("name"), storageType = each.Text("storage_type") }),
                    scale = new
                    {
                        minReplicas = template.Number("min_replicas"),
                        maxReplicas = template.Number("max_replicas"),
                        cooldownPeriod = template.Number("cooldown_period_in_seconds"),
                        pollingInterval = template.Number("polling_interval_in_seconds"),
                        rules = template.Blocks("http_scale_rule").Select(each => new
                        {
                            name = each.Text("name"),
                            http = new { metadata = new { concurrentRequests = each.Text("concurrent_requests") } },
                        }),
                    },
                },
            },
        });

        static object Container(TerraformValues container) => new
        {
            name = container.Text("name"),
            image = container.Text("image"),
            args = container.Texts("args"),
            resources = new { cpu = container.Number("cpu"), memory = container.Text("memory") },
            env = container.Blocks("env").Select(each => new { name = each.Text("name"), value = each.Text("value"), secretRef = each.Text("secret_name") }),
            probes = container.Blocks("readiness_probe").Select(probe => Probe("Readiness", probe))
                .Concat(container.Blocks("liveness_probe").Select(probe => Probe("Liveness", probe)))
                .Concat(container.Blocks("startup_probe").Select(probe => Probe("Startup", probe))),
            volumeMounts = container.Blocks("volume_mounts").Select(each => new { volumeName = each.Text("name"), mountPath = each.Text("path") }),
        };

        static object Probe(string type, TerraformValues probe)
        {
            var transport = probe.Text("transport");
            var port = probe.Number("port");
            var path = probe.Text("path");
            return new
            {
                type,
                httpGet = transport == "TCP" ? null : new { path, port, scheme = transport },
                tcpSocket = transport == "TCP" ? new { port } : null,
                periodSeconds = probe.Number("interval_seconds"),
                timeoutSeconds = probe.Number("timeout"),
                failureThreshold = probe.Number("failure_count_threshold"),
            };
        }
    }

    private static (string, string, object) Environment(TerraformValues values) => ("Microsoft.App/managedEnvironments", Name(values), new
    {
        location = values.Text("location"),
        tags = values.Node("tags"),
        properties = new
        {
            appLogsConfiguration = new { destination = values.Text("logs_destination") },
            workloadProfiles = values.Blocks("workload_profile").Select(each => new { name = each.Text("name"), workloadProfileType = each.Text("workload_profile_type") }),
            vnetConfiguration = values.Text("infrastructure_subnet_id") is { } subnet
                ? new { infrastructureSubnetId = subnet, @internal = values.Bool("internal_load_balancer_enabled") ?? false }
                : null,
        },
    });

    private static (string, string, object) Registry(TerraformValues values) => ("Microsoft.ContainerRegistry/registries", Name(values), new
    {
        location = values.Text("location"),
        tags = values.Node("tags"),
        sku = new { name = values.Text("sku") },
        properties = new
        {
            adminUserEnabled = values.Bool("admin_enabled"),
            anonymousPullEnabled = values.Bool("anonymous_pull_enabled"),
            publicNetworkAccess = Public(values),
        },
    });

    private static (string, string, object) Vault(TerraformValues values)
    {
        var network = values.Block("network_acls")!;
        return ("Microsoft.KeyVault/vaults", Name(values), new
        {
            location = values.Text("location"),
            tags = values.Node("tags"),
            properties = new
            {
                tenantId = values.Text("tenant_id"),
                sku = new { family = "A", name = values.Text("sku_name") },
                enableRbacAuthorization = values.Bool("rbac_authorization_enabled"),
                // The provider always turns it on.
                enableSoftDelete = true,
                softDeleteRetentionInDays = values.Number("soft_delete_retention_days"),
                enablePurgeProtection = values.Bool("purge_protection_enabled"),
                enabledForDeployment = values.Bool("enabled_for_deployment"),
                enabledForDiskEncryption = values.Bool("enabled_for_disk_encryption"),
                enabledForTemplateDeployment = values.Bool("enabled_for_template_deployment"),
                publicNetworkAccess = Public(values),
                networkAcls = new { bypass = network.Text("bypass"), defaultAction = network.Text("default_action") },
            },
        });
    }

    private static (string, string, object) Workspace(TerraformValues values) => ("Microsoft.OperationalInsights/workspaces", Name(values), new
    {
        location = values.Text("location"),
        tags = values.Node("tags"),
        properties = new
        {
            sku = new { name = values.Text("sku") },
            retentionInDays = values.Number("retention_in_days"),
            workspaceCapping = new { dailyQuotaGb = values.Number("daily_quota_gb") },
            features = new
            {
                disableLocalAuth = !values.Bool("local_authentication_enabled"),
                enableLogAccessUsingOnlyResourcePermissions = values.Bool("allow_resource_only_permissions"),
            },
        },
    });

    private static (string, string, object) ActionGroup(TerraformValues values) => ("Microsoft.Insights/actionGroups", Name(values), new
    {
        location = values.Text("location"),
        tags = values.Node("tags"),
        properties = new
        {
            groupShortName = values.Text("short_name"),
            enabled = values.Bool("enabled"),
            emailReceivers = values.Blocks("email_receiver").Select(each => new
            {
                name = each.Text("name"),
                emailAddress = each.Text("email_address"),
                useCommonAlertSchema = each.Bool("use_common_alert_schema"),
            }),
        },
    });

    private static (string, string, object) DiagnosticSetting(TerraformValues values) => ("Microsoft.Insights/diagnosticSettings", Name(values), new
    {
        scope = values.Text("target_resource_id"),
        properties = new
        {
            workspaceId = values.Text("log_analytics_workspace_id"),
            logs = values.Blocks("enabled_log").Select(each => new { category = each.Text("category"), enabled = true }),
        },
    });

    private static (string, string, object) Server(TerraformValues values)
    {
        var authentication = values.Block("authentication")!;
        // The provider writes the tier into the size: B_Standard_B1ms.
        var (tier, sku) = values.Text("sku_name")!.Split('_', 2) is [var letters, var size] ? (letters, size) : ("", "");
        return ("Microsoft.DBforPostgreSQL/flexibleServers", Name(values), new
        {
            location = values.Text("location"),
            tags = values.Node("tags"),
            sku = new { name = sku, tier = tier switch { "B" => "Burstable", "GP" => "GeneralPurpose", "MO" => "MemoryOptimized", _ => tier } },
            properties = new
            {
                version = values.Text("version"),
                authConfig = new
                {
                    activeDirectoryAuth = authentication.Enabled("active_directory_auth_enabled"),
                    passwordAuth = authentication.Enabled("password_auth_enabled"),
                    tenantId = authentication.Text("tenant_id"),
                },
                storage = new { storageSizeGB = values.Number("storage_mb") / 1024, autoGrow = values.Enabled("auto_grow_enabled") },
                backup = new { backupRetentionDays = values.Number("backup_retention_days"), geoRedundantBackup = values.Enabled("geo_redundant_backup_enabled") },
                highAvailability = new { mode = values.Block("high_availability")?.Text("mode") ?? "Disabled" },
                network = new { publicNetworkAccess = Public(values) },
            },
        });
    }

    private static (string, string, object) Administrator(TerraformValues values)
    {
        _ = values.Text("server_name");
        return ("Microsoft.DBforPostgreSQL/flexibleServers/administrators", values.Text("object_id")!, new
        {
            properties = new { principalName = values.Text("principal_name"), principalType = values.Text("principal_type"), tenantId = values.Text("tenant_id") },
        });
    }

    private static (string, string, object) Database(TerraformValues values)
    {
        _ = values.Text("server_id");
        return ("Microsoft.DBforPostgreSQL/flexibleServers/databases", Name(values), new
        {
            properties = new { charset = values.Text("charset"), collation = values.Text("collation") },
        });
    }

    private static (string, string, object) FirewallRule(TerraformValues values)
    {
        _ = values.Text("server_id");
        return ("Microsoft.DBforPostgreSQL/flexibleServers/firewallRules", Name(values), new
        {
            properties = new { startIpAddress = values.Text("start_ip_address"), endIpAddress = values.Text("end_ip_address") },
        });
    }

    private static (string, string, object) ZoneLink(TerraformValues values)
    {
        _ = values.Text("private_dns_zone_id");
        return ("Microsoft.Network/privateDnsZones/virtualNetworkLinks", Name(values), new
        {
            location = "global",
            tags = values.Node("tags"),
            properties = new { registrationEnabled = values.Bool("registration_enabled"), virtualNetwork = new { id = values.Text("virtual_network_id") } },
        });
    }

    private static IEnumerable<(string Type, string Name, object Body)> PrivateEndpoint(TerraformValues values)
    {
        var connection = values.Block("private_service_connection")!;
        var group = connection.Text("name");
        // In the API a connection that needs somebody's approval is in another list.
        _ = connection.Bool("is_manual_connection");
        yield return ("Microsoft.Network/privateEndpoints", Name(values), new
        {
            location = values.Text("location"),
            tags = values.Node("tags"),
            properties = new
            {
                subnet = new { id = values.Text("subnet_id") },
                privateLinkServiceConnections = new[]
                {
                    new { name = group, properties = new { privateLinkServiceId = connection.Text("private_connection_resource_id"), groupIds = connection.Texts("subresource_names") } },
                },
            },
        });
        var zones = values.Block("private_dns_zone_group")!;
        yield return ("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", Name(zones), new
        {
            properties = new { privateDnsZoneConfigs = zones.Texts("private_dns_zone_ids").Select(id => new { name = group, properties = new { privateDnsZoneId = id } }) },
        });
    }

    private static (string, string, object) RoleAssignment(TerraformValues values) => ("Microsoft.Authorization/roleAssignments", "", new
    {
        scope = values.Text("scope"),
        properties = new
        {
            principalId = values.Text("principal_id"),
            principalType = values.Text("principal_type"),
            roleDefinitionId = RoleIds.GetValueOrDefault(values.Text("role_definition_name")!) is { } id ? $"role {id}" : "role unknown",
        },
    });

    private static (string, string, object) Plan(TerraformValues values) => ("Microsoft.Web/serverfarms", Name(values), new
    {
        location = values.Text("location"),
        tags = values.Node("tags"),
        kind = "functionapp",
        sku = new { name = values.Text("sku_name"), tier = values.Text("sku_name") == "FC1" ? "FlexConsumption" : null },
        properties = new { reserved = values.Text("os_type") == "Linux" },
    });

    private static (string, string, object) Storage(TerraformValues values)
    {
        var network = values.Block("network_rules")!;
        return ("Microsoft.Storage/storageAccounts", Name(values), new
        {
            location = values.Text("location"),
            tags = values.Node("tags"),
            kind = values.Text("account_kind"),
            sku = new { name = string.Create(CultureInfo.InvariantCulture, $"{values.Text("account_tier")}_{values.Text("account_replication_type")}") },
            properties = new
            {
                allowBlobPublicAccess = values.Bool("allow_nested_items_to_be_public"),
                allowCrossTenantReplication = values.Bool("cross_tenant_replication_enabled"),
                allowSharedKeyAccess = values.Bool("shared_access_key_enabled"),
                defaultToOAuthAuthentication = values.Bool("default_to_oauth_authentication"),
                minimumTlsVersion = values.Text("min_tls_version"),
                supportsHttpsTrafficOnly = values.Bool("https_traffic_only_enabled"),
                publicNetworkAccess = Public(values),
                networkAcls = new { bypass = string.Join(", ", network.Texts("bypass")), defaultAction = network.Text("default_action") },
            },
        });
    }

    private static (string, string, object) Container(TerraformValues values)
    {
        _ = values.Text("storage_account_id");
        var access = values.Text("container_access_type");
        return ("Microsoft.Storage/storageAccounts/blobServices/containers", Name(values), new { properties = new { publicAccess = access == "private" ? "None" : access } });
    }

    private static (string, string, object) Subnet(TerraformValues values)
    {
        _ = values.Text("virtual_network_name");
        return ("Microsoft.Network/virtualNetworks/subnets", Name(values), new
        {
            properties = new
            {
                addressPrefix = values.Texts("address_prefixes").Single(),
                privateEndpointNetworkPolicies = values.Text("private_endpoint_network_policies"),
                delegations = values.Blocks("delegation").Select(each => new
                {
                    name = each.Text("name"),
                    properties = new { serviceName = each.Block("service_delegation")!.Text("name") },
                }),
            },
        });
    }

    private static (string, string, object) Network(TerraformValues values) => ("Microsoft.Network/virtualNetworks", Name(values), new
    {
        location = values.Text("location"),
        tags = values.Node("tags"),
        properties = new { addressSpace = new { addressPrefixes = values.Texts("address_space") } },
    });
}
