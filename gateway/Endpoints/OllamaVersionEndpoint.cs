using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>GET /api/version</c>: the version of Ollama whose API this gateway follows; clients require a minimum (specs/ollama.md 1, 4.1).</summary>
internal sealed class OllamaVersionEndpoint : IEndpoint
{
    private static readonly byte[] Body = [.. "{\"version\":\"0.15.0\"}"u8];

    public Task HandleAsync(Exchange exchange) => exchange.WriteAsync(Body, "application/json; charset=utf-8", 200);
}
