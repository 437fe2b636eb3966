using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary>Web tools that Ollama forwards to ollama.com; rejected as by Ollama when its cloud is disabled (specs/ollama.md 1).</summary>
/// <param name="feature">Ollama's name for the tool.</param>
internal sealed class OllamaCloudEndpoint(string feature) : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        (await exchange.ReadJsonAsync().ConfigureAwait(false)).Dispose();
        throw new GatewayException(new GatewayError(ErrorKind.Forbidden, FixedText.CloudDisabled(feature)));
    }
}
