metadata description = 'A container registry of your own, from which only the identity pulls.'

@description('Name of the registry, unique in the world.')
@minLength(5)
@maxLength(50)
param name string

@description('Region.')
param location string

@description('Tags of the resources.')
param tags { *: string }

@description('Object id of the identity that pulls images.')
param principalId string

@description('Subnet of the private endpoint; empty: the registry has a public endpoint. A private one has the tier Premium.')
param endpointSubnetId string

@description('Private DNS zone of the private endpoint; empty without one.')
param endpointZoneId string

var isPrivate = !empty(endpointSubnetId)

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: isPrivate ? 'Premium' : 'Basic'
  }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  }
}

// AcrPull.
resource pullsImages 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: registry
  name: guid(registry.id, principalId, '7f951dda-4ed3-4680-a7ca-43fe172d538d')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '7f951dda-4ed3-4680-a7ca-43fe172d538d'
    )
  }
}

module endpoint 'endpoint.bicep' = if (isPrivate) {
  name: 'registry-endpoint'
  params: {
    name: 'pe-${name}'
    location: location
    tags: tags
    subnetId: endpointSubnetId
    targetId: registry.id
    group: 'registry'
    zoneId: endpointZoneId
  }
}

@description('Host name of the registry.')
output server string = '${name}.azurecr.io'
