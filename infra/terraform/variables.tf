variable "resource_group_name" {
  description = "Resource group, which must exist."
  type        = string
}

variable "name" {
  description = "What the resources' names begin with: lower-case letters and digits."
  type        = string
  default     = "dragoman"

  validation {
    condition     = can(regex("^[a-z0-9]{3,12}$", var.name))
    error_message = "name must have 3 to 12 lower-case letters and digits."
  }
}

variable "location" {
  description = "Region of all resources. Empty: that of the resource group."
  type        = string
  default     = ""
}

variable "suffix" {
  description = "What makes names unique in the world: lower-case letters and digits. Empty: made from the resource group."
  type        = string
  default     = ""

  validation {
    condition     = var.suffix == "" || can(regex("^[a-z0-9]{4,8}$", var.suffix))
    error_message = "suffix must have 4 to 8 lower-case letters and digits."
  }
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
}

variable "stage" {
  description = "foundation: all but the processes, so that people can put the secrets into the vault. all: the processes too; they need the secrets."
  type        = string
  default     = "all"

  validation {
    condition     = contains(["foundation", "all"], var.stage)
    error_message = "stage must be foundation or all."
  }
}

variable "front_image" {
  description = "Image of nginx, such as ghcr.io/owner/dragoman-front:1.0.0."
  type        = string

  validation {
    condition     = var.front_image != ""
    error_message = "front_image must name an image."
  }
}

variable "sidecar_image" {
  description = "Image of the sidecar, such as ghcr.io/owner/dragoman-sidecar:1.0.0."
  type        = string

  validation {
    condition     = var.sidecar_image != ""
    error_message = "sidecar_image must name an image."
  }
}

variable "own_registry" {
  description = "Whether there is a registry of your own. Without one the images are public."
  type        = bool
  default     = false
}

variable "model_providers" {
  description = "Providers of models, at least one. secret_name is the name of the vault secret with the key; without one there is no key, and Azure OpenAI trusts the identity."
  type = list(object({
    name        = string
    dialect     = string
    secret_name = optional(string)
    base_url    = optional(string)
    publish     = optional(string)
  }))

  validation {
    condition     = length(var.model_providers) >= 1
    error_message = "model_providers must have at least one."
  }

  validation {
    condition     = alltrue([for each in var.model_providers : can(regex("^[A-Za-z0-9_]+$", each.name))])
    error_message = "A provider's name has letters, digits and _."
  }

  validation {
    condition     = alltrue([for each in var.model_providers : contains(["anthropic", "azure-openai", "gemini", "mistral", "openai"], each.dialect)])
    error_message = "dialect must be anthropic, azure-openai, gemini, mistral or openai."
  }

  validation {
    condition     = alltrue([for each in var.model_providers : each.publish == null || each.publish == "all"])
    error_message = "publish must be all, or left out."
  }
}

variable "models" {
  description = "Models with names of their own: the member \"models\" of the configuration."
  type        = any
  default     = {}
}

variable "configuration" {
  description = "Further members of the configuration by their path, such as limits__requestBytes. No secrets, only their names in the vault: keyvault:NAME."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for path, value in var.configuration : !can(regex("(?i)(key|secret|connection)$", path)) || startswith(value, "keyvault:")])
    error_message = "configuration must have no secrets: name them as keyvault:NAME."
  }
}

variable "access_mode" {
  description = "Who may call: keys of teams, tokens of an issuer, or both. An open gateway cannot be deployed."
  type        = string
  default     = "keys"

  validation {
    condition     = contains(["keys", "jwt", "both"], var.access_mode)
    error_message = "access_mode must be keys, jwt or both."
  }
}

variable "issuers" {
  description = "Issuers of tokens: the member \"access.issuers\" of the configuration."
  type        = any
  default     = []
}

variable "host_names" {
  description = "Further host names by which clients call, such as llm.example.com."
  type        = list(string)
  default     = []
}

variable "vault_admin_key" {
  description = "Name in the vault of the administrator's key, of at least 16 characters."
  type        = string
  default     = "dragoman-admin-key"
}

variable "vault_state_key" {
  description = "Name in the vault of the key that seals the state which clients send back: 32 characters or more, for all processes the same."
  type        = string
  default     = "dragoman-state-key"
}

variable "vault_functions_key" {
  description = "Name in the vault of the key that nginx sends to the function app."
  type        = string
  default     = "dragoman-functions-key"
}

