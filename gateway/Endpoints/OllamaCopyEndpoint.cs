using Dragoman.Dialects.Requests;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>POST /api/copy</c>.</summary>
internal sealed class OllamaCopyEndpoint : OllamaManagementEndpoint
{
    protected override ValueTask CheckAsync(Exchange exchange, RequestObject request)
    {
        var source = request.String("source") ?? "";
        var destination = request.String("destination") ?? "";
        CheckName(source, "source", $"source \"{source}\" is invalid");
        CheckName(destination, "destination", $"destination \"{destination}\" is invalid");
        return CheckExistsAsync(exchange, source, $"model \"{source}\" not found");
    }
}
