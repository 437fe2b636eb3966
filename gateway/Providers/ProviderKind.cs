using System.Net.Http.Headers;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;

namespace Dragoman.Providers;

/// <summary>What is particular to a kind of upstream: its address, its dialect, its authentication.</summary>
internal abstract class ProviderKind
{
    public abstract Uri DefaultBaseUrl { get; }

    public abstract ProviderApi ApiOf(ProviderSettings settings, Uri baseUrl);

    /// <summary>The address of a call.</summary>
    /// <exception cref="GatewayException">There is no such address.</exception>
    public virtual Uri AddressOf(ProviderSettings settings, Uri baseUrl, UpstreamCall call) => UpstreamAddress.Below(baseUrl, call.Path);

    /// <summary>The paths that requests may go to, as <see cref="UpstreamAddress"/> takes them.</summary>
    public virtual IReadOnlyList<string> RootsOf(ProviderSettings settings, Uri baseUrl) => [baseUrl.AbsolutePath];

    /// <summary>What must sometimes be done at the server before it answers; null when nothing.</summary>
    /// <param name="settings">The provider's.</param>
    /// <param name="baseUrl">Where its API is.</param>
    /// <param name="clock">Measures times.</param>
    /// <param name="send">Sends a request to the server; throws a <see cref="GatewayException"/> when it refuses.</param>
    public virtual IRecovery? RecoveryOf(
        ProviderSettings settings, Uri baseUrl, TimeProvider clock, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send) => null;

    /// <summary>The headers that may hold the id of an answer; the first one present counts.</summary>
    public virtual IReadOnlyList<string> RequestIdHeaders => ["x-request-id"];

    /// <summary>What an answer's headers say of rate limits; null when they say nothing.</summary>
    public virtual RateLimits? ReadRateLimits(HttpResponseHeaders headers) => RateLimitHeaders.OpenAI.Read(headers);

    /// <inheritdoc cref="ReadRateLimits(HttpResponseHeaders)"/>
    /// <param name="headers">Of the answer.</param>
    /// <param name="clock">For providers that tell times instead of durations.</param>
    public virtual RateLimits? ReadRateLimits(HttpResponseHeaders headers, TimeProvider clock) => ReadRateLimits(headers);

    /// <summary>Makes the request known as ours.</summary>
    /// <exception cref="GatewayException">No credentials could be had.</exception>
    public virtual ValueTask AuthenticateAsync(ProviderSettings settings, VerifiedRequest request, CancellationToken cancellation)
    {
        if (settings.ApiKey is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", settings.ApiKey);
        return default;
    }

    public static ProviderKind Of(ProviderSettings settings) => settings.Dialect switch
    {
        "anthropic" => AnthropicProvider.Kind,
        "azure-openai" => AzureOpenAIProvider.Kind,
        "gemini" => GeminiProvider.Kind,
        "mistral" => MistralProvider.Kind,
        "openai" => OpenAIProvider.Kind,
        _ => throw new ArgumentException($"\"{settings.Dialect}\" is not an outbound dialect", nameof(settings)),
    };
}
