using System.Net.Http.Headers;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Identity;

namespace Dragoman.Providers;

/// <summary>The differences between kinds of upstream: address, dialect, authentication.</summary>
internal abstract class ProviderKind
{
    public abstract Uri DefaultBaseUrl { get; }

    public abstract ProviderApi ApiOf(ProviderSettings settings, Uri baseUrl);

    /// <summary>The address of a call.</summary>
    /// <exception cref="GatewayException">There is no such address.</exception>
    public virtual Uri AddressOf(ProviderSettings settings, Uri baseUrl, UpstreamCall call) => UpstreamAddress.Below(baseUrl, call.Path);

    /// <summary>The paths to which requests may be sent, as the roots of an <see cref="UpstreamAddress"/>.</summary>
    public virtual IReadOnlyList<string> RootsOf(ProviderSettings settings, Uri baseUrl) => [baseUrl.AbsolutePath];

    /// <summary>The action that the server sometimes needs before it answers; null when it needs none.</summary>
    /// <param name="settings">The provider's settings.</param>
    /// <param name="baseUrl">The base URL of its API.</param>
    /// <param name="clock">The clock for time limits.</param>
    /// <param name="send">Sends a request to the server; throws a <see cref="GatewayException"/> when the server rejects it.</param>
    public virtual IRecovery? RecoveryOf(
        ProviderSettings settings, Uri baseUrl, TimeProvider clock, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send) => null;

    /// <summary>The headers that may contain the id of an answer, in order of preference.</summary>
    public virtual IReadOnlyList<string> RequestIdHeaders => ["x-request-id"];

    /// <summary>The rate limits in an answer's headers; null when there are none.</summary>
    public virtual RateLimits? ReadRateLimits(HttpResponseHeaders headers) => RateLimitHeaders.OpenAI.Read(headers);

    /// <inheritdoc cref="ReadRateLimits(HttpResponseHeaders)"/>
    /// <param name="headers">The answer's headers.</param>
    /// <param name="clock">The clock, for providers that send a time instead of a duration.</param>
    public virtual RateLimits? ReadRateLimits(HttpResponseHeaders headers, TimeProvider clock) => ReadRateLimits(headers);

    /// <summary>Whether requests carry the configured key.</summary>
    public virtual bool UsesKey(ProviderSettings settings) => settings.ApiKey is not null;

    /// <summary>Adds the credentials to the request, in place of those that it has.</summary>
    /// <param name="settings">The provider's settings.</param>
    /// <param name="key">The key as it is now; null when there is none, or it is not used.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Ends the wait for a token.</param>
    /// <exception cref="GatewayException">No credentials could be obtained.</exception>
    public virtual ValueTask AuthenticateAsync(ProviderSettings settings, string? key, VerifiedRequest request, CancellationToken cancellation)
    {
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return default;
    }

    /// <summary>Sets the header of a key.</summary>
    protected static void SetKey(VerifiedRequest request, string header, string key)
    {
        request.Headers.Remove(header);
        request.Headers.Add(header, key);
    }

    /// <param name="settings">The provider's settings.</param>
    /// <param name="tokens">The process's tokens of Microsoft Entra ID.</param>
    public static ProviderKind Of(ProviderSettings settings, EntraTokens tokens) => settings.Dialect switch
    {
        "anthropic" => AnthropicProvider.Kind,
        "azure-openai" => new AzureOpenAIProvider(tokens),
        "gemini" => GeminiProvider.Kind,
        "mistral" => MistralProvider.Kind,
        "openai" => OpenAIProvider.Kind,
        _ => throw new ArgumentException($"\"{settings.Dialect}\" is not an outbound dialect", nameof(settings)),
    };
}
