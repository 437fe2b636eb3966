metadata name = 'Dragoman'
metadata description = 'nginx and the sidecar in a container app, an optional function app, a vault, an identity, the ledger, logs, alerts and a budget.'

targetScope = 'resourceGroup'

@description('A provider of models.')
type provider = {
  @description('Name in the gateway: letters, digits and _.')
  name: string

  @description('API that the provider speaks.')
  dialect: 'anthropic' | 'azure-openai' | 'gemini' | 'mistral' | 'openai'

  @description('Name of the vault secret with its key. Without one there is no key: Azure OpenAI then trusts the identity.')
  secretName: string?

  @description('Its address, where it is not the dialect\'s own.')
  baseUrl: string?

  @description('all: every model that it lists is published under its own name.')
  publish: 'all'?
}

@description('What the resources\' names begin with: lower-case letters and digits.')
@minLength(3)
@maxLength(12)
param name string = 'dragoman'

@description('Region of all resources.')
param location string = resourceGroup().location

@description('What makes names unique in the world: lower-case letters and digits.')
@minLength(4)
@maxLength(8)
param suffix string = take(uniqueString(resourceGroup().id), 8)

@description('Tags of all resources.')
param tags { *: string } = {}

@description('foundation: all but the processes, so that people can put the secrets into the vault. all: the processes too; they need the secrets.')
param stage ('foundation' | 'all') = 'all'

@description('Image of nginx, such as ghcr.io/owner/dragoman-front:1.0.0.')
@minLength(1)
param frontImage string

@description('Image of the sidecar, such as ghcr.io/owner/dragoman-sidecar:1.0.0.')
@minLength(1)
param sidecarImage string

@description('Whether there is a registry of your own. Without one the images are public.')
param ownRegistry bool = false

@description('Providers of models, at least one.')
@minLength(1)
param modelProviders provider[]

@description('Models with names of their own: the member "models" of the configuration.')
// Its members are those of the gateway's own schema.
#disable-next-line use-user-defined-types
param models object = {}

@description('Further members of the configuration by their path, such as limits__requestBytes. No secrets, only their names in the vault: keyvault:NAME.')
param configuration { *: string } = {}

@description('Who may call: keys of teams, tokens of an issuer, or both. An open gateway cannot be deployed.')
param accessMode ('keys' | 'jwt' | 'both') = 'keys'

@description('Issuers of tokens: the member "access.issuers" of the configuration.')
// Its members are those of the gateway's own schema.
#disable-next-line use-user-defined-types
param issuers array = []

@description('Further host names by which clients call, such as llm.example.com.')
param hostNames string[] = []

@description('Name in the vault of the administrator\'s key, of at least 16 characters.')
param vaultAdminKey string = 'dragoman-admin-key'

@description('Name in the vault of the key that seals the state which clients send back: 32 characters or more, for all processes the same.')
param vaultStateKey string = 'dragoman-state-key'

@description('Name in the vault of the key that nginx sends to the function app.')
param vaultFunctionsKey string = 'dragoman-functions-key'

@description('Name in the vault of the key with which nginx signs what it sends to the function app: 32 characters or more.')
param vaultFrontKey string = 'dragoman-front-key'

@description('Name in the vault of the key that the function app still accepts while nginx takes over a new one; empty: none.')
param vaultEarlierFrontKey string = ''

@description('Whether there is a function app. Without one the sidecar answers everything.')
param functionApp bool = false

@description('isolated: .NET isolated worker; custom: native custom handler, which starts faster. The package must be of the same kind.')
param hosting ('isolated' | 'custom') = 'isolated'

@description('Memory of a function instance in MB.')
param functionsMemoryMB (512 | 2048 | 4096) = 512

@description('Largest number of function instances.')
@minValue(1)
@maxValue(1000)
param functionsMaxInstances int = 40

@description('Requests at once for each function instance. Azure bills an instance, not a request, so a low number is expensive.')
@minValue(1)
@maxValue(1000)
param functionsConcurrency int = 32

@description('Where the ledger is: tables costs nothing while nobody calls; postgres is faster with many keys.')
param ledger ('tables' | 'postgres') = 'tables'

@description('LRS: storage accounts have three copies in one datacenter; ZRS: in three zones.')
param storageReplication ('LRS' | 'ZRS') = 'LRS'

@description('Size of the PostgreSQL server.')
param postgresSku string = 'Standard_B1ms'

