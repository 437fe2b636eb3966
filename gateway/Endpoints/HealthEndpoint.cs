using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>GET /health</c>: the process answers. The state of providers is not part of it, because their failure must not restart the process.</summary>
internal sealed class HealthEndpoint : IEndpoint
{
    private static readonly byte[] Body = [.. "{\"status\":\"ok\"}"u8];

    public Task HandleAsync(Exchange exchange) => exchange.WriteAsync(Body, "application/json; charset=utf-8", 200);
}
