variable "resource_group_name" {
  description = "Resource group."
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
  description = "Name of the storage account, unique in the world."
  type        = string

  validation {
    condition     = length(var.name) >= 3 && length(var.name) <= 24
    error_message = "name must have 3 to 24 characters."
  }
}

variable "principal_id" {
  description = "Object id of the identity that keeps the ledger."
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

variable "endpoint" {
  description = "Subnet and private DNS zone of the private endpoint; null: the account has a public endpoint."
  type = object({
    subnet_id = string
    zone_id   = string
  })
}

locals {
  private = var.endpoint != null
}

# The ledger in Azure Table Storage: costs nothing while nobody calls, and serves several processes.
resource "azurerm_storage_account" "account" {
  name                             = var.name
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

# The gateway makes its table itself.
resource "azurerm_role_assignment" "keeps_ledger" {
  scope                = azurerm_storage_account.account.id
  principal_id         = var.principal_id
  principal_type       = "ServicePrincipal"
  role_definition_name = "Storage Table Data Contributor"
}

module "endpoint" {
  source = "../endpoint"
  count  = local.private ? 1 : 0

  name                = "pe-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  subnet_id           = var.endpoint.subnet_id
  target_id           = azurerm_storage_account.account.id
  group               = "table"
  zone_id             = var.endpoint.zone_id
}

output "id" {
  description = "Resource id of the storage account."
  value       = azurerm_storage_account.account.id
}

output "connection" {
  description = "Connection of the gateway's store; it has no secret."
  value       = "tables:https://${var.name}.table.core.windows.net/dragoman"
}