variable "vault_front_key" {
  description = "Name in the vault of the key with which nginx signs what it sends to the function app: 32 characters or more."
  type        = string
  default     = "dragoman-front-key"
}

variable "vault_earlier_front_key" {
  description = "Name in the vault of the key that the function app still accepts while nginx takes over a new one; empty: none."
  type        = string
  default     = ""
}

variable "function_app" {
  description = "Whether there is a function app. Without one the sidecar answers everything."
  type        = bool
  default     = false
}

variable "hosting" {
  description = "isolated: .NET isolated worker; custom: native custom handler, which starts faster. The package must be of the same kind."
  type        = string
  default     = "isolated"

  validation {
    condition     = contains(["isolated", "custom"], var.hosting)
    error_message = "hosting must be isolated or custom."
  }
}

variable "functions_memory_mb" {
  description = "Memory of a function instance in MB."
  type        = number
  default     = 512

  validation {
    condition     = contains([512, 2048, 4096], var.functions_memory_mb)
    error_message = "functions_memory_mb must be 512, 2048 or 4096."
  }
}

variable "functions_max_instances" {
  description = "Largest number of function instances."
  type        = number
  default     = 40

  validation {
    condition     = var.functions_max_instances >= 1 && var.functions_max_instances <= 1000
    error_message = "functions_max_instances must be from 1 to 1000."
  }
}

variable "functions_concurrency" {
  description = "Requests at once for each function instance. Azure bills an instance, not a request, so a low number is expensive."
  type        = number
  default     = 32

  validation {
    condition     = var.functions_concurrency >= 1 && var.functions_concurrency <= 1000
    error_message = "functions_concurrency must be from 1 to 1000."
  }
}

variable "ledger" {
  description = "Where the ledger is: tables costs nothing while nobody calls; postgres is faster with many keys."
  type        = string
  default     = "tables"

  validation {
    condition     = contains(["tables", "postgres"], var.ledger)
    error_message = "ledger must be tables or postgres."
  }
}

variable "storage_replication" {
  description = "LRS: storage accounts have three copies in one datacenter; ZRS: in three zones."
  type        = string
  default     = "LRS"

  validation {
    condition     = contains(["LRS", "ZRS"], var.storage_replication)
    error_message = "storage_replication must be LRS or ZRS."
  }
}

variable "postgres_sku" {
  description = "Size of the PostgreSQL server."
  type        = string
  default     = "Standard_B1ms"
}

variable "postgres_storage_gb" {
  description = "GB of PostgreSQL's storage; it can grow, but not shrink."
  type        = number
  default     = 32

  validation {
    condition     = var.postgres_storage_gb >= 32 && var.postgres_storage_gb <= 32767
    error_message = "postgres_storage_gb must be from 32 to 32767."
  }
}

variable "postgres_backup_days" {
  description = "Days that PostgreSQL's backups are kept."
  type        = number
  default     = 7

  validation {
    condition     = var.postgres_backup_days >= 7 && var.postgres_backup_days <= 35
    error_message = "postgres_backup_days must be from 7 to 35."
  }
}

variable "postgres_high_availability" {
  description = "Whether a second PostgreSQL server in another zone takes over. Needs a size that is not burstable."
  type        = bool
  default     = false
}

variable "min_replicas" {
  description = "Smallest number of replicas; 0: nothing runs, and next to nothing is paid, while nobody calls. Streams do not hold a replica, so 1 for production."
  type        = number
  default     = 0

  validation {
    condition     = var.min_replicas >= 0 && var.min_replicas <= 10
    error_message = "min_replicas must be from 0 to 10."
  }
}

variable "max_replicas" {
  description = "Largest number of replicas."
  type        = number
  default     = 1

  validation {
    condition     = var.max_replicas >= 1 && var.max_replicas <= 100
    error_message = "max_replicas must be from 1 to 100."
  }
}

variable "replica_size" {
  description = "Size of a replica with both containers: small 0.5 cores and 1 GiB, medium 1 and 2, large 2 and 4."
  type        = string
  default     = "small"

  validation {
    condition     = contains(["small", "medium", "large"], var.replica_size)
    error_message = "replica_size must be small, medium or large."
  }
}

