using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>GET /api/experimental/model-recommendations</c>: an empty list. <c>/api/tags</c> lists the published models.</summary>
internal sealed class OllamaRecommendationsEndpoint : IEndpoint
{
    private static readonly byte[] Body = [.. "{\"recommendations\":[]}"u8];

    public Task HandleAsync(Exchange exchange) => exchange.WriteAsync(Body, "application/json; charset=utf-8", 200);
}
