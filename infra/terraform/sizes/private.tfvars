# No public endpoint but the front: vault, ledger, function app and storage are in a network of your own.
resource_group_name = "dragoman"
front_image         = "ghcr.io/example/dragoman-front:0.1.0"
sidecar_image       = "ghcr.io/example/dragoman-sidecar:0.1.0"
model_providers = [
  { name = "azure", dialect = "azure-openai", base_url = "https://example.openai.azure.com/openai/v1" },
]
private_network = true
function_app    = true
hosting         = "custom"
access_mode     = "both"
issuers = [
  {
    issuer = "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/v2.0"
    # The application's URI and its id: tokens of version 2 have the id, whatever was asked for.
    audiences = ["api://dragoman", "00000000-0000-0000-0000-000000000000"]
    rules = [
      { when = { roles = "Dragoman.Admin" }, roles = ["admin"] },
      # Event Grid, which reports new secrets.
      { when = { azp = "4962773b-9cdb-44cf-a8bf-237846a00ab7" }, roles = ["events"] },
      { team = "everybody" },
    ]
  },
]
host_names                 = ["llm.example.com"]
ledger                     = "postgres"
postgres_sku               = "Standard_D2ds_v5"
postgres_high_availability = true
postgres_backup_days       = 35
min_replicas               = 2
max_replicas               = 10
replica_size               = "large"
log_retention_days         = 90
log_daily_cap_gb           = 5
collector                  = true
events_application         = "api://dragoman"
alert_emails               = ["operators@example.com"]
monthly_budget             = 1000
budget_start               = "2026-12-01"
