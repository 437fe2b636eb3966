using Dragoman.Conversation;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary>Searches that Ollama leaves to ollama.com: refused as when its cloud is switched off (specs/ollama.md 1).</summary>
/// <param name="feature">Ollama's name for it.</param>
internal sealed class OllamaCloudEndpoint(string feature) : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        (await exchange.ReadJsonAsync().ConfigureAwait(false)).Dispose();
        throw new GatewayException(new GatewayError(ErrorKind.Forbidden, $"ollama cloud is disabled: {feature} is unavailable"));
    }
}
