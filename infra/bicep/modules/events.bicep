metadata description = 'Azure Event Grid tells the gateway about new and expiring secrets, with a token of Microsoft Entra ID instead of a key.'

@description('Name of the topic.')
param name string

@description('Region.')
param location string

@description('Tags of the resource.')
param tags { *: string }

@description('Vault whose events are told.')
param vaultId string

@description('Address of the gateway.')
param gatewayUrl string

@description('Client id or identifier URI of the application for whose tokens Event Grid asks.')
param application string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: name
  location: location
  tags: tags
  properties: {
    source: vaultId
    topicType: 'Microsoft.KeyVault.vaults'
  }

  resource delivery 'eventSubscriptions' = {
    name: 'gateway'
    properties: {
      eventDeliverySchema: 'EventGridSchema'
      destination: {
        endpointType: 'WebHook'
        properties: {
          // There is no secret in it: the token is in a header.
          #disable-next-line use-secure-value-for-secure-inputs
          endpointUrl: '${gatewayUrl}/dragoman/keyvault/events'
          azureActiveDirectoryTenantId: subscription().tenantId
          azureActiveDirectoryApplicationIdOrUri: application
          maxEventsPerBatch: 1
          preferredBatchSizeInKilobytes: 64
        }
      }
      filter: {
        includedEventTypes: [
          'Microsoft.KeyVault.SecretNewVersionCreated'
          'Microsoft.KeyVault.SecretNearExpiry'
          'Microsoft.KeyVault.SecretExpired'
        ]
      }
      retryPolicy: {
        maxDeliveryAttempts: 30
        eventTimeToLiveInMinutes: 1440
      }
    }
  }
}
