using Dragoman.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Dragoman.Functions.Isolated;

/// <summary>The functions of Anthropic's API. The gateway finds the route by the path, as in every host.</summary>
public sealed class AnthropicFunctions(Gateway gateway)
{
    [Function("messages")]
    public Task Messages([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "v1/messages")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);

    [Function("count-tokens")]
    public Task CountTokens([HttpTrigger(AuthorizationLevel.Function, "post", "options", Route = "v1/messages/count_tokens")] HttpRequest request) =>
        gateway.HandleAsync(request.HttpContext);
}
