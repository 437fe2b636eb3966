metadata description = 'The function app: Flex Consumption, its package in a blob container, no key and no connection string anywhere.'

@description('Name of the function app, unique in the world.')
param name string

@description('Name of the plan.')
param planName string

@description('Name of the storage account of the Functions host, unique in the world.')
@minLength(3)
@maxLength(24)
param storageName string

@description('Region.')
param location string

@description('Tags of the resources.')
param tags { *: string }

@description('isolated: .NET isolated worker; custom: native custom handler, which starts faster.')
param hosting ('isolated' | 'custom')

@description('Resource id of the identity of the processes.')
param identityId string

@description('Object id of that identity.')
param principalId string

@description('Client id of that identity.')
param clientId string

@description('Environment variables of the gateway, which the sidecar has too.')
param gatewayVariables { *: string }

@description('Application Insights component.')
param insightsName string

@description('LRS: three copies in one datacenter; ZRS: in three zones.')
param replication ('LRS' | 'ZRS')

@description('Memory of an instance in MB.')
param memoryMB (512 | 2048 | 4096)

@description('Largest number of instances.')
param maxInstances int

@description('Requests at once for each instance. Azure bills an instance, not a request, so a low number is expensive.')
param concurrency int

@description('Subnet of the app\'s own requests; empty: none.')
param subnetId string

@description('Subnet of the private endpoints; empty: public endpoints.')
param endpointSubnetId string

@description('Private DNS zones of the private endpoints, by the part of the resource; empty without any.')
param endpointZoneIds { *: string }

var isPrivate = !empty(endpointSubnetId)
var roles = [
  // Storage Blob Data Owner, Queue Data Contributor, Table Data Contributor: what the Functions host needs.
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
]

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: storageName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_${replication}'
  }
  properties: {
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource packages 'containers' = {
      name: 'packages'
      properties: {
        publicAccess: 'None'
      }
    }
  }
}

resource usesStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles: {
    scope: storage
    name: guid(storage.id, principalId, role)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // azd finds the app by this tag.
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      runtime: hosting == 'isolated' ? { name: 'dotnet-isolated', version: '10.0' } : { name: 'custom', version: '1.0' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: 'https://${storageName}.blob.${environment().suffixes.storage}/packages'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: memoryMB
        maximumInstanceCount: maxInstances
        triggers: {
          http: {
            perInstanceConcurrency: concurrency
          }
        }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      appSettings: concat(
        [
          // All three: without the last two the app is deployed, and its host does not start.
          { name: 'AzureWebJobsStorage__accountName', value: storageName }
          { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
          { name: 'AzureWebJobsStorage__clientId', value: clientId }
          { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insights.properties.ConnectionString }
          { name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING', value: 'ClientId=${clientId};Authorization=AAD' }
          { name: 'DRAGOMAN_DATA', value: '/tmp/dragoman' }
        ],
        map(items(gatewayVariables), variable => { name: variable.key, value: variable.value })
      )
    }
  }
  dependsOn: [
    storage::blobs::packages
    usesStorage
  ]

  // Nobody deploys with a password.
  resource ftpPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }

  resource scmPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }
}

module storageEndpoints 'endpoint.bicep' = [
  for group in ['blob', 'queue', 'table']: if (isPrivate) {
    name: 'functions-${group}-endpoint'
    params: {
      name: 'pe-${storageName}-${group}'
      location: location
      tags: tags
      subnetId: endpointSubnetId
      targetId: storage.id
      group: group
      zoneId: endpointZoneIds[?group] ?? ''
    }
  }
]

module endpoint 'endpoint.bicep' = if (isPrivate) {
  name: 'functions-endpoint'
  params: {
    name: 'pe-${name}'
    location: location
    tags: tags
    subnetId: endpointSubnetId
    targetId: app.id
    group: 'sites'
    zoneId: endpointZoneIds.?sites ?? ''
  }
}

@description('Resource id of the function app.')
output id string = app.id
