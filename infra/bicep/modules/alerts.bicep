metadata description = 'What wakes somebody up. docs/azure.md says what to do for each.'

@description('Name that the alerts begin with.')
param name string

@description('Region.')
param location string

@description('Tags of the resources.')
param tags { *: string }

@description('Action group that is told.')
param actionGroupId string

@description('Log workspace.')
param workspaceId string

@description('Resources with alerts: vault, and what there is of front, functions, tables and postgres.')
param scopes { *: string }

@description('Whether there are alerts on the log too. Azure bills each of them by the month.')
param logAlerts bool

@description('Address of docs/azure.md. The alerts link to its part of the same name.')
param runbookUrl string

var metricAlerts = filter(
  [
    {
      name: 'front-errors'
      description: 'nginx answered more than 10 requests with a 5xx within 5 minutes.'
      severity: 1
      source: 'front'
      namespace: 'Microsoft.App/containerApps'
      metric: 'Requests'
      aggregation: 'Total'
      threshold: 10
      window: 'PT5M'
      dimension: 'statusCodeCategory'
      values: ['5xx']
    }
    {
      name: 'front-restarts'
      description: 'A container of a replica was restarted more than 3 times.'
      severity: 2
      source: 'front'
      namespace: 'Microsoft.App/containerApps'
      metric: 'RestartCount'
      aggregation: 'Maximum'
      threshold: 3
      window: 'PT15M'
      dimension: ''
      values: []
    }
    {
      name: 'functions-errors'
      description: 'The function app answered more than 10 requests with a 5xx within 5 minutes.'
      severity: 1
      source: 'functions'
      namespace: 'Microsoft.Web/sites'
      metric: 'Http5xx'
      aggregation: 'Total'
      threshold: 10
      window: 'PT5M'
      dimension: ''
      values: []
    }
    {
      name: 'vault-failures'
      description: 'The vault refused or failed more than 3 requests within 15 minutes.'
      severity: 1
      source: 'vault'
      namespace: 'Microsoft.KeyVault/vaults'
      metric: 'ServiceApiResult'
      aggregation: 'Count'
      threshold: 3
      window: 'PT15M'
      dimension: 'StatusCode'
      // Without 401: the client libraries ask without a token first, to learn where to get one.
      values: ['403', '429', '500', '503']
    }
    {
      name: 'ledger-failures'
      description: 'Table Storage refused or failed more than 5 requests of the ledger within 15 minutes.'
      severity: 1
      source: 'tables'
      namespace: 'Microsoft.Storage/storageAccounts'
      metric: 'Transactions'
      aggregation: 'Total'
      threshold: 5
      window: 'PT15M'
      dimension: 'ResponseType'
      values: ['AuthorizationError', 'ServerBusyError', 'ServerOtherError', 'ServerTimeoutError']
    }
    {
      name: 'ledger-connections'
      description: 'PostgreSQL refused more than 10 connections within 15 minutes.'
      severity: 1
      source: 'postgres'
      namespace: 'Microsoft.DBforPostgreSQL/flexibleServers'
      metric: 'connections_failed'
      aggregation: 'Total'
      threshold: 10
      window: 'PT15M'
      dimension: ''
      values: []
    }
    {
      name: 'ledger-storage'
      description: 'The storage of PostgreSQL is more than 80 % full.'
      severity: 2
      source: 'postgres'
      namespace: 'Microsoft.DBforPostgreSQL/flexibleServers'
      metric: 'storage_percent'
      aggregation: 'Average'
      threshold: 80
      window: 'PT1H'
      dimension: ''
      values: []
    }
  ],
  alert => contains(scopes, alert.source)
)

// The sidecar's log, and that of the functions. Neither table exists before its first line.
var lines = 'union isfuzzy=true (ContainerAppConsoleLogs | project TimeGenerated, Log), (AppTraces | project TimeGenerated, Log = Message)'
var settled = '${lines} | where Log contains "settled " | parse Log with * "settled " * " -> " provider "/" * " error=" error " in=" *'

// What the collector sends, of the time that the rule looks at. Without a collector there is nothing.
var metrics = 'AppMetrics | where Name'

