metadata description = 'The one identity of all processes. It exists before they do, so their roles do too when they start.'

@description('Name of the identity. With PostgreSQL it is also the name of the database role.')
param name string

@description('Region.')
param location string

@description('Tags of the resource.')
param tags { *: string }

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource id of the identity.')
output id string = identity.id

@description('Object id, which roles are assigned to.')
output principalId string = identity.properties.principalId

@description('Client id, by which a process asks for tokens.')
output clientId string = identity.properties.clientId
