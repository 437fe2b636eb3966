using System.Net.Http.Headers;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects.Anthropic.Outbound;

namespace Dragoman.Providers;

/// <summary>Anthropic's API and compatible servers (specs/dialects.md 1.3).</summary>
internal sealed class AnthropicProvider : ProviderKind
{
    public static readonly AnthropicProvider Kind = new();

    private const string VersionHeader = "anthropic-version";

    public override Uri DefaultBaseUrl { get; } = new("https://api.anthropic.com/v1/");

    public override IReadOnlyList<string> RequestIdHeaders { get; } = ["request-id"];

    public override RateLimits? ReadRateLimits(HttpResponseHeaders headers, TimeProvider clock) => RateLimitHeaders.Anthropic.Read(headers, clock.GetUtcNow());

    public override ProviderApi ApiOf(ProviderSettings settings, Uri baseUrl) => new(new AnthropicOutbound(VersionOf(settings)));

    public override ValueTask AuthenticateAsync(ProviderSettings settings, string? key, VerifiedRequest request, CancellationToken cancellation)
    {
        var headers = request.Headers;
        // A client of the same family sends its own version.
        if (!headers.Contains(VersionHeader))
            headers.Add(VersionHeader, VersionOf(settings));
        if (settings.Options.Auth == "bearer")
            return base.AuthenticateAsync(settings, key, request, cancellation);
        if (key is not null)
            SetKey(request, "x-api-key", key);
        return default;
    }

    private static string VersionOf(ProviderSettings settings) => settings.Options.Version ?? AnthropicOutbound.DefaultVersion;
}
