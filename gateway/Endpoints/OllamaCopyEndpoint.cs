using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>POST /api/copy</c>.</summary>
internal sealed class OllamaCopyEndpoint : OllamaManagementEndpoint
{
    protected override ValueTask CheckAsync(Exchange exchange, RequestObject request)
    {
        var source = request.String("source") ?? "";
        var destination = request.String("destination") ?? "";
        CheckName(source, "source", FixedText.InvalidSource(source));
        CheckName(destination, "destination", FixedText.InvalidDestination(destination));
        return CheckExistsAsync(exchange, source, FixedText.ModelToCopyNotFound(source));
    }
}
