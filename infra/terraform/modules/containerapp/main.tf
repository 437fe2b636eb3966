variable "resource_group_name" {
  description = "Resource group."
  type        = string
}

variable "tags" {
  description = "Tags of the resources."
  type        = map(string)
}

variable "name" {
  description = "Name of the container app."
  type        = string
}

variable "environment_id" {
  description = "Environment of the container app."
  type        = string
}

variable "identity_id" {
  description = "Resource id of the identity of the processes."
  type        = string
}

variable "registry_server" {
  description = "Host name of the registry that the identity pulls from; empty: the images are public."
  type        = string
}

variable "front_image" {
  description = "Image of nginx."
  type        = string
}

variable "sidecar_image" {
  description = "Image of the sidecar."
  type        = string
}

variable "gateway_variables" {
  description = "Environment variables of the gateway, which the functions have too."
  type        = map(string)
}

variable "access_mode" {
  description = "Who may call; nginx has to know it too."
  type        = string
}

variable "functions_url" {
  description = "Address of the function app; empty: the sidecar answers everything."
  type        = string
}

variable "functions_key_secret_url" {
  description = "Address of the vault secret with the function app's key; empty without a function app."
  type        = string
}

variable "front_key_secret_url" {
  description = "Address of the vault secret with the key that signs what the function app gets; empty without a function app."
  type        = string
}

variable "ingress_range" {
  description = "Network of the ingress, whose X-Forwarded-For is believed."
  type        = string
}

variable "min_replicas" {
  description = "Smallest number of replicas; 0: nothing runs while nobody calls."
  type        = number
}

variable "max_replicas" {
  description = "Largest number of replicas."
  type        = number
}

variable "concurrent_requests" {
  description = "Requests a second for which there is one more replica."
  type        = number
}

variable "cooldown_seconds" {
  description = "Seconds without a request before the last replica goes."
  type        = number
}

variable "drain_seconds" {
  description = "Seconds that streams may continue when a replica stops."
  type        = number
}

variable "replica_size" {
  description = "Size of a replica."
  type        = string

  validation {
    condition     = contains(["small", "medium", "large"], var.replica_size)
    error_message = "replica_size must be small, medium or large."
  }
}

variable "collector_image" {
  description = "Image of the OpenTelemetry Collector; empty: none."
  type        = string
}

variable "trace_percent" {
  description = "Percent of the requests whose traces are kept."
  type        = number
}

variable "insights_connection_string" {
  description = "Where the collector sends to."
  type        = string
}

variable "client_id" {
  description = "Client id of the identity of the processes."
  type        = string
}

locals {
  # Azure takes fixed pairs for the sum of all containers: each half a core has one GiB.
  sizes = {
    small  = { cpu = 0.25, memory = "0.5Gi" }
    medium = { cpu = 0.75, memory = "1.5Gi" }
    large  = { cpu = 1.75, memory = "3.5Gi" }
  }
  front_port    = 8080
  sidecar_port  = 5081
  has_functions = var.functions_url != ""

  front_variables = merge(
    {
      DRAGOMAN_NGINX_LISTEN  = "0.0.0.0:${local.front_port}"
      DRAGOMAN_SIDECAR       = "127.0.0.1:${local.sidecar_port}"
      DRAGOMAN_TRUSTED_PROXY = var.ingress_range
      DRAGOMAN_DRAIN         = "${var.drain_seconds}s"
      DRAGOMAN_WORKERS       = "1"
      DRAGOMAN__access__mode = var.access_mode
    },
    local.has_functions ? { DRAGOMAN_FUNCTIONS = var.functions_url } : {},
  )
  # Where the sidecar sends traces and metrics to. Its log is that of the container already.
  telemetry_variables = var.collector_image == "" ? {} : {
    OTEL_SERVICE_NAME           = "dragoman-sidecar"
    OTEL_EXPORTER_OTLP_ENDPOINT = "http://127.0.0.1:4318"
    OTEL_EXPORTER_OTLP_PROTOCOL = "http/protobuf"
    # Application Insights adds measurements up, so each tells only what is new.
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE = "delta"
    OTEL_LOGS_EXPORTER                                = "none"
    OTEL_TRACES_SAMPLER                               = "parentbased_traceidratio"
    OTEL_TRACES_SAMPLER_ARG                           = format("%.2f", var.trace_percent / 100)
  }
  collector_variables = {
    AZURE_CLIENT_ID                       = var.client_id
    APPLICATIONINSIGHTS_CONNECTION_STRING = var.insights_connection_string
    COLLECTOR_CONFIG                      = file("${path.module}/../../../collector/config.yaml")
  }
  sidecar_variables = merge(
    {
      # The probes come from outside the replica. The ingress leads to nginx only.
      DRAGOMAN_LISTEN                = "0.0.0.0"
      DRAGOMAN_SIDECAR_PORT          = tostring(local.sidecar_port)
      DRAGOMAN_DATA                  = "/data"
      DRAGOMAN__limits__drainSeconds = tostring(var.drain_seconds)
    },
    local.telemetry_variables,
    var.gateway_variables,
  )
}

