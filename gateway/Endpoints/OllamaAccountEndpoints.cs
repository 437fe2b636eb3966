using Dragoman.Conversation;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>GET /api/status</c>: ollama.com is never asked for anything.</summary>
internal sealed class OllamaStatusEndpoint : IEndpoint
{
    private static readonly byte[] Body = [.. "{\"cloud\":{\"disabled\":true,\"source\":\"env\"}}"u8];

    public Task HandleAsync(Exchange exchange) => exchange.WriteAsync(Body, "application/json; charset=utf-8", 200);
}

/// <summary>The endpoints of an account at ollama.com, which nobody has here: always a 401 (specs/ollama.md 1).</summary>
/// <param name="message">Ollama's words for it.</param>
internal sealed class OllamaAccountEndpoint(string message) : IEndpoint
{
    public Task HandleAsync(Exchange exchange) => throw new GatewayException(new GatewayError(ErrorKind.Unauthenticated, message));
}

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

/// <summary><c>GET /api/experimental/model-recommendations</c>: none; what is published is listed by <c>/api/tags</c>.</summary>
internal sealed class OllamaRecommendationsEndpoint : IEndpoint
{
    private static readonly byte[] Body = [.. "{\"recommendations\":[]}"u8];

    public Task HandleAsync(Exchange exchange) => exchange.WriteAsync(Body, "application/json; charset=utf-8", 200);
}
