using Dragoman.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Dragoman.Functions.Isolated;

/// <summary>The functions of the pages for operators and tools. The gateway finds the route by the path, as in every host.</summary>
public sealed class OperationFunctions(Gateway gateway)
{
    [Function("root")]
    public Task Root([HttpTrigger(AuthorizationLevel.Function, "get", "head", "options", Route = "{ignored:maxlength(0)?}")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("health")]
    public Task Health([HttpTrigger(AuthorizationLevel.Function, "get", "head", "options", Route = "health")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("ready")]
    public Task Ready([HttpTrigger(AuthorizationLevel.Function, "get", "head", "options", Route = "ready")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("openapi")]
    public Task OpenApi([HttpTrigger(AuthorizationLevel.Function, "get", "head", "options", Route = "openapi.json")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);
}
