using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary>One public endpoint: from step 3 on, whatever the host.</summary>
public interface IEndpoint
{
    /// <exception cref="Conversation.GatewayException">Answered in the route's error shape, if nothing was sent yet.</exception>
    Task HandleAsync(Exchange exchange);
}
