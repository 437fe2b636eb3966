using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>GET</c> and <c>HEAD /</c>: what almost every client probes first.</summary>
internal sealed class OllamaRootEndpoint : IEndpoint
{
    private static readonly byte[] Body = [.. "Ollama is running"u8];

    public Task HandleAsync(Exchange exchange) => exchange.WriteAsync(Body, "text/plain; charset=utf-8", 200);
}
