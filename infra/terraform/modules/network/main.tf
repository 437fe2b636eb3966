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
  description = "Name of the network."
  type        = string
}

variable "address_prefix" {
  description = "Address range, at least a /24."
  type        = string
}

variable "zones" {
  description = "Names of the private DNS zones."
  type        = list(string)
}

# A subnet for the containers, one for the functions, one for private endpoints, and their DNS zones.
resource "azurerm_virtual_network" "network" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  address_space       = [var.address_prefix]
}

resource "azurerm_subnet" "containers" {
  name                 = "containers"
  resource_group_name  = var.resource_group_name
  virtual_network_name = azurerm_virtual_network.network.name
  address_prefixes     = [cidrsubnet(var.address_prefix, 26 - tonumber(split("/", var.address_prefix)[1]), 0)]

  delegation {
    name = "containers"

    service_delegation {
      name = "Microsoft.App/environments"
    }
  }
}

resource "azurerm_subnet" "functions" {
  name                 = "functions"
  resource_group_name  = var.resource_group_name
  virtual_network_name = azurerm_virtual_network.network.name
  address_prefixes     = [cidrsubnet(var.address_prefix, 26 - tonumber(split("/", var.address_prefix)[1]), 1)]

  delegation {
    name = "functions"

    service_delegation {
      name = "Microsoft.App/environments"
    }
  }
}

resource "azurerm_subnet" "endpoints" {
  name                              = "endpoints"
  resource_group_name               = var.resource_group_name
  virtual_network_name              = azurerm_virtual_network.network.name
  address_prefixes                  = [cidrsubnet(var.address_prefix, 26 - tonumber(split("/", var.address_prefix)[1]), 2)]
  private_endpoint_network_policies = "Disabled"
}

resource "azurerm_private_dns_zone" "zones" {
  for_each = toset(var.zones)

  name                = each.value
  resource_group_name = var.resource_group_name
  tags                = var.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "links" {
  for_each = toset(var.zones)

  name                 = var.name
  private_dns_zone_id  = azurerm_private_dns_zone.zones[each.value].id
  virtual_network_id   = azurerm_virtual_network.network.id
  registration_enabled = false
  tags                 = var.tags
}

output "containers_subnet_id" {
  description = "Subnet of the container environment."
  value       = azurerm_subnet.containers.id
}

output "functions_subnet_id" {
  description = "Subnet of the function app."
  value       = azurerm_subnet.functions.id
}

output "endpoints_subnet_id" {
  description = "Subnet of the private endpoints."
  value       = azurerm_subnet.endpoints.id
}

output "zone_ids" {
  description = "Private DNS zones by their names."
  value       = { for name, zone in azurerm_private_dns_zone.zones : name => zone.id }
}
