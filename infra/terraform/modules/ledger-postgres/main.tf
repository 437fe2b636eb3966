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
  description = "Name of the server, unique in the world."
  type        = string
}

variable "tenant_id" {
  description = "Tenant whose identities may log in."
  type        = string
}

variable "principal_id" {
  description = "Object id of the identity that keeps the ledger."
  type        = string
}

variable "principal_name" {
  description = "Name of that identity, which is also its name in the database."
  type        = string
}

variable "sku" {
  description = "Size of the server."
  type        = string
}

variable "storage_gb" {
  description = "GB of storage; it can grow, but not shrink."
  type        = number

  validation {
    condition     = var.storage_gb >= 32
    error_message = "storage_gb must be at least 32."
  }
}

variable "backup_days" {
  description = "Days that backups are kept."
  type        = number

  validation {
    condition     = var.backup_days >= 7 && var.backup_days <= 35
    error_message = "backup_days must be from 7 to 35."
  }
}

variable "high_availability" {
  description = "Whether a second server in another zone takes over. Needs a size that is not burstable."
  type        = bool
}

variable "endpoint" {
  description = "Subnet and private DNS zone of the private endpoint; null: the server has a public endpoint, open to Azure's addresses."
  type = object({
    subnet_id = string
    zone_id   = string
  })
}

locals {
  private = var.endpoint != null
  # The provider writes the tier into the size.
  tier = startswith(var.sku, "Standard_B") ? "B" : startswith(var.sku, "Standard_E") ? "MO" : "GP"
}

# The ledger in PostgreSQL, with Microsoft Entra ID as the only way in: no password exists.
resource "azurerm_postgresql_flexible_server" "server" {
  name                          = var.name
  resource_group_name           = var.resource_group_name
  location                      = var.location
  tags                          = var.tags
  version                       = "17"
  sku_name                      = "${local.tier}_${var.sku}"
  storage_mb                    = var.storage_gb * 1024
  auto_grow_enabled             = true
  backup_retention_days         = var.backup_days
  geo_redundant_backup_enabled  = false
  public_network_access_enabled = !local.private

  authentication {
    active_directory_auth_enabled = true
    password_auth_enabled         = false
    tenant_id                     = var.tenant_id
  }

  dynamic "high_availability" {
    for_each = var.high_availability ? ["ZoneRedundant"] : []

    content {
      mode = high_availability.value
    }
  }

  lifecycle {
    # Azure chooses the zones, and swaps them when the second server takes over.
    ignore_changes = [zone, high_availability[0].standby_availability_zone]
  }
}

resource "azurerm_postgresql_flexible_server_database" "database" {
  name      = "dragoman"
  server_id = azurerm_postgresql_flexible_server.server.id
  charset   = "UTF8"
  collation = "en_US.utf8"
}

resource "azurerm_postgresql_flexible_server_active_directory_administrator" "administrator" {
  server_name         = azurerm_postgresql_flexible_server.server.name
  resource_group_name = var.resource_group_name
  tenant_id           = var.tenant_id
  object_id           = var.principal_id
  principal_name      = var.principal_name
  principal_type      = "ServicePrincipal"

  # The server takes one change at a time.
  depends_on = [azurerm_postgresql_flexible_server_database.database]
}

# 0.0.0.0 stands for the addresses of Azure. The containers have no fixed ones.
resource "azurerm_postgresql_flexible_server_firewall_rule" "azure" {
  count = local.private ? 0 : 1

  name             = "azure"
  server_id        = azurerm_postgresql_flexible_server.server.id
  start_ip_address = "0.0.0.0"
  end_ip_address   = "0.0.0.0"

  depends_on = [azurerm_postgresql_flexible_server_active_directory_administrator.administrator]
}

module "endpoint" {
  source = "../endpoint"
  count  = local.private ? 1 : 0

  name                = "pe-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  subnet_id           = var.endpoint.subnet_id
  target_id           = azurerm_postgresql_flexible_server.server.id
  group               = "postgresqlServer"
  zone_id             = var.endpoint.zone_id
}

output "id" {
  description = "Resource id of the server."
  value       = azurerm_postgresql_flexible_server.server.id
}

output "connection" {
  description = "Connection of the gateway's store; it has no secret."
  value       = "postgres://${var.principal_name}@${var.name}.postgres.database.azure.com/dragoman?auth=entra"
}
