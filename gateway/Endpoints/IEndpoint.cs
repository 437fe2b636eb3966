using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary>One public endpoint. It handles a request from step 3 on and is the same in both hosts.</summary>
public interface IEndpoint
{
    /// <exception cref="Conversation.GatewayException">The request failed; the caller answers in the route's error shape, if nothing was sent yet.</exception>
    Task HandleAsync(Exchange exchange);
}
