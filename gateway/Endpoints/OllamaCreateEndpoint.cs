using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>POST /api/create</c>.</summary>
internal sealed class OllamaCreateEndpoint : OllamaManagementEndpoint
{
    protected override ValueTask CheckAsync(Exchange exchange, RequestObject request)
    {
        CheckName(OllamaModelArgument.Read(request), "model", FixedText.InvalidModelName);
        var hasFiles = request.Object("files") is { } files && files.Members.Any();
        if (string.IsNullOrEmpty(request.String("from")) && !hasFiles)
            throw GatewayException.Invalid("from", FixedText.NothingToCreateFrom);
        return default;
    }
}
