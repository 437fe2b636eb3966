using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary>The endpoints for an account at ollama.com. There are no accounts here, so the answer is always 401 (specs/ollama.md 1).</summary>
/// <param name="message">Ollama's message.</param>
internal sealed class OllamaAccountEndpoint(Wording message) : IEndpoint
{
    public Task HandleAsync(Exchange exchange) => throw new GatewayException(new GatewayError(ErrorKind.Unauthenticated, message));
}
