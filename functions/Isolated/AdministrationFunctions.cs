using Dragoman.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Dragoman.Functions.Isolated;

/// <summary>The functions of the administration. The gateway finds the route by the path, as in every host.</summary>
public sealed class AdministrationFunctions(Gateway gateway)
{
    [Function("organization")]
    public Task Organization([HttpTrigger(AuthorizationLevel.Function, "get", "patch", "options", Route = "dragoman/organization")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("teams")]
    public Task Teams([HttpTrigger(AuthorizationLevel.Function, "get", "post", "options", Route = "dragoman/teams")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("team")]
    public Task Team([HttpTrigger(AuthorizationLevel.Function, "get", "patch", "delete", "options", Route = "dragoman/teams/{*id}")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("keys")]
    public Task Keys([HttpTrigger(AuthorizationLevel.Function, "get", "post", "options", Route = "dragoman/keys")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("key")]
    public Task Key([HttpTrigger(AuthorizationLevel.Function, "get", "patch", "delete", "post", "options", Route = "dragoman/keys/{*id}")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("users")]
    public Task Users([HttpTrigger(AuthorizationLevel.Function, "get", "post", "options", Route = "dragoman/users")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("user")]
    public Task User([HttpTrigger(AuthorizationLevel.Function, "get", "patch", "delete", "options", Route = "dragoman/users/{*id}")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("roles")]
    public Task Roles([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "dragoman/roles")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("limits")]
    public Task Limits([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "dragoman/limits")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("budgets")]
    public Task Budgets([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "dragoman/budgets")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("usage")]
    public Task Usage([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "dragoman/usage")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("prices")]
    public Task Prices([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "dragoman/prices")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("ledger")]
    public Task Ledger([HttpTrigger(AuthorizationLevel.Function, "get", "post", "options", Route = "dragoman/ledger/{*id}")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("audit")]
    public Task Audit([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "dragoman/audit")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("whoami")]
    public Task WhoAmI([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "dragoman/whoami")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("request")]
    public Task RequestById([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "dragoman/requests/{*id}")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("keyvault-events")]
    public Task VaultEvents([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "dragoman/keyvault/events")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("requests")]
    public Task Requests([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "dragoman/requests")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("config")]
    public Task Config([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "dragoman/config")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("config-reload")]
    public Task ConfigReload([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "dragoman/config/reload")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);
}
