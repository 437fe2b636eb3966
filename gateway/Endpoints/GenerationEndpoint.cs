using Dragoman.Dialects;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>/api/chat</c>, <c>/api/generate</c>, <c>/v1/chat/completions</c>, <c>/v1/completions</c>: what differs is the dialect.</summary>
internal sealed class GenerationEndpoint(IInboundDialect dialect) : IEndpoint
{
    public Task HandleAsync(Exchange exchange) => Generation.RunAsync(exchange, dialect);
}
