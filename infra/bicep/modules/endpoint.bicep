metadata description = 'A private endpoint: an address inside the network for a resource, and its name.'

@description('Name of the endpoint.')
param name string

@description('Region.')
param location string

@description('Tags of the resource.')
param tags { *: string }

@description('Subnet in which the address is.')
param subnetId string

@description('Resource that the address leads to.')
param targetId string

@description('Part of the resource that the address leads to.')
@allowed([
  'blob'
  'postgresqlServer'
  'queue'
  'registry'
  'sites'
  'table'
  'vault'
])
param group string

@description('Private DNS zone that gets the name.')
param zoneId string

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: group
        properties: {
          privateLinkServiceId: targetId
          groupIds: [
            group
          ]
        }
      }
    ]
  }

  resource zoneGroup 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: group
          properties: {
            privateDnsZoneId: zoneId
          }
        }
      ]
    }
  }
}
