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
  description = "Name of the environment."
  type        = string
}

variable "workspace_id" {
  description = "Log workspace."
  type        = string
}

variable "subnet_id" {
  description = "Subnet of the containers; null: a network of Azure's."
  type        = string
}

resource "azurerm_container_app_environment" "environment" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  # Logs go through a diagnostic setting, because the direct way needs the workspace's shared key.
  logs_destination         = "azure-monitor"
  infrastructure_subnet_id = var.subnet_id

  workload_profile {
    name                  = "Consumption"
    workload_profile_type = "Consumption"
  }
}

resource "azurerm_monitor_diagnostic_setting" "logs" {
  name                       = "logs"
  target_resource_id         = azurerm_container_app_environment.environment.id
  log_analytics_workspace_id = var.workspace_id

  enabled_log {
    category = "ContainerAppConsoleLogs"
  }

  enabled_log {
    category = "ContainerAppSystemLogs"
  }
}

output "id" {
  description = "Resource id of the environment."
  value       = azurerm_container_app_environment.environment.id
}

output "default_domain" {
  description = "Domain under which the container app gets its host name."
  value       = azurerm_container_app_environment.environment.default_domain
}
