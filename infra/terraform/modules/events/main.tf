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
  description = "Name of the topic."
  type        = string
}

variable "tenant_id" {
  description = "Tenant of the application."
  type        = string
}

variable "vault_id" {
  description = "Vault whose events are told."
  type        = string
}

variable "gateway_url" {
  description = "Address of the gateway."
  type        = string
}

variable "application" {
  description = "Client id or identifier URI of the application for whose tokens Event Grid asks."
  type        = string
}

# Azure Event Grid tells the gateway about new and expiring secrets.
resource "azapi_resource" "topic" {
  type      = "Microsoft.EventGrid/systemTopics@2025-02-15"
  name      = var.name
  parent_id = var.resource_group_id
  location  = var.location
  tags      = var.tags

  body = {
    properties = {
      source    = var.vault_id
      topicType = "Microsoft.KeyVault.vaults"
    }
  }
}

# It presents a token of Microsoft Entra ID, so that there is no key in the state.
resource "azapi_resource" "subscription" {
  type      = "Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15"
  name      = "gateway"
  parent_id = azapi_resource.topic.id

  body = {
    properties = {
      eventDeliverySchema = "EventGridSchema"
      destination = {
        endpointType = "WebHook"
        properties = {
          endpointUrl                            = "${var.gateway_url}/dragoman/keyvault/events"
          azureActiveDirectoryTenantId           = var.tenant_id
          azureActiveDirectoryApplicationIdOrUri = var.application
          maxEventsPerBatch                      = 1
          preferredBatchSizeInKilobytes          = 64
        }
      }
      filter = {
        includedEventTypes = [
          "Microsoft.KeyVault.SecretNewVersionCreated",
          "Microsoft.KeyVault.SecretNearExpiry",
          "Microsoft.KeyVault.SecretExpired",
        ]
      }
      retryPolicy = {
        maxDeliveryAttempts      = 30
        eventTimeToLiveInMinutes = 1440
      }
    }
  }
}