variable "concurrent_requests" {
  description = "Requests a second for which there is one more replica."
  type        = number
  default     = 50

  validation {
    condition     = var.concurrent_requests >= 1 && var.concurrent_requests <= 1000
    error_message = "concurrent_requests must be from 1 to 1000."
  }
}

variable "cooldown_seconds" {
  description = "Seconds without a request before the last replica goes. At least as long as the longest answer."
  type        = number
  default     = 600

  validation {
    condition     = var.cooldown_seconds >= 30 && var.cooldown_seconds <= 3600
    error_message = "cooldown_seconds must be from 30 to 3600."
  }
}

variable "drain_seconds" {
  description = "Seconds that answers may continue when a replica stops. Azure allows 600 with what the processes need themselves."
  type        = number
  default     = 590

  validation {
    condition     = var.drain_seconds >= 5 && var.drain_seconds <= 590
    error_message = "drain_seconds must be from 5 to 590."
  }
}

variable "ingress_range" {
  description = "Network of Azure's ingress, whose X-Forwarded-For is believed."
  type        = string
  default     = "100.100.0.0/16"
}

variable "private_network" {
  description = "Whether only the front has a public endpoint."
  type        = bool
  default     = false
}

variable "address_prefix" {
  description = "Address range of the private network, at least a /24."
  type        = string
  default     = "10.40.0.0/24"
}

variable "soft_delete_retention_days" {
  description = "Days in which a deleted secret can be recovered."
  type        = number
  default     = 90

  validation {
    condition     = var.soft_delete_retention_days >= 7 && var.soft_delete_retention_days <= 90
    error_message = "soft_delete_retention_days must be from 7 to 90."
  }
}

variable "purge_protection" {
  description = "Whether nobody can delete a secret or the vault for good before those days are over. It cannot be turned off again."
  type        = bool
  default     = true
}

variable "log_retention_days" {
  description = "Days that logs are kept; 30 are free."
  type        = number
  default     = 30

  validation {
    condition     = var.log_retention_days >= 30 && var.log_retention_days <= 730
    error_message = "log_retention_days must be from 30 to 730."
  }
}

variable "log_daily_cap_gb" {
  description = "GB of logs a day after which Azure takes no more until the next day; -1: no limit."
  type        = number
  default     = 1

  validation {
    condition     = var.log_daily_cap_gb >= -1 && var.log_daily_cap_gb <= 4000
    error_message = "log_daily_cap_gb must be from -1 to 4000."
  }
}

variable "alert_emails" {
  description = "Mail addresses that alerts are sent to; without any there are no alerts."
  type        = list(string)
  default     = []
}

variable "log_alerts" {
  description = "Whether there are alerts on the log too. Azure bills each of them by the month."
  type        = bool
  default     = true
}

variable "runbook_url" {
  description = "Address of docs/azure.md as your operators read it; alerts link to it."
  type        = string
  default     = "docs/azure.md"
}

variable "collector" {
  description = "Whether an OpenTelemetry Collector beside the sidecar sends traces and metrics to Application Insights. It makes a replica larger by 0.25 cores and 0.5 GiB."
  type        = bool
  default     = false
}

variable "collector_image" {
  description = "Image of the collector; it must have the components of the distribution \"contrib\"."
  type        = string
  default     = "docker.io/otel/opentelemetry-collector-contrib:0.160.0"

  validation {
    condition     = var.collector_image != ""
    error_message = "collector_image must name an image."
  }
}

variable "trace_percent" {
  description = "Percent of the requests whose traces are kept. A request that comes with a trace context follows that instead."
  type        = number
  default     = 10

  validation {
    condition     = var.trace_percent >= 0 && var.trace_percent <= 100
    error_message = "trace_percent must be from 0 to 100."
  }
}

variable "events_application" {
  description = "Client id or identifier URI of the application in Microsoft Entra ID for whose tokens Event Grid asks to report new secrets; empty: none does."
  type        = string
  default     = ""
}

variable "monthly_budget" {
  description = "Monthly budget of the resource group, in the currency of the subscription; 0: none. Azure only tells about it."
  type        = number
  default     = 0

  validation {
    condition     = var.monthly_budget >= 0 && var.monthly_budget <= 1000000
    error_message = "monthly_budget must be from 0 to 1000000."
  }
}

variable "budget_start" {
  description = "First day of the current month when the budget is made, such as 2026-12-01. It cannot be changed later."
  type        = string
  default     = ""
}