var queryAlerts = [
  {
    name: 'requests-failing'
    description: 'More than 5 % of at least 20 requests failed within 15 minutes.'
    severity: 1
    query: '${settled} | summarize requests = count(), failed = countif(error in ("UpstreamRefusedKey", "UpstreamFailed", "RateLimited", "QuotaExceeded", "Overloaded", "Timeout", "Internal")) | where requests >= 20 and failed * 20 > requests'
  }
  {
    name: 'slow-first-event'
    description: 'One in a hundred streams waited more than 30 seconds for its first event, of at least 20 within 15 minutes.'
    severity: 3
    query: '${lines} | where Log contains "settled " and Log contains " first=" | parse Log with * " stream=" stream " " * " first=" first:double "ms " * | where stream == "True" and first >= 0 | summarize requests = count(), p99 = percentile(first, 99) | where requests >= 20 and p99 > 30000'
  }
  {
    name: 'provider-down'
    description: 'A provider failed half of at least 5 requests within 15 minutes.'
    severity: 1
    query: '${settled} | summarize requests = count(), failed = countif(error in ("UpstreamRefusedKey", "UpstreamFailed", "QuotaExceeded", "Overloaded", "Timeout")) by provider | where requests >= 5 and failed * 2 >= requests'
  }
  {
    name: 'ledger-behind'
    description: 'A process could not reach the store within the last 15 minutes, or has told it nothing for 5 minutes.'
    severity: 1
    query: 'union isfuzzy=true (${lines} | where Log contains "The ledger does not answer" or Log contains "the store does not answer"), (${metrics} == "dragoman.ledger.behind_seconds" and Sum > 300)'
  }
  {
    name: 'settlements-lost'
    description: 'What requests did cost was lost: budgets and bills of this time are too low.'
    severity: 0
    query: '${lines} | where Log contains "settlements are lost" or Log contains "entries of requests without a budget are lost"'
  }
  {
    name: 'budget-warning'
    description: 'A budget has reached the part from which it warns, or 80 %.'
    severity: 3
    query: 'union isfuzzy=true (${lines} | where Log contains ", are used; it "), (${metrics} == "dragoman.budget.used" and Sum >= 0.8 and Sum < 1)'
  }
  {
    name: 'budget-exhausted'
    description: 'A budget is used up, and requests are refused.'
    severity: 2
    query: 'union isfuzzy=true (${lines} | where Log contains " refuses requests: $"), (${metrics} == "dragoman.budget.used" and Sum >= 1)'
  }
  {
    name: 'secrets-unreadable'
    description: 'A process could not read a secret from the vault.'
    severity: 1
    query: '${lines} | where Log contains "A secret is not available: " or Log contains "A secret cannot be read again: "'
  }
  {
    name: 'log-full'
    description: 'The log has reached its limit of the day. The other alerts on it are silent until the next.'
    severity: 1
    query: '_LogOperation | where Category =~ "Ingestion" and Detail contains "OverQuota"'
  }
]

resource metricRules 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for alert in metricAlerts: {
    name: '${name}-${alert.name}'
    location: 'global'
    tags: tags
    properties: {
      description: '${alert.description} ${runbookUrl}#${alert.name}'
      severity: alert.severity
      enabled: true
      autoMitigate: true
      scopes: [
        scopes[alert.source]
      ]
      evaluationFrequency: 'PT5M'
      windowSize: alert.window
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: 'criterion'
            criterionType: 'StaticThresholdCriterion'
            metricNamespace: alert.namespace
            metricName: alert.metric
            timeAggregation: alert.aggregation
            operator: 'GreaterThan'
            threshold: alert.threshold
            dimensions: empty(alert.dimension)
              ? []
              : [
                  {
                    name: alert.dimension
                    operator: 'Include'
                    values: alert.values
                  }
                ]
          }
        ]
      }
      actions: [
        {
          actionGroupId: actionGroupId
        }
      ]
    }
  }
]

resource queryRules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in queryAlerts: if (logAlerts) {
    name: '${name}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      description: '${alert.description} ${runbookUrl}#${alert.name}'
      severity: alert.severity
      enabled: true
      autoMitigate: true
      scopes: [
        workspaceId
      ]
      evaluationFrequency: 'PT15M'
      windowSize: 'PT15M'
      // The tables are not there yet when the rule is made.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: [
          actionGroupId
        ]
      }
    }
  }
]
