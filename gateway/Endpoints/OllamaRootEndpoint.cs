using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>GET</c> and <c>HEAD /</c>: the first probe of almost every client.</summary>
internal sealed class OllamaRootEndpoint : IEndpoint
{
    private static readonly byte[] Body = [.. "Ollama is running"u8];

    public Task HandleAsync(Exchange exchange) => exchange.WriteAsync(Body, "text/plain; charset=utf-8", 200);
}
