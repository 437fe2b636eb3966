using Dragoman.Dialects.Requests;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>DELETE /api/delete</c>, whose JSON is in the body.</summary>
internal sealed class OllamaDeleteEndpoint : OllamaManagementEndpoint
{
    protected override ValueTask CheckAsync(Exchange exchange, RequestObject request)
    {
        var name = OllamaModelArgument.Read(request);
        CheckName(name, "model", $"name \"{name}\" is invalid");
        return CheckExistsAsync(exchange, name, $"model '{name}' not found");
    }
}