# nginx and the sidecar in one replica: they share its loopback addresses, and scale together.
resource "azurerm_container_app" "app" {
  name                         = var.name
  resource_group_name          = var.resource_group_name
  tags                         = var.tags
  container_app_environment_id = var.environment_id
  workload_profile_name        = "Consumption"
  revision_mode                = "Single"

  identity {
    type         = "UserAssigned"
    identity_ids = [var.identity_id]
  }

  ingress {
    external_enabled           = true
    target_port                = local.front_port
    transport                  = "auto"
    allow_insecure_connections = false

    traffic_weight {
      latest_revision = true
      percentage      = 100
    }
  }

  dynamic "registry" {
    for_each = var.registry_server == "" ? [] : [var.registry_server]

    content {
      server   = registry.value
      identity = var.identity_id
    }
  }

  dynamic "secret" {
    for_each = local.has_functions ? { functions-key = var.functions_key_secret_url, front-key = var.front_key_secret_url } : {}

    content {
      name                = secret.key
      key_vault_secret_id = secret.value
      identity            = var.identity_id
    }
  }

  template {
    # A stopping process needs a while to end its streams with their own error.
    termination_grace_period_seconds = var.drain_seconds + 10
    min_replicas                     = var.min_replicas
    max_replicas                     = var.max_replicas
    cooldown_period_in_seconds       = var.cooldown_seconds
    polling_interval_in_seconds      = 30

    http_scale_rule {
      name                = "requests"
      concurrent_requests = tostring(var.concurrent_requests)
    }

    # The journal of the ledger: it survives a crash of the sidecar, and is not needed after the replica.
    volume {
      name         = "data"
      storage_type = "EmptyDir"
    }

    container {
      name   = "front"
      image  = var.front_image
      cpu    = 0.25
      memory = "0.5Gi"

      dynamic "env" {
        for_each = local.front_variables

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.has_functions ? { DRAGOMAN_FRONT_KEY = "front-key", DRAGOMAN_FUNCTIONS_KEY = "functions-key" } : {}

        content {
          name        = env.key
          secret_name = env.value
        }
      }

      # Through nginx to the sidecar: a replica gets requests only when both are there.
      readiness_probe {
        transport               = "HTTP"
        path                    = "/ready"
        port                    = local.front_port
        interval_seconds        = 5
        timeout                 = 3
        failure_count_threshold = 3
      }

      # Only whether nginx listens: a dead sidecar is no reason to restart nginx.
      liveness_probe {
        transport               = "TCP"
        port                    = local.front_port
        interval_seconds        = 10
        timeout                 = 3
        failure_count_threshold = 3
      }
    }

    container {
      name   = "sidecar"
      image  = var.sidecar_image
      cpu    = local.sizes[var.replica_size].cpu
      memory = local.sizes[var.replica_size].memory

      dynamic "env" {
        for_each = local.sidecar_variables

        content {
          name  = env.key
          value = env.value
        }
      }

      # Azure allows at most 10 failures: 30 s in all.
      startup_probe {
        transport               = "HTTP"
        path                    = "/health"
        port                    = local.sidecar_port
        interval_seconds        = 3
        timeout                 = 2
        failure_count_threshold = 10
      }

      liveness_probe {
        transport               = "HTTP"
        path                    = "/health"
        port                    = local.sidecar_port
        interval_seconds        = 10
        timeout                 = 5
        failure_count_threshold = 3
      }

      volume_mounts {
        name = "data"
        path = "/data"
      }
    }

    # It has no probe: if it fails, it alone is started again, and the gateway goes on.
    dynamic "container" {
      for_each = var.collector_image == "" ? [] : [var.collector_image]

      content {
        name   = "collector"
        image  = container.value
        args   = ["--config=env:COLLECTOR_CONFIG"]
        cpu    = 0.25
        memory = "0.5Gi"

        dynamic "env" {
          for_each = local.collector_variables

          content {
            name  = env.key
            value = env.value
          }
        }
      }
    }
  }
}

output "id" {
  description = "Resource id of the container app."
  value       = azurerm_container_app.app.id
}
