using System.Net.Http.Headers;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects.Gemini.Outbound;

namespace Dragoman.Providers;

/// <summary>Google's Generative Language API (specs/dialects.md 1.4).</summary>
internal sealed class GeminiProvider : ProviderKind
{
    public static readonly GeminiProvider Kind = new();

    public override Uri DefaultBaseUrl { get; } = new("https://generativelanguage.googleapis.com/v1beta/");

    /// <summary>None: the answer's id is only in the body.</summary>
    public override IReadOnlyList<string> RequestIdHeaders => [];

    public override ProviderApi ApiOf(ProviderSettings settings, Uri baseUrl) => new(new GeminiOutbound());

    public override RateLimits? ReadRateLimits(HttpResponseHeaders headers) => null;

    public override ValueTask AuthenticateAsync(ProviderSettings settings, string? key, VerifiedRequest request, CancellationToken cancellation)
    {
        if (key is not null)
            SetKey(request, "x-goog-api-key", key);
        return default;
    }
}
