// For azd: the values come from its environment (azd env set NAME VALUE).
using 'main.bicep'

param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param stage = readEnvironmentVariable('DEPLOY_STAGE', 'all')
param frontImage = readEnvironmentVariable('FRONT_IMAGE', 'ghcr.io/example/dragoman-front:0.1.0')
param sidecarImage = readEnvironmentVariable('SIDECAR_IMAGE', 'ghcr.io/example/dragoman-sidecar:0.1.0')
param modelProviders = [
  { name: 'mistral', dialect: 'mistral', secretName: 'mistral-key', publish: 'all' }
]
param functionApp = bool(readEnvironmentVariable('FUNCTION_APP', 'true'))
param minReplicas = int(readEnvironmentVariable('MIN_REPLICAS', '0'))
param maxReplicas = int(readEnvironmentVariable('MAX_REPLICAS', '10'))
param collector = bool(readEnvironmentVariable('COLLECTOR', 'true'))
param alertEmails = split(readEnvironmentVariable('ALERT_EMAILS', 'operators@example.com'), ',')
param monthlyBudget = int(readEnvironmentVariable('MONTHLY_BUDGET', '0'))
param budgetStart = readEnvironmentVariable('BUDGET_START', '')
