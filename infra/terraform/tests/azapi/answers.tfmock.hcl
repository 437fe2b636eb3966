# What Azure would answer.

mock_resource "azapi_resource" {
  defaults = {
    id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/dragoman/providers/Microsoft.Web/sites/mock"
  }
}
