terraform {
  required_providers {
    azapi = {
      source = "azure/azapi"
    }
  }
}

variable "resource_group_id" {
  description = "Resource id of the resource group."
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
  description = "Name that the workbook shows."
  type        = string
}

variable "workspace_id" {
  description = "Log workspace that the workbook asks."
  type        = string
}

# The dashboard of infra/dashboards/workbook.json in Azure's portal.
resource "azapi_resource" "workbook" {
  type = "Microsoft.Insights/workbooks@2023-06-01"
  # Azure wants a GUID. This is the one that Bicep's function guid makes.
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", "${var.resource_group_id}-${var.name}")
  parent_id = var.resource_group_id
  location  = var.location
  tags      = var.tags

  body = {
    kind = "shared"
    properties = {
      displayName    = var.name
      category       = "workbook"
      version        = "Notebook/1.0"
      sourceId       = var.workspace_id
      serializedData = replace(file("${path.module}/../../../dashboards/workbook.json"), "<workspace>", var.workspace_id)
    }
  }
}
