using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Dialects.Mistral;

namespace Dragoman.Providers;

/// <summary>Mistral's API, and whatever imitates it (specs/dialects.md 1.5).</summary>
internal sealed class MistralProvider : ProviderKind
{
    public static readonly MistralProvider Kind = new();

    public override Uri DefaultBaseUrl { get; } = new("https://api.mistral.ai/v1/");

    public override IOutboundDialect DialectFor(ProviderSettings settings, Uri baseUrl) => new MistralOutbound();
}
