# A team: one warm replica and up to ten, a function app, alerts on metrics and the log.
resource_group_name = "dragoman"
front_image         = "ghcr.io/example/dragoman-front:0.1.0"
sidecar_image       = "ghcr.io/example/dragoman-sidecar:0.1.0"
model_providers = [
  { name = "mistral", dialect = "mistral", secret_name = "mistral-key", publish = "all" },
  { name = "claude", dialect = "anthropic", secret_name = "anthropic-key" },
]
models = {
  best = {
    targets = [
      { provider = "claude", model = "claude-sonnet-5" },
      { provider = "mistral", model = "mistral-large-latest" },
    ]
  }
}
function_app        = true
hosting             = "isolated"
own_registry        = true
min_replicas        = 1
max_replicas        = 10
replica_size        = "medium"
storage_replication = "ZRS"
collector           = true
alert_emails        = ["operators@example.com"]
monthly_budget      = 100
budget_start        = "2026-12-01"
