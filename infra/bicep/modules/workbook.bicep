metadata description = 'The dashboard of infra/dashboards/workbook.json in Azure\'s portal.'

@description('Name that the workbook shows.')
param name string

@description('Region.')
param location string

@description('Tags of the resource.')
param tags { *: string }

@description('Log workspace that the workbook asks.')
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // Azure wants a GUID.
  name: guid(resourceGroup().id, name)
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: name
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: workspaceId
    serializedData: replace(loadTextContent('../../dashboards/workbook.json'), '<workspace>', workspaceId)
  }
}
