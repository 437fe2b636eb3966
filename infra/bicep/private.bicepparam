// No public endpoint but the front: vault, ledger, function app and storage are in a network of your own.
using 'main.bicep'

param frontImage = 'ghcr.io/example/dragoman-front:0.1.0'
param sidecarImage = 'ghcr.io/example/dragoman-sidecar:0.1.0'
param modelProviders = [
  { name: 'azure', dialect: 'azure-openai', baseUrl: 'https://example.openai.azure.com/openai/v1' }
]
param stage = readEnvironmentVariable('DEPLOY_STAGE', 'all')
param privateNetwork = true
param functionApp = true
param hosting = 'custom'
param accessMode = 'both'
param issuers = [
  {
    issuer: 'https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/v2.0'
    // The application's URI and its id: tokens of version 2 have the id, whatever was asked for.
    audiences: ['api://dragoman', '00000000-0000-0000-0000-000000000000']
    rules: [
      { when: { roles: 'Dragoman.Admin' }, roles: ['admin'] }
      // Event Grid, which reports new secrets.
      { when: { azp: '4962773b-9cdb-44cf-a8bf-237846a00ab7' }, roles: ['events'] }
      { team: 'everybody' }
    ]
  }
]
param hostNames = ['llm.example.com']
param ledger = 'postgres'
param postgresSku = 'Standard_D2ds_v5'
param postgresHighAvailability = true
param postgresBackupDays = 35
param minReplicas = 2
param maxReplicas = 10
param replicaSize = 'large'
param logRetentionDays = 90
param logDailyCapGb = 5
param collector = true
param eventsApplication = 'api://dragoman'
param alertEmails = ['operators@example.com']
param monthlyBudget = 1000
param budgetStart = readEnvironmentVariable('BUDGET_START', '2026-12-01')
