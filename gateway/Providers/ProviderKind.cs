using System.Net.Http.Headers;
using Dragoman.Catalog;
using Dragoman.Conversation;

namespace Dragoman.Providers;

/// <summary>What a kind of upstream has of its own: where it is, how it is spoken to, how it knows its callers.</summary>
internal abstract class ProviderKind
{
    public abstract Uri DefaultBaseUrl { get; }

    public abstract IOutboundDialect DialectFor(ProviderSettings settings, Uri baseUrl);

    /// <summary>Whether the server unloads models by itself, and says so instead of answering.</summary>
    public virtual bool PutsModelsAway(ProviderSettings settings, Uri baseUrl) => false;

    public virtual void Authenticate(HttpRequestHeaders headers, string? apiKey)
    {
        if (apiKey is not null)
            headers.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
    }

    public static ProviderKind Of(ProviderSettings settings) => settings.Dialect switch
    {
        "mistral" => MistralProvider.Kind,
        "openai" => OpenAIProvider.Kind,
        _ => throw new ArgumentException($"\"{settings.Dialect}\" is not an outbound dialect", nameof(settings)),
    };
}
