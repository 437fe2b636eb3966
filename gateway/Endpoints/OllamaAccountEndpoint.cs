using Dragoman.Conversation;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary>The endpoints of an account at ollama.com, which nobody has here: always a 401 (specs/ollama.md 1).</summary>
/// <param name="message">Ollama's words for it.</param>
internal sealed class OllamaAccountEndpoint(string message) : IEndpoint
{
    public Task HandleAsync(Exchange exchange) => throw new GatewayException(new GatewayError(ErrorKind.Unauthenticated, message));
}
