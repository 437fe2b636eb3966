using System.Net.Http.Headers;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects.Mistral;

namespace Dragoman.Providers;

/// <summary>Mistral's API and compatible servers (specs/dialects.md 1.5).</summary>
internal sealed class MistralProvider : ProviderKind
{
    public static readonly MistralProvider Kind = new();

    public override Uri DefaultBaseUrl { get; } = new("https://api.mistral.ai/v1/");

    public override IReadOnlyList<string> RequestIdHeaders { get; } = ["mistral-correlation-id", "x-kong-request-id"];

    public override RateLimits? ReadRateLimits(HttpResponseHeaders headers) => RateLimitHeaders.Mistral.Read(headers);

    public override ProviderApi ApiOf(ProviderSettings settings, Uri baseUrl) => new(new MistralOutbound());
}
