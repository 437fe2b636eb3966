using System.Net.Http.Headers;

namespace Dragoman.Providers;

/// <summary>
/// A request whose address has just been checked. Credentials are added to nothing else: there is no other way to make one.
/// </summary>
internal readonly struct VerifiedRequest
{
    private readonly HttpRequestMessage? request;

    private VerifiedRequest(HttpRequestMessage request) => this.request = request;

    public HttpRequestHeaders Headers => (request ?? throw new InvalidOperationException("the request's address was not checked")).Headers;

    /// <exception cref="Conversation.GatewayException">The request would go elsewhere than to its provider.</exception>
    public static VerifiedRequest Of(HttpRequestMessage request, UpstreamAddress address)
    {
        address.Check(request);
        return new VerifiedRequest(request);
    }
}
