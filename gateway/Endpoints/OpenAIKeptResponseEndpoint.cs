using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary>
/// <c>/v1/responses/{id}</c> and the paths below it. No response is kept (every answer says <c>store: false</c>), so none is
/// found.
/// </summary>
internal sealed class OpenAIKeptResponseEndpoint : IEndpoint
{
    public Task HandleAsync(Exchange exchange) => throw new GatewayException(new GatewayError(
        ErrorKind.NotFound,
        FixedText.ResponseNotFound(exchange.RouteValue.Split('/')[0]))
    {
        Code = "response_not_found",
    });
}
