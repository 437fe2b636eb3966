using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>GET /api/status</c>: ollama.com is never asked for anything.</summary>
internal sealed class OllamaStatusEndpoint : IEndpoint
{
    private static readonly byte[] Body = [.. "{\"cloud\":{\"disabled\":true,\"source\":\"env\"}}"u8];

    public Task HandleAsync(Exchange exchange) => exchange.WriteAsync(Body, "application/json; charset=utf-8", 200);
}
