using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>
/// A wire format towards a provider: how a conversation is written and its answer read. What only some can do besides are
/// interfaces of their own: <see cref="IEmbeds"/>, <see cref="ICountsTokens"/>, <see cref="IListsModels"/>,
/// <see cref="IAmendsCalls"/>.
/// </summary>
public interface IOutboundDialect
{
    /// <summary>The configured name: <c>mistral</c>, <c>openai</c>.</summary>
    string Name { get; }

    /// <summary>What requests to a model have to be fitted to.</summary>
    OutboundTraits TraitsOf(UpstreamModel model);

    /// <param name="request">Fitted to <see cref="TraitsOf"/>.</param>
    /// <param name="model">Whom it is written to.</param>
    /// <param name="losses">Gets what could not be carried over.</param>
    /// <exception cref="GatewayException">The provider lacks something whose loss would change the contract.</exception>
    UpstreamCall Write(ChatRequest request, UpstreamModel model, LossReport losses);

    /// <summary>
    /// The client's own request with only the necessary changes, when it is in this dialect already; null when it has to be
    /// written anew. The answer may then pass through as well.
    /// </summary>
    UpstreamCall? TryPassThrough(ChatRequest request, UpstreamModel model) => null;

    /// <param name="request">What was written.</param>
    /// <param name="model">Whom it was written to; opaque state is tagged with its base.</param>
    IAnswerReader OpenAnswer(ChatRequest request, UpstreamModel model);

    /// <param name="status">HTTP status; 200 when the failure came in an otherwise good answer.</param>
    /// <param name="body">The answer's body, JSON or not, possibly cut.</param>
    /// <param name="retryAfter">What the answer's headers said.</param>
    GatewayError ReadError(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter);
}
