using System.Net.Http.Headers;

namespace Dragoman.Providers;

/// <summary>
/// A request whose address was checked. Credentials can be added only to such a request, and only <see cref="Of"/> creates one.
/// </summary>
internal readonly struct VerifiedRequest
{
    private readonly HttpRequestMessage? request;

    private VerifiedRequest(HttpRequestMessage request) => this.request = request;

    public HttpRequestHeaders Headers => (request ?? throw new InvalidOperationException("the request's address was not checked")).Headers;

    /// <exception cref="Conversation.GatewayException">The address of the request does not belong to its provider.</exception>
    public static VerifiedRequest Of(HttpRequestMessage request, UpstreamAddress address)
    {
        address.Check(request);
        return new VerifiedRequest(request);
    }
}
