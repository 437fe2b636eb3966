using Dragoman.Dialects;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary>Every endpoint that generates: they differ in the dialect alone.</summary>
internal sealed class GenerationEndpoint(IInboundDialect dialect) : IEndpoint
{
    public Task HandleAsync(Exchange exchange) => Generation.RunAsync(exchange, dialect);
}
