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
  description = "Name of the registry, unique in the world."
  type        = string

  validation {
    condition     = length(var.name) >= 5 && length(var.name) <= 50
    error_message = "name must have 5 to 50 characters."
  }
}

variable "principal_id" {
  description = "Object id of the identity that pulls images."
  type        = string
}

variable "endpoint" {
  description = "Subnet and private DNS zone of the private endpoint; null: the registry has a public endpoint. A private one has the tier Premium."
  type = object({
    subnet_id = string
    zone_id   = string
  })
}

locals {
  private = var.endpoint != null
}

resource "azurerm_container_registry" "registry" {
  name                          = var.name
  resource_group_name           = var.resource_group_name
  location                      = var.location
  tags                          = var.tags
  sku                           = local.private ? "Premium" : "Basic"
  admin_enabled                 = false
  anonymous_pull_enabled        = false
  public_network_access_enabled = !local.private
}

resource "azurerm_role_assignment" "pulls_images" {
  scope                = azurerm_container_registry.registry.id
  principal_id         = var.principal_id
  principal_type       = "ServicePrincipal"
  role_definition_name = "AcrPull"
}

module "endpoint" {
  source = "../endpoint"
  count  = local.private ? 1 : 0

  name                = "pe-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  subnet_id           = var.endpoint.subnet_id
  target_id           = azurerm_container_registry.registry.id
  group               = "registry"
  zone_id             = var.endpoint.zone_id
}

output "server" {
  description = "Host name of the registry."
  value       = "${var.name}.azurecr.io"
}
