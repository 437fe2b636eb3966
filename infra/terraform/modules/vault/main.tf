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
  description = "Name of the vault, unique in the world."
  type        = string

  validation {
    condition     = length(var.name) >= 3 && length(var.name) <= 24
    error_message = "name must have 3 to 24 characters."
  }
}

variable "tenant_id" {
  description = "Tenant of the vault."
  type        = string
}

variable "principal_id" {
  description = "Object id of the identity that reads the secrets."
  type        = string
}

variable "soft_delete_retention_days" {
  description = "Days in which a deleted secret or vault can be recovered."
  type        = number

  validation {
    condition     = var.soft_delete_retention_days >= 7 && var.soft_delete_retention_days <= 90
    error_message = "soft_delete_retention_days must be from 7 to 90."
  }
}

variable "purge_protection" {
  description = "Whether nobody can delete a secret or the vault for good before those days are over. It cannot be turned off again."
  type        = bool
}

variable "endpoint" {
  description = "Subnet and private DNS zone of the private endpoint; null: the vault has a public endpoint."
  type = object({
    subnet_id = string
    zone_id   = string
  })
}

locals {
  private = var.endpoint != null
}

# People put the secrets into it; the processes may only read them.
resource "azurerm_key_vault" "vault" {
  name                            = var.name
  resource_group_name             = var.resource_group_name
  location                        = var.location
  tags                            = var.tags
  tenant_id                       = var.tenant_id
  sku_name                        = "standard"
  rbac_authorization_enabled      = true
  soft_delete_retention_days      = var.soft_delete_retention_days
  purge_protection_enabled        = var.purge_protection
  enabled_for_deployment          = false
  enabled_for_disk_encryption     = false
  enabled_for_template_deployment = false
  public_network_access_enabled   = !local.private

  network_acls {
    bypass         = "AzureServices"
    default_action = local.private ? "Deny" : "Allow"
  }
}

# Reads secrets, and can neither list keys nor change anything.
resource "azurerm_role_assignment" "reads_secrets" {
  scope                = azurerm_key_vault.vault.id
  principal_id         = var.principal_id
  principal_type       = "ServicePrincipal"
  role_definition_name = "Key Vault Secrets User"
}

module "endpoint" {
  source = "../endpoint"
  count  = local.private ? 1 : 0

  name                = "pe-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  subnet_id           = var.endpoint.subnet_id
  target_id           = azurerm_key_vault.vault.id
  group               = "vault"
  zone_id             = var.endpoint.zone_id
}

output "id" {
  description = "Resource id of the vault."
  value       = azurerm_key_vault.vault.id
}

output "uri" {
  description = "Address of the vault."
  value       = "https://${var.name}.vault.azure.net/"
}
