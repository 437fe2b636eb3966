terraform {
  required_providers {
    azapi = {
      source = "azure/azapi"
    }
  }
}

variable "resource_group_id" {
  description = "Resource id of the resource group."
  type        = string
}

variable "location" {
  description = "Region."
  type        = string
}

variable "tags" {
  description = "Tags of the resources."
  type        = map(string)
}

variable "name" {
  description = "Name that the alerts begin with."
  type        = string
}

variable "action_group_id" {
  description = "Action group that is told."
  type        = string
}

variable "workspace_id" {
  description = "Log workspace."
  type        = string
}

variable "scopes" {
  description = "Resources with alerts: vault, and what there is of front, functions, tables and postgres."
  type        = map(string)
}

variable "log_alerts" {
  description = "Whether there are alerts on the log too. Azure bills each of them by the month."
  type        = bool
}

variable "runbook_url" {
  description = "Address of docs/azure.md. The alerts link to its part of the same name."
  type        = string
}

locals {
  metric_alerts = [
    {
      name        = "front-errors"
      description = "nginx answered more than 10 requests with a 5xx within 5 minutes."
      severity    = 1
      source      = "front"
      namespace   = "Microsoft.App/containerApps"
      metric      = "Requests"
      aggregation = "Total"
      threshold   = 10
      window      = "PT5M"
      dimension   = "statusCodeCategory"
      values      = ["5xx"]
    },
    {
      name        = "front-restarts"
      description = "A container of a replica was restarted more than 3 times."
      severity    = 2
      source      = "front"
      namespace   = "Microsoft.App/containerApps"
      metric      = "RestartCount"
      aggregation = "Maximum"
      threshold   = 3
      window      = "PT15M"
      dimension   = ""
      values      = []
    },
    {
      name        = "functions-errors"
      description = "The function app answered more than 10 requests with a 5xx within 5 minutes."
      severity    = 1
      source      = "functions"
      namespace   = "Microsoft.Web/sites"
      metric      = "Http5xx"
      aggregation = "Total"
      threshold   = 10
      window      = "PT5M"
      dimension   = ""
      values      = []
    },
    {
      name        = "vault-failures"
      description = "The vault refused or failed more than 3 requests within 15 minutes."
      severity    = 1
      source      = "vault"
      namespace   = "Microsoft.KeyVault/vaults"
      metric      = "ServiceApiResult"
      aggregation = "Count"
      threshold   = 3
      window      = "PT15M"
      dimension   = "StatusCode"
      # Without 401: the client libraries ask without a token first, to learn where to get one.
      values = ["403", "429", "500", "503"]
    },
    {
      name        = "ledger-failures"
      description = "Table Storage refused or failed more than 5 requests of the ledger within 15 minutes."
      severity    = 1
      source      = "tables"
      namespace   = "Microsoft.Storage/storageAccounts"
      metric      = "Transactions"
      aggregation = "Total"
      threshold   = 5
      window      = "PT15M"
      dimension   = "ResponseType"
      values      = ["AuthorizationError", "ServerBusyError", "ServerOtherError", "ServerTimeoutError"]
    },
    {
      name        = "ledger-connections"
      description = "PostgreSQL refused more than 10 connections within 15 minutes."
      severity    = 1
      source      = "postgres"
      namespace   = "Microsoft.DBforPostgreSQL/flexibleServers"
      metric      = "connections_failed"
      aggregation = "Total"
      threshold   = 10
      window      = "PT15M"
      dimension   = ""
      values      = []
    },
    {
      name        = "ledger-storage"
      description = "The storage of PostgreSQL is more than 80 % full."
      severity    = 2
      source      = "postgres"
      namespace   = "Microsoft.DBforPostgreSQL/flexibleServers"
      metric      = "storage_percent"
      aggregation = "Average"
      threshold   = 80
      window      = "PT1H"
      dimension   = ""
      values      = []
    },
  ]

  # The sidecar's log, and that of the functions. Neither table exists before its first line.
  lines   = "union isfuzzy=true (ContainerAppConsoleLogs | project TimeGenerated, Log), (AppTraces | project TimeGenerated, Log = Message)"
  settled = "${local.lines} | where Log contains \"settled \" | parse Log with * \"settled \" * \" -> \" provider \"/\" * \" error=\" error \" in=\" *"
  # What the collector sends, of the time that the rule looks at. Without a collector there is nothing.
  metrics = "AppMetrics | where Name"

  query_alerts = [
    {
      name        = "requests-failing"
      description = "More than 5 % of at least 20 requests failed within 15 minutes."
      severity    = 1
      query       = "${local.settled} | summarize requests = count(), failed = countif(error in (\"UpstreamRefusedKey\", \"UpstreamFailed\", \"RateLimited\", \"QuotaExceeded\", \"Overloaded\", \"Timeout\", \"Internal\")) | where requests >= 20 and failed * 20 > requests"
    },
    {
      name        = "slow-first-event"
      description = "One in a hundred streams waited more than 30 seconds for its first event, of at least 20 within 15 minutes."
      severity    = 3
      query       = "${local.lines} | where Log contains \"settled \" and Log contains \" first=\" | parse Log with * \" stream=\" stream \" \" * \" first=\" first:double \"ms \" * | where stream == \"True\" and first >= 0 | summarize requests = count(), p99 = percentile(first, 99) | where requests >= 20 and p99 > 30000"
    },
    {
      name        = "provider-down"
      description = "A provider failed half of at least 5 requests within 15 minutes."
      severity    = 1
      query       = "${local.settled} | summarize requests = count(), failed = countif(error in (\"UpstreamRefusedKey\", \"UpstreamFailed\", \"QuotaExceeded\", \"Overloaded\", \"Timeout\")) by provider | where requests >= 5 and failed * 2 >= requests"
    },
    {
      name        = "ledger-behind"
      description = "A process could not reach the store within the last 15 minutes, or has told it nothing for 5 minutes."
      severity    = 1
      query       = "union isfuzzy=true (${local.lines} | where Log contains \"The ledger does not answer\" or Log contains \"the store does not answer\"), (${local.metrics} == \"dragoman.ledger.behind_seconds\" and Sum > 300)"
    },
    {
      name        = "settlements-lost"
      description = "What requests did cost was lost: budgets and bills of this time are too low."
      severity    = 0
      query       = "${local.lines} | where Log contains \"settlements are lost\" or Log contains \"entries of requests without a budget are lost\""
    },
    {
      name        = "budget-warning"
      description = "A budget has reached the part from which it warns, or 80 %."
      severity    = 3
      query       = "union isfuzzy=true (${local.lines} | where Log contains \", are used; it \"), (${local.metrics} == \"dragoman.budget.used\" and Sum >= 0.8 and Sum < 1)"
    },
    {
      name        = "budget-exhausted"
      description = "A budget is used up, and requests are refused."
      severity    = 2
      query       = "union isfuzzy=true (${local.lines} | where Log contains \" refuses requests: $\"), (${local.metrics} == \"dragoman.budget.used\" and Sum >= 1)"
    },
    {
      name        = "secrets-unreadable"
      description = "A process could not read a secret from the vault."
      severity    = 1
      query       = "${local.lines} | where Log contains \"A secret is not available: \" or Log contains \"A secret cannot be read again: \""
    },
    {
      name        = "log-full"
      description = "The log has reached its limit of the day. The other alerts on it are silent until the next."
      severity    = 1
      query       = "_LogOperation | where Category =~ \"Ingestion\" and Detail contains \"OverQuota\""
    },
  ]
}

