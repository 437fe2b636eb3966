data "azurerm_client_config" "current" {}

data "azurerm_resource_group" "group" {
  name = var.resource_group_name
}

locals {
  location       = var.location == "" ? data.azurerm_resource_group.group.location : var.location
  suffix         = var.suffix == "" ? substr(sha256(data.azurerm_resource_group.group.id), 0, 8) : var.suffix
  has_processes  = var.stage == "all"
  has_functions  = local.has_processes && var.function_app
  app_name       = "ca-${var.name}"
  functions_name = "func-${var.name}-${local.suffix}"
  vault_name     = "kv-${var.name}-${local.suffix}"
  resource_group = data.azurerm_resource_group.group.name

  zone_names = {
    vault            = "privatelink.vaultcore.azure.net"
    blob             = "privatelink.blob.core.windows.net"
    queue            = "privatelink.queue.core.windows.net"
    table            = "privatelink.table.core.windows.net"
    sites            = "privatelink.azurewebsites.net"
    postgresqlServer = "privatelink.postgres.database.azure.com"
    registry         = "privatelink.azurecr.io"
  }
  groups = concat(
    ["vault"],
    var.ledger == "tables" || var.function_app ? ["table"] : [],
    var.function_app ? ["blob", "queue", "sites"] : [],
    var.ledger == "postgres" ? ["postgresqlServer"] : [],
    var.own_registry ? ["registry"] : [],
  )
  # The endpoint of each part, where the network is private.
  endpoints = {
    for group in local.groups : group => {
      subnet_id = module.network[0].endpoints_subnet_id
      zone_id   = module.network[0].zone_ids[local.zone_names[group]]
    } if var.private_network
  }
}

module "identity" {
  source = "./modules/identity"

  name                = "id-${var.name}"
  resource_group_name = local.resource_group
  location            = local.location
  tags                = var.tags
}

module "network" {
  source = "./modules/network"
  count  = var.private_network ? 1 : 0

  name                = "vnet-${var.name}"
  resource_group_name = local.resource_group
  location            = local.location
  tags                = var.tags
  address_prefix      = var.address_prefix
  zones               = [for group in local.groups : local.zone_names[group]]
}

module "monitoring" {
  source = "./modules/monitoring"

  name                = var.name
  resource_group_name = local.resource_group
  location            = local.location
  tags                = var.tags
  principal_id        = module.identity.principal_id
  retention_days      = var.log_retention_days
  daily_cap_gb        = var.log_daily_cap_gb
  emails              = var.alert_emails
}

module "workbook" {
  source = "./modules/workbook"

  name              = var.name
  resource_group_id = data.azurerm_resource_group.group.id
  location          = local.location
  tags              = var.tags
  workspace_id      = module.monitoring.workspace_id
}

module "vault" {
  source = "./modules/vault"

  name                       = local.vault_name
  resource_group_name        = local.resource_group
  location                   = local.location
  tags                       = var.tags
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  principal_id               = module.identity.principal_id
  soft_delete_retention_days = var.soft_delete_retention_days
  purge_protection           = var.purge_protection
  endpoint                   = lookup(local.endpoints, "vault", null)
}

module "tables" {
  source = "./modules/ledger-tables"
  count  = var.ledger == "tables" ? 1 : 0

  name                = "st${var.name}${local.suffix}l"
  resource_group_name = local.resource_group
  location            = local.location
  tags                = var.tags
  principal_id        = module.identity.principal_id
  replication         = var.storage_replication
  endpoint            = lookup(local.endpoints, "table", null)
}

module "postgres" {
  source = "./modules/ledger-postgres"
  count  = var.ledger == "postgres" ? 1 : 0

  name                = "psql-${var.name}-${local.suffix}"
  resource_group_name = local.resource_group
  location            = local.location
  tags                = var.tags
  tenant_id           = data.azurerm_client_config.current.tenant_id
  principal_id        = module.identity.principal_id
  principal_name      = "id-${var.name}"
  sku                 = var.postgres_sku
  storage_gb          = var.postgres_storage_gb
  backup_days         = var.postgres_backup_days
  high_availability   = var.postgres_high_availability
  endpoint            = lookup(local.endpoints, "postgresqlServer", null)
}

module "registry" {
  source = "./modules/registry"
  count  = var.own_registry ? 1 : 0

  name                = "cr${var.name}${local.suffix}"
  resource_group_name = local.resource_group
  location            = local.location
  tags                = var.tags
  principal_id        = module.identity.principal_id
  endpoint            = lookup(local.endpoints, "registry", null)
}

module "environment" {
  source = "./modules/environment"
  count  = local.has_processes ? 1 : 0

  name                = "cae-${var.name}"
  resource_group_name = local.resource_group
  location            = local.location
  tags                = var.tags
  workspace_id        = module.monitoring.workspace_id
  subnet_id           = var.private_network ? module.network[0].containers_subnet_id : null
}

