using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>GET /api/status</c>: says that the cloud is disabled, because the gateway never calls ollama.com.</summary>
internal sealed class OllamaStatusEndpoint : IEndpoint
{
    private static readonly byte[] Body = [.. "{\"cloud\":{\"disabled\":true,\"source\":\"env\"}}"u8];

    public Task HandleAsync(Exchange exchange) => exchange.WriteAsync(Body, "application/json; charset=utf-8", 200);
}