# What wakes somebody up. docs/azure.md says what to do for each.
resource "azapi_resource" "metric_rules" {
  for_each = { for alert in local.metric_alerts : alert.name => alert if contains(keys(var.scopes), alert.source) }

  type      = "Microsoft.Insights/metricAlerts@2018-03-01"
  name      = "${var.name}-${each.key}"
  parent_id = var.resource_group_id
  location  = "global"
  tags      = var.tags

  body = {
    properties = {
      description         = "${each.value.description} ${var.runbook_url}#${each.key}"
      severity            = each.value.severity
      enabled             = true
      autoMitigate        = true
      scopes              = [var.scopes[each.value.source]]
      evaluationFrequency = "PT5M"
      windowSize          = each.value.window
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "criterion"
            criterionType   = "StaticThresholdCriterion"
            metricNamespace = each.value.namespace
            metricName      = each.value.metric
            timeAggregation = each.value.aggregation
            operator        = "GreaterThan"
            threshold       = each.value.threshold
            dimensions = [for name in compact([each.value.dimension]) : {
              name     = name
              operator = "Include"
              values   = each.value.values
            }]
          },
        ]
      }
      actions = [
        { actionGroupId = var.action_group_id },
      ]
    }
  }
}

resource "azapi_resource" "query_rules" {
  for_each = { for alert in local.query_alerts : alert.name => alert if var.log_alerts }

  type      = "Microsoft.Insights/scheduledQueryRules@2023-12-01"
  name      = "${var.name}-${each.key}"
  parent_id = var.resource_group_id
  location  = var.location
  tags      = var.tags

  body = {
    kind = "LogAlert"
    properties = {
      description         = "${each.value.description} ${var.runbook_url}#${each.key}"
      severity            = each.value.severity
      enabled             = true
      autoMitigate        = true
      scopes              = [var.workspace_id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT15M"
      # The tables are not there yet when the rule is made.
      skipQueryValidation = true
      criteria = {
        allOf = [
          {
            query           = each.value.query
            timeAggregation = "Count"
            operator        = "GreaterThan"
            threshold       = 0
            failingPeriods = {
              numberOfEvaluationPeriods = 1
              minFailingPeriodsToAlert  = 1
            }
          },
        ]
      }
      actions = {
        actionGroups = [var.action_group_id]
      }
    }
  }
}
