// A team: one warm replica and up to ten, a function app, alerts on metrics and the log.
using 'main.bicep'

param frontImage = 'ghcr.io/example/dragoman-front:0.1.0'
param sidecarImage = 'ghcr.io/example/dragoman-sidecar:0.1.0'
param modelProviders = [
  { name: 'mistral', dialect: 'mistral', secretName: 'mistral-key', publish: 'all' }
  { name: 'claude', dialect: 'anthropic', secretName: 'anthropic-key' }
]
param models = {
  best: {
    targets: [
      { provider: 'claude', model: 'claude-sonnet-5' }
      { provider: 'mistral', model: 'mistral-large-latest' }
    ]
  }
}
param stage = readEnvironmentVariable('DEPLOY_STAGE', 'all')
param functionApp = true
param hosting = 'isolated'
param ownRegistry = true
param minReplicas = 1
param maxReplicas = 10
param replicaSize = 'medium'
param storageReplication = 'ZRS'
param collector = true
param alertEmails = ['operators@example.com']
param monthlyBudget = 100
param budgetStart = readEnvironmentVariable('BUDGET_START', '2026-12-01')
