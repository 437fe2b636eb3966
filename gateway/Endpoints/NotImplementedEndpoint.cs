using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary>A route that clients know but this gateway does not implement: a clear 501 instead of a 404.</summary>
internal sealed class NotImplementedEndpoint : IEndpoint
{
    public static readonly NotImplementedEndpoint Instance = new();

    public Task HandleAsync(Exchange exchange) =>
        throw new GatewayException(new GatewayError(ErrorKind.NotImplemented, GatewayText.NotImplemented(exchange.Http.Request.Method, exchange.Http.Request.Path)));
}
