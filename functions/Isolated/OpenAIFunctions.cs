using Dragoman.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Dragoman.Functions.Isolated;

/// <summary>The functions of OpenAI's API. Both lists of models also answer Anthropic's clients. The gateway finds the route by the path, as in every host.</summary>
public sealed class OpenAIFunctions(Gateway gateway)
{
    [Function("chat-completions")]
    public Task ChatCompletions([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "v1/chat/completions")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("completions")]
    public Task Completions([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "v1/completions")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("v1-embeddings")]
    public Task Embeddings([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "v1/embeddings")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("models")]
    public Task Models([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "v1/models")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("model")]
    public Task Model([HttpTrigger(AuthorizationLevel.Function, "get", "options", Route = "v1/models/{*id}")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("transcriptions")]
    public Task Transcriptions([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "v1/audio/transcriptions")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("responses")]
    public Task Responses([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "v1/responses")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("input-tokens")]
    public Task InputTokens([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "v1/responses/input_tokens")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("response")]
    public Task Response([HttpTrigger(AuthorizationLevel.Function, "get", "delete", "post", "options", Route = "v1/responses/{*id}")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);
}
