# Which values are refused, and what the defaults make. Azure's answers are made up.

mock_provider "azurerm" {
  source = "./tests/azurerm"
}

mock_provider "azapi" {
  source = "./tests/azapi"
}

variables {
  resource_group_name = "dragoman"
  front_image         = "ghcr.io/example/dragoman-front:0.1.0"
  sidecar_image       = "ghcr.io/example/dragoman-sidecar:0.1.0"
  model_providers     = [{ name = "mistral", dialect = "mistral", secret_name = "mistral-key" }]
}

run "defaults" {
  assert {
    condition     = output.url == "https://ca-dragoman.happy.westeurope.azurecontainerapps.io"
    error_message = "The address is ${output.url}."
  }

  assert {
    condition     = output.function_app_name == "" && output.registry_server == ""
    error_message = "There must be neither a function app nor a registry."
  }

  assert {
    condition     = join(",", output.secret_names) == "dragoman-admin-key,dragoman-state-key,mistral-key"
    error_message = "The secrets are ${join(",", output.secret_names)}."
  }
}

run "foundation" {
  variables {
    stage        = "foundation"
    function_app = true
  }

  assert {
    condition     = output.url == "" && output.function_app_name == ""
    error_message = "There must be no processes yet."
  }

  assert {
    condition     = contains(output.secret_names, "dragoman-functions-key")
    error_message = "The secrets must already be told."
  }
}

run "everything" {
  variables {
    function_app    = true
    own_registry    = true
    private_network = true
    ledger          = "postgres"
    alert_emails    = ["operators@example.com"]
    monthly_budget  = 100
    budget_start    = "2026-12-01"
    collector       = true
    access_mode     = "both"

    events_application = "api://dragoman"
  }

  assert {
    condition     = startswith(output.function_app_name, "func-dragoman-") && endswith(output.registry_server, ".azurecr.io")
    error_message = "There must be a function app and a registry."
  }
}

run "refuses_open_access" {
  command = plan

  variables {
    access_mode = "open"
  }

  expect_failures = [var.access_mode]
}

run "refuses_a_secret_in_the_configuration" {
  command = plan

  variables {
    configuration = { "providers__x__apiKey" = "12345" }
  }

  expect_failures = [var.configuration]
}

run "refuses_no_provider" {
  command = plan

  variables {
    model_providers = []
  }

  expect_failures = [var.model_providers]
}

run "refuses_an_unknown_dialect" {
  command = plan

  variables {
    model_providers = [{ name = "x", dialect = "opena" }]
  }

  expect_failures = [var.model_providers]
}

run "accepts_the_name_of_a_secret_in_the_configuration" {
  command = plan

  variables {
    configuration = { "access__stateKey" = "keyvault:dragoman-state" }
  }
}

run "refuses_a_provider_name_with_a_dash" {
  command = plan

  variables {
    model_providers = [{ name = "a-b", dialect = "openai" }]
  }

  expect_failures = [var.model_providers]
}

run "refuses_a_name_in_capitals" {
  command = plan

  variables {
    name = "Dragoman"
  }

  expect_failures = [var.name]
}

run "refuses_another_hosting" {
  command = plan

  variables {
    hosting = "container"
  }

  expect_failures = [var.hosting]
}

run "refuses_another_ledger" {
  command = plan

  variables {
    ledger = "sqlite"
  }

  expect_failures = [var.ledger]
}

run "refuses_an_odd_memory" {
  command = plan

  variables {
    functions_memory_mb = 1024
  }

  expect_failures = [var.functions_memory_mb]
}

run "refuses_no_replica_at_all" {
  command = plan

  variables {
    max_replicas = 0
  }

  expect_failures = [var.max_replicas]
}

run "refuses_a_drain_beyond_what_Azure_allows" {
  command = plan

  variables {
    drain_seconds = 600
  }

  expect_failures = [var.drain_seconds]
}

run "refuses_another_replica_size" {
  command = plan

  variables {
    replica_size = "huge"
  }

  expect_failures = [var.replica_size]
}

run "refuses_another_stage" {
  command = plan

  variables {
    stage = "some"
  }

  expect_failures = [var.stage]
}

run "refuses_another_replication" {
  command = plan

  variables {
    storage_replication = "GRS"
  }

  expect_failures = [var.storage_replication]
}

run "refuses_more_traces_than_all" {
  command = plan

  variables {
    trace_percent = 101
  }

  expect_failures = [var.trace_percent]
}

run "refuses_no_collector" {
  command = plan

  variables {
    collector_image = ""
  }

  expect_failures = [var.collector_image]
}

run "refuses_no_image" {
  command = plan

  variables {
    front_image = ""
  }

  expect_failures = [var.front_image]
}
