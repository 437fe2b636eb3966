using Dragoman.Endpoints.Documentation;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>GET /openapi.json</c>: this API as an OpenAPI 3.1 document.</summary>
internal sealed class OpenApiEndpoint : IEndpoint
{
    public Task HandleAsync(Exchange exchange) => exchange.WriteAsync(OpenApiDocument.Json, "application/json; charset=utf-8", 200);
}
