terraform {
  required_providers {
    azapi = {
      source = "azure/azapi"
    }
  }
}

variable "resource_group_name" {
  description = "Resource group."
  type        = string
}

variable "resource_group_id" {
  description = "Resource id of the resource group."
  type        = string
}

variable "location" {
  description = "Region."
  type        = string
}

variable "tags" {
  description = "Tags of the resources."
  type        = map(string)
}

variable "name" {
  description = "Name of the function app, unique in the world."
  type        = string
}

variable "plan_name" {
  description = "Name of the plan."
  type        = string
}

variable "storage_name" {
  description = "Name of the storage account of the Functions host, unique in the world."
  type        = string

  validation {
    condition     = length(var.storage_name) >= 3 && length(var.storage_name) <= 24
    error_message = "storage_name must have 3 to 24 characters."
  }
}

variable "hosting" {
  description = "isolated: .NET isolated worker; custom: native custom handler, which starts faster."
  type        = string

  validation {
    condition     = contains(["isolated", "custom"], var.hosting)
    error_message = "hosting must be isolated or custom."
  }
}

variable "identity_id" {
  description = "Resource id of the identity of the processes."
  type        = string
}

variable "principal_id" {
  description = "Object id of that identity."
  type        = string
}

variable "client_id" {
  description = "Client id of that identity."
  type        = string
}

variable "gateway_variables" {
  description = "Environment variables of the gateway, which the sidecar has too."
  type        = map(string)
}

variable "insights_connection_string" {
  description = "Where telemetry is sent to."
  type        = string
}

variable "replication" {
  description = "LRS: three copies in one datacenter; ZRS: in three zones."
  type        = string

  validation {
    condition     = contains(["LRS", "ZRS"], var.replication)
    error_message = "replication must be LRS or ZRS."
  }
}

variable "memory_mb" {
  description = "Memory of an instance in MB."
  type        = number

  validation {
    condition     = contains([512, 2048, 4096], var.memory_mb)
    error_message = "memory_mb must be 512, 2048 or 4096."
  }
}

variable "max_instances" {
  description = "Largest number of instances."
  type        = number
}

variable "concurrency" {
  description = "Requests at once for each instance. Azure bills an instance, not a request, so a low number is expensive."
  type        = number
}

variable "subnet_id" {
  description = "Subnet of the app's own requests; null: none."
  type        = string
}

variable "endpoints" {
  description = "Subnet of the private endpoints, and their private DNS zones by the part of the resource; null: public endpoints."
  type = object({
    subnet_id = string
    zone_ids  = map(string)
  })
}

locals {
  private = var.endpoints != null
  # What the Functions host needs.
  roles = [
    "Storage Blob Data Owner",
    "Storage Queue Data Contributor",
    "Storage Table Data Contributor",
  ]
  runtimes = {
    isolated = { name = "dotnet-isolated", version = "10.0" }
    custom   = { name = "custom", version = "1.0" }
  }
  variables = merge(
    {
      # The first three belong together: without one the app is deployed, and its host does not start.
      AzureWebJobsStorage__accountName          = var.storage_name
      AzureWebJobsStorage__credential           = "managedidentity"
      AzureWebJobsStorage__clientId             = var.client_id
      APPLICATIONINSIGHTS_CONNECTION_STRING     = var.insights_connection_string
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING = "ClientId=${var.client_id};Authorization=AAD"
      DRAGOMAN_DATA                             = "/tmp/dragoman"
    },
    var.gateway_variables,
  )
}

resource "azurerm_storage_account" "storage" {
  name                             = var.storage_name
  resource_group_name              = var.resource_group_name
  location                         = var.location
  tags                             = var.tags
  account_kind                     = "StorageV2"
  account_tier                     = "Standard"
  account_replication_type         = var.replication
  allow_nested_items_to_be_public  = false
  cross_tenant_replication_enabled = false
  shared_access_key_enabled        = false
  default_to_oauth_authentication  = true
  min_tls_version                  = "TLS1_2"
  https_traffic_only_enabled       = true
  public_network_access_enabled    = !local.private

  network_rules {
    bypass         = ["None"]
    default_action = local.private ? "Deny" : "Allow"
  }
}

resource "azurerm_storage_container" "packages" {
  name                  = "packages"
  storage_account_id    = azurerm_storage_account.storage.id
  container_access_type = "private"
}

resource "azurerm_role_assignment" "uses_storage" {
  for_each = toset(local.roles)

  scope                = azurerm_storage_account.storage.id
  principal_id         = var.principal_id
  principal_type       = "ServicePrincipal"
  role_definition_name = each.value
}

resource "azurerm_service_plan" "plan" {
  name                = var.plan_name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  os_type             = "Linux"
  sku_name            = "FC1"
}

# azurerm's own resource would add a connection string with an empty key, and the host would not start.
resource "azapi_resource" "app" {
  type      = "Microsoft.Web/sites@2025-03-01"
  name      = var.name
  parent_id = var.resource_group_id
  location  = var.location
  tags      = merge(var.tags, { azd-service-name = "functions" })

  identity {
    type         = "UserAssigned"
    identity_ids = [var.identity_id]
  }

  # Nothing of the answer is needed in the state.
  response_export_values = []

  body = {
    kind = "functionapp,linux"
    properties = {
      serverFarmId           = azurerm_service_plan.plan.id
      httpsOnly              = true
      publicNetworkAccess    = local.private ? "Disabled" : "Enabled"
      virtualNetworkSubnetId = var.subnet_id
      functionAppConfig = {
        runtime = local.runtimes[var.hosting]
        deployment = {
          storage = {
            type  = "blobContainer"
            value = "https://${var.storage_name}.blob.core.windows.net/packages"
            authentication = {
              type                           = "UserAssignedIdentity"
              userAssignedIdentityResourceId = var.identity_id
            }
          }
        }
        scaleAndConcurrency = {
          instanceMemoryMB     = var.memory_mb
          maximumInstanceCount = var.max_instances
          triggers = {
            http = {
              perInstanceConcurrency = var.concurrency
            }
          }
        }
      }
      siteConfig = {
        minTlsVersion    = "1.2"
        scmMinTlsVersion = "1.2"
        ftpsState        = "Disabled"
        http20Enabled    = true
        appSettings      = [for name, value in local.variables : { name = name, value = value }]
      }
    }
  }

  depends_on = [azurerm_storage_container.packages, azurerm_role_assignment.uses_storage]
}

# Nobody deploys with a password.
resource "azapi_resource" "passwords" {
  for_each = toset(["ftp", "scm"])

  type      = "Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01"
  name      = each.value
  parent_id = azapi_resource.app.id

  body = {
    properties = {
      allow = false
    }
  }
}

module "storage_endpoints" {
  source   = "../endpoint"
  for_each = local.private ? toset(["blob", "queue", "table"]) : toset([])

  name                = "pe-${var.storage_name}-${each.value}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  subnet_id           = var.endpoints.subnet_id
  target_id           = azurerm_storage_account.storage.id
  group               = each.value
  zone_id             = var.endpoints.zone_ids[each.value]
}

module "endpoint" {
  source = "../endpoint"
  count  = local.private ? 1 : 0

  name                = "pe-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  subnet_id           = var.endpoints.subnet_id
  target_id           = azapi_resource.app.id
  group               = "sites"
  zone_id             = var.endpoints.zone_ids["sites"]
}

output "id" {
  description = "Resource id of the function app."
  value       = azapi_resource.app.id
}
