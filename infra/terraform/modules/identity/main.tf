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
  description = "Name of the identity. With PostgreSQL it is also the name of the database role."
  type        = string
}

# The one identity of all processes. It exists before they do, so their roles do too when they start.
resource "azurerm_user_assigned_identity" "identity" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

output "id" {
  description = "Resource id of the identity."
  value       = azurerm_user_assigned_identity.identity.id
}

output "principal_id" {
  description = "Object id, which roles are assigned to."
  value       = azurerm_user_assigned_identity.identity.principal_id
}

output "client_id" {
  description = "Client id, by which a process asks for tokens."
  value       = azurerm_user_assigned_identity.identity.client_id
}
