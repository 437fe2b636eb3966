metadata description = 'The key vault. People put the secrets into it; the processes may only read them.'

@description('Name of the vault, unique in the world.')
@minLength(3)
@maxLength(24)
param name string

@description('Region.')
param location string

@description('Tags of the resources.')
param tags { *: string }

@description('Object id of the identity that reads the secrets.')
param principalId string

@description('Days in which a deleted secret or vault can be recovered.')
@minValue(7)
@maxValue(90)
param softDeleteRetentionDays int

@description('Whether nobody can delete a secret or the vault for good before those days are over. It cannot be turned off again.')
param purgeProtection bool

@description('Subnet of the private endpoint; empty: the vault has a public endpoint.')
param endpointSubnetId string

@description('Private DNS zone of the private endpoint; empty without one.')
param endpointZoneId string

var isPrivate = !empty(endpointSubnetId)

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: softDeleteRetentionDays
    // Azure rejects false, so that protection can never be taken back.
    enablePurgeProtection: purgeProtection ? true : null
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

// Key Vault Secrets User: reads secrets, and can neither list keys nor change anything.
resource readsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, principalId, '4633458b-17de-408a-874b-0445c86b69e6')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '4633458b-17de-408a-874b-0445c86b69e6'
    )
  }
}

module endpoint 'endpoint.bicep' = if (isPrivate) {
  name: 'vault-endpoint'
  params: {
    name: 'pe-${name}'
    location: location
    tags: tags
    subnetId: endpointSubnetId
    targetId: vault.id
    group: 'vault'
    zoneId: endpointZoneId
  }
}

@description('Resource id of the vault.')
output id string = vault.id

@description('Address of the vault.')
output uri string = 'https://${name}${environment().suffixes.keyvaultDns}/'
