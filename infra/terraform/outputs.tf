output "url" {
  description = "Address of the gateway; empty in the stage foundation."
  value       = local.has_processes ? "https://${local.hosts[0]}" : ""
}

output "vault_name" {
  description = "Name of the vault that people put the secrets into."
  value       = local.vault_name
}

output "secret_names" {
  description = "Names of the secrets that the processes read. The vault must have them before the stage all."
  value = concat(
    [var.vault_admin_key, var.vault_state_key],
    var.function_app ? [var.vault_functions_key, var.vault_front_key] : [],
    var.function_app && var.vault_earlier_front_key != "" ? [var.vault_earlier_front_key] : [],
    [for each in var.model_providers : each.secret_name if each.secret_name != null],
  )
}

output "function_app_name" {
  description = "Name of the function app; empty without one."
  value       = local.has_functions ? local.functions_name : ""
}

output "registry_server" {
  description = "Host name of the registry; empty without one."
  value       = var.own_registry ? module.registry[0].server : ""
}
