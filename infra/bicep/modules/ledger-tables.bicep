metadata description = 'The ledger in Azure Table Storage: costs nothing while nobody calls, and serves several processes.'

@description('Name of the storage account, unique in the world.')
@minLength(3)
@maxLength(24)
param name string

@description('Region.')
param location string

@description('Tags of the resources.')
param tags { *: string }

@description('Object id of the identity that keeps the ledger.')
param principalId string

@description('LRS: three copies in one datacenter; ZRS: in three zones.')
@allowed([
  'LRS'
  'ZRS'
])
param replication string

@description('Subnet of the private endpoint; empty: the account has a public endpoint.')
param endpointSubnetId string

@description('Private DNS zone of the private endpoint; empty without one.')
param endpointZoneId string

var isPrivate = !empty(endpointSubnetId)

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
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
}

// Storage Table Data Contributor: the gateway makes its table itself.
resource keepsLedger 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, principalId, '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
    )
  }
}

module endpoint 'endpoint.bicep' = if (isPrivate) {
  name: 'ledger-endpoint'
  params: {
    name: 'pe-${name}'
    location: location
    tags: tags
    subnetId: endpointSubnetId
    targetId: account.id
    group: 'table'
    zoneId: endpointZoneId
  }
}

@description('Resource id of the storage account.')
output id string = account.id

@description('Connection of the gateway\'s store; it has no secret.')
output connection string = 'tables:https://${name}.table.${environment().suffixes.storage}/dragoman'
