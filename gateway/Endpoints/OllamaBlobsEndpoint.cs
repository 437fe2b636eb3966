using System.Text.RegularExpressions;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Endpoints;

/// <summary><c>HEAD</c> and <c>POST /api/blobs/{digest}</c>: there are no blobs, and none can be stored.</summary>
internal sealed partial class OllamaBlobsEndpoint : IEndpoint
{
    public Task HandleAsync(Exchange exchange)
    {
        if (!Digest().IsMatch(exchange.RouteValue))
            throw GatewayException.Invalid("digest", FixedText.InvalidDigest);
        if (!HttpMethods.IsHead(exchange.Http.Request.Method))
            return NotImplementedEndpoint.Instance.HandleAsync(exchange);
        exchange.Http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    [GeneratedRegex(@"^sha256[:-][0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Digest();
}
