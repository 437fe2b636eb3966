using Dragoman.Conversation;
using Dragoman.Dialects;

namespace Dragoman.Providers;

/// <summary>The functions of a provider, each with its dialect.</summary>
/// <param name="dialect">The provider's dialect, or its default one if it has several.</param>
public class ProviderApi(IOutboundDialect dialect)
{
    /// <summary>The configured name: <c>mistral</c>, <c>openai</c>.</summary>
    public string Name => dialect.Name;

    /// <summary>The dialect for embeddings; null when the provider has none.</summary>
    public IEmbeds? Embeddings => dialect as IEmbeds;

    /// <summary>The dialect for counting tokens; null when the provider does not count them.</summary>
    public virtual ICountsTokens? TokenCounts => dialect as ICountsTokens;

    /// <summary>The dialect for the model list; null when the provider has none.</summary>
    public virtual IListsModels? ModelList => dialect as IListsModels;

    /// <summary>The dialect in which a request is sent.</summary>
    public virtual IOutboundDialect For(ChatRequest request, UpstreamModel model) => dialect;

    /// <inheritdoc cref="IAmendsCalls.Amend"/>
    public virtual UpstreamCall? Amend(UpstreamCall call, GatewayError refusal) => (dialect as IAmendsCalls)?.Amend(call, refusal);

    /// <inheritdoc cref="IOutboundDialect.ReadError"/>
    public GatewayError ReadError(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter) => dialect.ReadError(status, body, retryAfter);
}
