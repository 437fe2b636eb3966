using Dragoman.Conversation;
using Dragoman.Dialects;

namespace Dragoman.Providers;

/// <summary>What a provider can be asked, and in which dialect.</summary>
/// <param name="dialect">The provider's dialect, if it has only one.</param>
public class ProviderApi(IOutboundDialect dialect)
{
    /// <summary>The configured name: <c>mistral</c>, <c>openai</c>.</summary>
    public string Name => dialect.Name;

    /// <summary>How vectors are asked for; null: the provider has none.</summary>
    public IEmbeds? Embeddings => dialect as IEmbeds;

    /// <summary>How tokens are counted; null: the provider does not count.</summary>
    public virtual ICountsTokens? TokenCounts => dialect as ICountsTokens;

    /// <summary>How models are listed; null: the provider does not list them.</summary>
    public virtual IListsModels? ModelList => dialect as IListsModels;

    /// <summary>The dialect that a request goes out in.</summary>
    public virtual IOutboundDialect For(ChatRequest request, UpstreamModel model) => dialect;

    /// <inheritdoc cref="IAmendsCalls.Amend"/>
    public virtual UpstreamCall? Amend(UpstreamCall call, GatewayError refusal) => (dialect as IAmendsCalls)?.Amend(call, refusal);

    /// <inheritdoc cref="IOutboundDialect.ReadError"/>
    public GatewayError ReadError(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter) => dialect.ReadError(status, body, retryAfter);
}