@description('GB of PostgreSQL\'s storage; it can grow, but not shrink.')
@minValue(32)
@maxValue(32767)
param postgresStorageGb int = 32

@description('Days that PostgreSQL\'s backups are kept.')
@minValue(7)
@maxValue(35)
param postgresBackupDays int = 7

@description('Whether a second PostgreSQL server in another zone takes over. Needs a size that is not burstable.')
param postgresHighAvailability bool = false

@description('Smallest number of replicas; 0: nothing runs, and next to nothing is paid, while nobody calls. Streams do not hold a replica, so 1 for production.')
@minValue(0)
@maxValue(10)
param minReplicas int = 0

@description('Largest number of replicas.')
@minValue(1)
@maxValue(100)
param maxReplicas int = 1

@description('Size of a replica with both containers: small 0.5 cores and 1 GiB, medium 1 and 2, large 2 and 4.')
param replicaSize ('small' | 'medium' | 'large') = 'small'

@description('Requests a second for which there is one more replica.')
@minValue(1)
@maxValue(1000)
param concurrentRequests int = 50

@description('Seconds without a request before the last replica goes. At least as long as the longest answer.')
@minValue(30)
@maxValue(3600)
param cooldownSeconds int = 600

@description('Seconds that answers may continue when a replica stops. Azure allows 600 with what the processes need themselves.')
@minValue(5)
@maxValue(590)
param drainSeconds int = 590

@description('Network of Azure\'s ingress, whose X-Forwarded-For is believed.')
param ingressRange string = '100.100.0.0/16'

@description('Whether only the front has a public endpoint.')
param privateNetwork bool = false

@description('Address range of the private network, at least a /24.')
param addressPrefix string = '10.40.0.0/24'

@description('Days in which a deleted secret can be recovered.')
@minValue(7)
@maxValue(90)
param softDeleteRetentionDays int = 90

@description('Whether nobody can delete a secret or the vault for good before those days are over. It cannot be turned off again.')
param purgeProtection bool = true

