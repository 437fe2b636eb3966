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
  description = "Name that the resources begin with."
  type        = string
}

variable "principal_id" {
  description = "Object id of the identity that sends telemetry."
  type        = string
}

variable "retention_days" {
  description = "Days that logs are kept; 30 are free."
  type        = number

  validation {
    condition     = var.retention_days >= 30 && var.retention_days <= 730
    error_message = "retention_days must be from 30 to 730."
  }
}

variable "daily_cap_gb" {
  description = "GB of logs a day after which Azure takes no more until the next day, so that logs cannot be the largest part of the bill; -1: no limit."
  type        = number
}

variable "emails" {
  description = "Mail addresses that alerts are sent to."
  type        = list(string)
}

resource "azurerm_log_analytics_workspace" "workspace" {
  name                            = "log-${var.name}"
  resource_group_name             = var.resource_group_name
  location                        = var.location
  tags                            = var.tags
  sku                             = "PerGB2018"
  retention_in_days               = var.retention_days
  daily_quota_gb                  = var.daily_cap_gb
  allow_resource_only_permissions = true
  # Only Microsoft Entra ID, no shared keys.
  local_authentication_enabled = false
}

resource "azurerm_application_insights" "insights" {
  name                         = "appi-${var.name}"
  resource_group_name          = var.resource_group_name
  location                     = var.location
  tags                         = var.tags
  application_type             = "web"
  workspace_id                 = azurerm_log_analytics_workspace.workspace.id
  local_authentication_enabled = false
  ip_masking_enabled           = true
}

# Without shared keys only this role may send telemetry.
resource "azurerm_role_assignment" "sends_telemetry" {
  scope                = azurerm_application_insights.insights.id
  principal_id         = var.principal_id
  principal_type       = "ServicePrincipal"
  role_definition_name = "Monitoring Metrics Publisher"
}

resource "azurerm_monitor_action_group" "operators" {
  name                = "ag-${var.name}"
  resource_group_name = var.resource_group_name
  location            = "global"
  tags                = var.tags
  short_name          = "dragoman"
  enabled             = true

  dynamic "email_receiver" {
    for_each = var.emails

    content {
      name                    = "operator-${email_receiver.key}"
      email_address           = email_receiver.value
      use_common_alert_schema = true
    }
  }
}

output "workspace_id" {
  description = "Resource id of the log workspace."
  value       = azurerm_log_analytics_workspace.workspace.id
}

output "insights_connection_string" {
  description = "Where telemetry is sent to. The key in it is of no use, because the component accepts only the identity."
  value       = azurerm_application_insights.insights.connection_string
  sensitive   = true
}

output "action_group_id" {
  description = "Resource id of the action group."
  value       = azurerm_monitor_action_group.operators.id
}
