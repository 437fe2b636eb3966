# One person or a trial: nothing runs while nobody calls, and the ledger is in Table Storage.
resource_group_name = "dragoman"
front_image         = "ghcr.io/example/dragoman-front:0.1.0"
sidecar_image       = "ghcr.io/example/dragoman-sidecar:0.1.0"
model_providers = [
  { name = "mistral", dialect = "mistral", secret_name = "mistral-key", publish = "all" },
]
min_replicas   = 0
max_replicas   = 1
alert_emails   = ["operators@example.com"]
log_alerts     = false
monthly_budget = 20
budget_start   = "2026-12-01"
