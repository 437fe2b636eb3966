// One person or a trial: nothing runs while nobody calls, and the ledger is in Table Storage.
using 'main.bicep'

param frontImage = 'ghcr.io/example/dragoman-front:0.1.0'
param sidecarImage = 'ghcr.io/example/dragoman-sidecar:0.1.0'
param modelProviders = [
  { name: 'mistral', dialect: 'mistral', secretName: 'mistral-key', publish: 'all' }
]
param stage = readEnvironmentVariable('DEPLOY_STAGE', 'all')
param minReplicas = 0
param maxReplicas = 1
param alertEmails = ['operators@example.com']
param logAlerts = false
param monthlyBudget = 20
param budgetStart = readEnvironmentVariable('BUDGET_START', '2026-12-01')
