using Dragoman.Dialects;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary>The endpoints that generate, such as <c>/api/chat</c> and <c>/v1/chat/completions</c>. They differ only in the dialect.</summary>
internal sealed class GenerationEndpoint(IInboundDialect dialect) : IEndpoint
{
    public Task HandleAsync(Exchange exchange) => Generation.RunAsync(exchange, dialect);
}
