using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>DELETE /api/delete</c>, whose JSON is in the body.</summary>
internal sealed class OllamaDeleteEndpoint : OllamaManagementEndpoint
{
    protected override ValueTask CheckAsync(Exchange exchange, RequestObject request)
    {
        var name = OllamaModelArgument.Read(request);
        CheckName(name, "model", FixedText.InvalidName(name));
        return CheckExistsAsync(exchange, name, FixedText.ModelNotFound(name));
    }
}