@description('Days that logs are kept; 30 are free.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('GB of logs a day after which Azure takes no more until the next day; -1: no limit.')
@minValue(-1)
@maxValue(4000)
param logDailyCapGb int = 1

@description('Mail addresses that alerts are sent to; without any there are no alerts.')
param alertEmails string[] = []

@description('Whether there are alerts on the log too. Azure bills each of them by the month.')
param logAlerts bool = true

@description('Address of docs/azure.md as your operators read it; alerts link to it.')
param runbookUrl string = 'docs/azure.md'

@description('Whether an OpenTelemetry Collector beside the sidecar sends traces and metrics to Application Insights. It makes a replica larger by 0.25 cores and 0.5 GiB.')
param collector bool = false

@description('Image of the collector; it must have the components of the distribution "contrib".')
@minLength(1)
param collectorImage string = 'docker.io/otel/opentelemetry-collector-contrib:0.160.0'

@description('Percent of the requests whose traces are kept. A request that comes with a trace context follows that instead.')
@minValue(0)
@maxValue(100)
param tracePercent int = 10

@description('Client id or identifier URI of the application in Microsoft Entra ID for whose tokens Event Grid asks to report new secrets; empty: none does.')
param eventsApplication string = ''

@description('Monthly budget of the resource group, in the currency of the subscription; 0: none. Azure only tells about it.')
@minValue(0)
@maxValue(1000000)
param monthlyBudget int = 0

@description('First day of the current month when the budget is made, such as 2026-12-01. It cannot be changed later.')
param budgetStart string = ''

var hasProcesses = stage == 'all'
var hasFunctions = hasProcesses && functionApp
var appName = 'ca-${name}'
var functionsName = 'func-${name}-${suffix}'

var zoneNames = {
  vault: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  sites: 'privatelink.azurewebsites.net'
  postgresqlServer: 'privatelink.postgres.database.azure.com'
  registry: 'privatelink.azurecr.io'
}
var groups = filter(
  items(zoneNames),
  zone =>
    zone.key == 'vault' || (zone.key == 'table' && (ledger == 'tables' || functionApp)) || (contains(
      ['blob', 'queue', 'sites'],
      zone.key
    ) && functionApp) || (zone.key == 'postgresqlServer' && ledger == 'postgres') || (zone.key == 'registry' && ownRegistry)
)
var zoneIds = privateNetwork
  ? toObject(groups, zone => zone.key, zone => resourceId('Microsoft.Network/privateDnsZones', zone.value))
  : {}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    name: 'id-${name}'
    location: location
    tags: tags
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network'
  params: {
    name: 'vnet-${name}'
    location: location
    tags: tags
    addressPrefix: addressPrefix
    zones: map(groups, zone => zone.value)
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: name
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
    emails: alertEmails
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  params: {
    name: name
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  params: {
    name: 'kv-${name}-${suffix}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    softDeleteRetentionDays: softDeleteRetentionDays
    purgeProtection: purgeProtection
    endpointSubnetId: network.?outputs.endpointsSubnetId ?? ''
    endpointZoneId: privateNetwork ? resourceId('Microsoft.Network/privateDnsZones', zoneNames.vault) : ''
  }
}

module tables 'modules/ledger-tables.bicep' = if (ledger == 'tables') {
  name: 'ledger-tables'
  params: {
    name: 'st${name}${suffix}l'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    replication: storageReplication
    endpointSubnetId: network.?outputs.endpointsSubnetId ?? ''
    endpointZoneId: privateNetwork ? resourceId('Microsoft.Network/privateDnsZones', zoneNames.table) : ''
  }
}

module postgres 'modules/ledger-postgres.bicep' = if (ledger == 'postgres') {
  name: 'ledger-postgres'
  params: {
    name: 'psql-${name}-${suffix}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    principalName: 'id-${name}'
    sku: postgresSku
    storageGb: postgresStorageGb
    backupDays: postgresBackupDays
    highAvailability: postgresHighAvailability
    endpointSubnetId: network.?outputs.endpointsSubnetId ?? ''
    endpointZoneId: privateNetwork ? resourceId('Microsoft.Network/privateDnsZones', zoneNames.postgresqlServer) : ''
  }
}

module registry 'modules/registry.bicep' = if (ownRegistry) {
  name: 'registry'
  params: {
    name: 'cr${name}${suffix}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    endpointSubnetId: network.?outputs.endpointsSubnetId ?? ''
    endpointZoneId: privateNetwork ? resourceId('Microsoft.Network/privateDnsZones', zoneNames.registry) : ''
  }
}

module containers 'modules/environment.bicep' = if (hasProcesses) {
  name: 'environment'
  params: {
    name: 'cae-${name}'
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    subnetId: network.?outputs.containersSubnetId ?? ''
  }
}

var hosts = hasProcesses ? concat(['${appName}.${containers!.outputs.defaultDomain}'], hostNames) : hostNames
var providerVariables = flatten(map(
  modelProviders,
  each =>
    concat(
      [{ key: 'DRAGOMAN__providers__${each.name}__dialect', value: each.dialect }],
      each.?secretName == null
        ? []
        : [{ key: 'DRAGOMAN__providers__${each.name}__apiKey', value: 'keyvault:${each.?secretName}' }],
      each.?baseUrl == null ? [] : [{ key: 'DRAGOMAN__providers__${each.name}__baseUrl', value: each.?baseUrl ?? '' }],
      each.?publish == null ? [] : [{ key: 'DRAGOMAN__providers__${each.name}__publish', value: each.?publish ?? '' }]
    )
))
var gatewayVariables = union(
  toObject(items(configuration), member => 'DRAGOMAN__${member.key}', member => string(member.value)),
  toObject(providerVariables, variable => variable.key, variable => string(variable.value)),
  empty(models) ? {} : { DRAGOMAN__models: string(models) },
  empty(issuers) ? {} : { DRAGOMAN__access__issuers: string(issuers) },
  {
    AZURE_CLIENT_ID: identity.outputs.clientId
    DRAGOMAN__keyVault__uri: vault.outputs.uri
    DRAGOMAN__access__mode: accessMode
    DRAGOMAN__access__adminKey: 'keyvault:${vaultAdminKey}'
    DRAGOMAN__access__stateKey: 'keyvault:${vaultStateKey}'
    DRAGOMAN__access__hosts: string(hosts)
    DRAGOMAN__store__connection: ledger == 'tables' ? tables!.outputs.connection : postgres!.outputs.connection
  }
)

module functions 'modules/functions.bicep' = if (hasFunctions) {
  name: 'functions'
  params: {
    name: functionsName
    planName: 'plan-${name}'
    storageName: 'st${name}${suffix}f'
    location: location
    tags: tags
    hosting: hosting
    identityId: identity.outputs.id
    principalId: identity.outputs.principalId
    clientId: identity.outputs.clientId
    gatewayVariables: union(
      gatewayVariables,
      { DRAGOMAN__access__frontKey: 'keyvault:${vaultFrontKey}' },
      empty(vaultEarlierFrontKey) ? {} : { DRAGOMAN__access__earlierFrontKey: 'keyvault:${vaultEarlierFrontKey}' }
    )
    insightsName: monitoring.outputs.insightsName
    replication: storageReplication
    memoryMB: functionsMemoryMB
    maxInstances: functionsMaxInstances
    concurrency: functionsConcurrency
    subnetId: network.?outputs.functionsSubnetId ?? ''
    endpointSubnetId: network.?outputs.endpointsSubnetId ?? ''
    endpointZoneIds: zoneIds
  }
}

module app 'modules/containerapp.bicep' = if (hasProcesses) {
  name: 'containerapp'
  params: {
    name: appName
    location: location
    tags: tags
    environmentId: containers!.outputs.id
    identityId: identity.outputs.id
    registryServer: registry.?outputs.server ?? ''
    frontImage: frontImage
    sidecarImage: sidecarImage
    gatewayVariables: gatewayVariables
    accessMode: accessMode
    functionsUrl: hasFunctions ? 'https://${functionsName}.azurewebsites.net' : ''
    functionsKeySecretUrl: hasFunctions ? '${vault.outputs.uri}secrets/${vaultFunctionsKey}' : ''
    frontKeySecretUrl: hasFunctions ? '${vault.outputs.uri}secrets/${vaultFrontKey}' : ''
    ingressRange: ingressRange
    minReplicas: minReplicas
    maxReplicas: maxReplicas
    concurrentRequests: concurrentRequests
    cooldownSeconds: cooldownSeconds
    drainSeconds: drainSeconds
    replicaSize: replicaSize
    collectorImage: collector ? collectorImage : ''
    tracePercent: tracePercent
    insightsName: monitoring.outputs.insightsName
    clientId: identity.outputs.clientId
  }
}

// After the container app, because Azure asks the gateway for consent when it makes the subscription.
module events 'modules/events.bicep' = if (hasProcesses && !empty(eventsApplication)) {
  name: 'events'
  params: {
    name: 'evgt-${name}'
    location: location
    tags: tags
    vaultId: vault.outputs.id
    gatewayUrl: 'https://${hosts[0]}'
    application: eventsApplication
  }
  dependsOn: [
    app
  ]
}

module alerts 'modules/alerts.bicep' = if (!empty(alertEmails)) {
  name: 'alerts'
  params: {
    name: name
    location: location
    tags: tags
    actionGroupId: monitoring.outputs.actionGroupId
    workspaceId: monitoring.outputs.workspaceId
    scopes: union(
      { vault: vault.outputs.id },
      hasProcesses ? { front: app!.outputs.id } : {},
      hasFunctions ? { functions: functions!.outputs.id } : {},
      ledger == 'tables' ? { tables: tables!.outputs.id } : { postgres: postgres!.outputs.id }
    )
    logAlerts: logAlerts
    runbookUrl: runbookUrl
  }
}

module budget 'modules/budget.bicep' = if (monthlyBudget > 0) {
  name: 'budget'
  params: {
    name: 'budget-${name}'
    amount: monthlyBudget
    startDate: budgetStart
    actionGroupId: monitoring.outputs.actionGroupId
  }
}

@description('Address of the gateway; empty in the stage foundation.')
output url string = hasProcesses ? 'https://${hosts[0]}' : ''

@description('Name of the vault that people put the secrets into.')
output vaultName string = 'kv-${name}-${suffix}'

@description('Names of the secrets that the processes read. The vault must have them before the stage all.')
output secretNames string[] = union(
  [vaultAdminKey, vaultStateKey],
  functionApp
    ? concat([vaultFunctionsKey, vaultFrontKey], empty(vaultEarlierFrontKey) ? [] : [vaultEarlierFrontKey])
    : [],
  map(filter(modelProviders, each => each.?secretName != null), each => each.?secretName ?? '')
)

@description('Name of the function app; empty without one.')
output functionAppName string = hasFunctions ? functionsName : ''

@description('Host name of the registry; empty without one.')
output registryServer string = registry.?outputs.server ?? ''
