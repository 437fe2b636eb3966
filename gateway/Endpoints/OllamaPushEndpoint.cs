using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary><c>POST /api/push</c>.</summary>
internal sealed class OllamaPushEndpoint : OllamaManagementEndpoint
{
    protected override ValueTask CheckAsync(Exchange exchange, RequestObject request) =>
        OllamaModelArgument.Read(request).Length == 0 ? throw GatewayException.Invalid("model", FixedText.ModelRequired) : default;
}
