using Dragoman.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Dragoman.Functions.Isolated;

/// <summary>The functions of Ollama's API. The gateway finds the route by the path, as in every host.</summary>
public sealed class OllamaFunctions(Gateway gateway)
{
    [Function("chat")]
    public Task Chat([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "api/chat")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("generate")]
    public Task Generate([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "api/generate")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("tags")]
    public Task Tags([HttpTrigger(AuthorizationLevel.Function, "get", "head", "options", Route = "api/tags")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("show")]
    public Task Show([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "api/show")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("ps")]
    public Task Ps([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "api/ps")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("version")]
    public Task Version([HttpTrigger(AuthorizationLevel.Function, "get", "head", "options", Route = "api/version")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("embed")]
    public Task Embed([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "api/embed")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("embeddings")]
    public Task Embeddings([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "api/embeddings")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("pull")]
    public Task Pull([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "api/pull")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("push")]
    public Task Push([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "api/push")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("create")]
    public Task Create([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "api/create")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("copy")]
    public Task Copy([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "api/copy")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("delete")]
    public Task Delete([HttpTrigger(AuthorizationLevel.Function, "delete", "options", Route = "api/delete")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("blobs")]
    public Task Blobs([HttpTrigger(AuthorizationLevel.Function, "post", "head", "options", Route = "api/blobs/{*id}")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("status")]
    public Task Status([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "api/status")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("me")]
    public Task Me([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "api/me")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("signout")]
    public Task Signout([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "api/signout")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("user-keys")]
    public Task UserKeys([HttpTrigger(AuthorizationLevel.Function, "delete", "options", Route = "api/user/keys/{*id}")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("web-search")]
    public Task WebSearch([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "api/experimental/web_search")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("web-fetch")]
    public Task WebFetch([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "api/experimental/web_fetch")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("model-recommendations")]
    public Task ModelRecommendations([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "api/experimental/model-recommendations")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);
}
