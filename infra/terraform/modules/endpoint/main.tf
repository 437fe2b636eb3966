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
  description = "Name of the endpoint."
  type        = string
}

variable "subnet_id" {
  description = "Subnet in which the address is."
  type        = string
}

variable "target_id" {
  description = "Resource that the address leads to."
  type        = string
}

variable "group" {
  description = "Part of the resource that the address leads to."
  type        = string

  validation {
    condition     = contains(["blob", "postgresqlServer", "queue", "registry", "sites", "table", "vault"], var.group)
    error_message = "group must be blob, postgresqlServer, queue, registry, sites, table or vault."
  }
}

variable "zone_id" {
  description = "Private DNS zone that gets the name."
  type        = string
}

# A private endpoint: an address inside the network for a resource, and its name.
resource "azurerm_private_endpoint" "endpoint" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  subnet_id           = var.subnet_id

  private_service_connection {
    name                           = var.group
    private_connection_resource_id = var.target_id
    subresource_names              = [var.group]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "default"
    private_dns_zone_ids = [var.zone_id]
  }
}