locals {
  hosts = local.has_processes ? concat(["${local.app_name}.${module.environment[0].default_domain}"], var.host_names) : []
  gateway_variables = local.has_processes ? merge(
    { for path, value in var.configuration : "DRAGOMAN__${path}" => value },
    merge([
      for each in var.model_providers : {
        for member, value in {
          dialect = each.dialect
          apiKey  = each.secret_name == null ? null : "keyvault:${each.secret_name}"
          baseUrl = each.base_url
          publish = each.publish
        } : "DRAGOMAN__providers__${each.name}__${member}" => value if value != null
      }
    ]...),
    length(var.models) == 0 ? {} : { DRAGOMAN__models = jsonencode(var.models) },
    length(var.issuers) == 0 ? {} : { DRAGOMAN__access__issuers = jsonencode(var.issuers) },
    {
      AZURE_CLIENT_ID             = module.identity.client_id
      DRAGOMAN__keyVault__uri     = module.vault.uri
      DRAGOMAN__access__mode      = var.access_mode
      DRAGOMAN__access__adminKey  = "keyvault:${var.vault_admin_key}"
      DRAGOMAN__access__stateKey  = "keyvault:${var.vault_state_key}"
      DRAGOMAN__access__hosts     = jsonencode(local.hosts)
      DRAGOMAN__store__connection = var.ledger == "tables" ? module.tables[0].connection : module.postgres[0].connection
    },
  ) : {}
  functions_variables = merge(
    local.gateway_variables,
    { DRAGOMAN__access__frontKey = "keyvault:${var.vault_front_key}" },
    var.vault_earlier_front_key == "" ? {} : { DRAGOMAN__access__earlierFrontKey = "keyvault:${var.vault_earlier_front_key}" },
  )
}

module "functions" {
  source = "./modules/functions"
  count  = local.has_functions ? 1 : 0

  name                       = local.functions_name
  plan_name                  = "plan-${var.name}"
  storage_name               = "st${var.name}${local.suffix}f"
  resource_group_name        = local.resource_group
  resource_group_id          = data.azurerm_resource_group.group.id
  location                   = local.location
  tags                       = var.tags
  hosting                    = var.hosting
  identity_id                = module.identity.id
  principal_id               = module.identity.principal_id
  client_id                  = module.identity.client_id
  gateway_variables          = local.functions_variables
  insights_connection_string = module.monitoring.insights_connection_string
  replication                = var.storage_replication
  memory_mb                  = var.functions_memory_mb
  max_instances              = var.functions_max_instances
  concurrency                = var.functions_concurrency
  subnet_id                  = var.private_network ? module.network[0].functions_subnet_id : null
  endpoints = var.private_network ? {
    subnet_id = module.network[0].endpoints_subnet_id
    zone_ids  = { for group, endpoint in local.endpoints : group => endpoint.zone_id }
  } : null
}

module "app" {
  source = "./modules/containerapp"
  count  = local.has_processes ? 1 : 0

  name                     = local.app_name
  resource_group_name      = local.resource_group
  tags                     = var.tags
  environment_id           = module.environment[0].id
  identity_id              = module.identity.id
  registry_server          = var.own_registry ? module.registry[0].server : ""
  front_image              = var.front_image
  sidecar_image            = var.sidecar_image
  gateway_variables        = local.gateway_variables
  access_mode              = var.access_mode
  functions_url            = local.has_functions ? "https://${local.functions_name}.azurewebsites.net" : ""
  functions_key_secret_url = local.has_functions ? "${module.vault.uri}secrets/${var.vault_functions_key}" : ""
  front_key_secret_url     = local.has_functions ? "${module.vault.uri}secrets/${var.vault_front_key}" : ""
  ingress_range            = var.ingress_range
  min_replicas             = var.min_replicas
  max_replicas             = var.max_replicas
  concurrent_requests      = var.concurrent_requests
  cooldown_seconds         = var.cooldown_seconds
  drain_seconds            = var.drain_seconds
  replica_size             = var.replica_size

  collector_image            = var.collector ? var.collector_image : ""
  trace_percent              = var.trace_percent
  insights_connection_string = module.monitoring.insights_connection_string
  client_id                  = module.identity.client_id
}

# After the container app, because Azure asks the gateway for consent when it makes the subscription.
module "events" {
  source = "./modules/events"
  count  = local.has_processes && var.events_application != "" ? 1 : 0

  name              = "evgt-${var.name}"
  resource_group_id = data.azurerm_resource_group.group.id
  location          = local.location
  tags              = var.tags
  tenant_id         = data.azurerm_client_config.current.tenant_id
  vault_id          = module.vault.id
  gateway_url       = "https://${local.hosts[0]}"
  application       = var.events_application

  depends_on = [module.app]
}

module "alerts" {
  source = "./modules/alerts"
  count  = length(var.alert_emails) > 0 ? 1 : 0

  name              = var.name
  resource_group_id = data.azurerm_resource_group.group.id
  location          = local.location
  tags              = var.tags
  action_group_id   = module.monitoring.action_group_id
  workspace_id      = module.monitoring.workspace_id
  scopes = merge(
    { vault = module.vault.id },
    local.has_processes ? { front = module.app[0].id } : {},
    local.has_functions ? { functions = module.functions[0].id } : {},
    var.ledger == "tables" ? { tables = module.tables[0].id } : { postgres = module.postgres[0].id },
  )
  log_alerts  = var.log_alerts
  runbook_url = var.runbook_url
}

module "budget" {
  source = "./modules/budget"
  count  = var.monthly_budget > 0 ? 1 : 0

  name              = "budget-${var.name}"
  resource_group_id = data.azurerm_resource_group.group.id
  amount            = var.monthly_budget
  start_date        = var.budget_start
  action_group_id   = module.monitoring.action_group_id
}
