metadata description = 'The ledger in PostgreSQL, with Microsoft Entra ID as the only way in: no password exists.'

@description('Name of the server, unique in the world.')
param name string

@description('Region.')
param location string

@description('Tags of the resources.')
param tags { *: string }

@description('Object id of the identity that keeps the ledger.')
param principalId string

@description('Name of that identity, which is also its name in the database.')
param principalName string

@description('Size of the server.')
param sku string

@description('GB of storage; it can grow, but not shrink.')
@minValue(32)
param storageGb int

@description('Days that backups are kept.')
@minValue(7)
@maxValue(35)
param backupDays int

@description('Whether a second server in another zone takes over. Needs a size that is not burstable.')
param highAvailability bool

@description('Subnet of the private endpoint; empty: the server has a public endpoint, open to Azure\'s addresses.')
param endpointSubnetId string

@description('Private DNS zone of the private endpoint; empty without one.')
param endpointZoneId string

var isPrivate = !empty(endpointSubnetId)

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
    tier: startsWith(sku, 'Standard_B')
      ? 'Burstable'
      : startsWith(sku, 'Standard_E') ? 'MemoryOptimized' : 'GeneralPurpose'
  }
  properties: {
    version: '17'
    authConfig: {
      activeDirectoryAuth: 'Enabled'
      passwordAuth: 'Disabled'
      tenantId: subscription().tenantId
    }
    storage: {
      storageSizeGB: storageGb
      autoGrow: 'Enabled'
    }
    backup: {
      backupRetentionDays: backupDays
      geoRedundantBackup: 'Disabled'
    }
    highAvailability: {
      mode: highAvailability ? 'ZoneRedundant' : 'Disabled'
    }
    network: {
      publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    }
  }

  resource database 'databases' = {
    name: 'dragoman'
    properties: {
      charset: 'UTF8'
      collation: 'en_US.utf8'
    }
  }

  resource administrator 'administrators' = {
    name: principalId
    properties: {
      principalName: principalName
      principalType: 'ServicePrincipal'
      tenantId: subscription().tenantId
    }
    // The server takes one change at a time.
    dependsOn: [
      database
    ]
  }

  // 0.0.0.0 stands for the addresses of Azure. The containers have no fixed ones.
  resource azure 'firewallRules' = if (!isPrivate) {
    name: 'azure'
    properties: {
      startIpAddress: '0.0.0.0'
      endIpAddress: '0.0.0.0'
    }
    dependsOn: [
      administrator
    ]
  }
}

module endpoint 'endpoint.bicep' = if (isPrivate) {
  name: 'ledger-endpoint'
  params: {
    name: 'pe-${name}'
    location: location
    tags: tags
    subnetId: endpointSubnetId
    targetId: server.id
    group: 'postgresqlServer'
    zoneId: endpointZoneId
  }
}

@description('Resource id of the server.')
output id string = server.id

@description('Connection of the gateway\'s store; it has no secret.')
output connection string = 'postgres://${principalName}@${name}.postgres.database.azure.com/dragoman?auth=entra'
