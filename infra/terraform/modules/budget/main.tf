variable "name" {
  description = "Name of the budget."
  type        = string
}

variable "resource_group_id" {
  description = "Resource group whose costs count."
  type        = string
}

variable "amount" {
  description = "Amount a month, in the currency of the subscription."
  type        = number

  validation {
    condition     = var.amount >= 1
    error_message = "amount must be at least 1."
  }
}

variable "start_date" {
  description = "First day of the current month when the budget is made, such as 2026-12-01."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{4}-[0-9]{2}-01$", var.start_date))
    error_message = "start_date must be the first day of a month, such as 2026-12-01."
  }
}

variable "action_group_id" {
  description = "Action group that is told."
  type        = string
}

# Azure only tells about it; it stops nothing.
resource "azurerm_consumption_budget_resource_group" "budget" {
  name              = var.name
  resource_group_id = var.resource_group_id
  amount            = var.amount
  time_grain        = "Monthly"

  time_period {
    start_date = "${var.start_date}T00:00:00Z"
  }

  dynamic "notification" {
    for_each = [
      { threshold = 80, type = "Actual" },
      { threshold = 100, type = "Actual" },
      { threshold = 100, type = "Forecasted" },
    ]

    content {
      enabled        = true
      operator       = "GreaterThanOrEqualTo"
      threshold      = notification.value.threshold
      threshold_type = notification.value.type
      contact_groups = [var.action_group_id]
    }
  }
}
