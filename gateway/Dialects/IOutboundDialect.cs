using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>
/// The wire format between the gateway and a provider: writes a conversation and reads its answer. Separate interfaces define
/// what only some dialects can do: <see cref="IEmbeds"/>, <see cref="ICountsTokens"/>, <see cref="IListsModels"/>,
/// <see cref="IAmendsCalls"/>.
/// </summary>
public interface IOutboundDialect
{
    /// <summary>The configured name: <c>mistral</c>, <c>openai</c>.</summary>
    string Name { get; }

    /// <summary>The traits of a model to which requests have to be adapted.</summary>
    OutboundTraits TraitsOf(UpstreamModel model);

    /// <summary>Writes a request to the provider.</summary>
    /// <param name="request">The request, adapted to <see cref="TraitsOf"/>.</param>
    /// <param name="model">The model that gets the request.</param>
    /// <param name="losses">Receives what could not be translated.</param>
    /// <exception cref="GatewayException">The provider lacks something that the client's contract depends on.</exception>
    UpstreamCall Write(ChatRequest request, UpstreamModel model, LossReport losses);

    /// <summary>
    /// The client's own request with only the necessary changes, when it is already in this dialect; null when it has to be
    /// translated. The answer may then pass through as well.
    /// </summary>
    UpstreamCall? TryPassThrough(ChatRequest request, UpstreamModel model) => null;

    /// <summary>A reader for the answer to a request.</summary>
    /// <param name="request">The request that was written.</param>
    /// <param name="model">The model that got it; opaque state is tagged with its base.</param>
    IAnswerReader OpenAnswer(ChatRequest request, UpstreamModel model);

    /// <summary>Reads the provider's error.</summary>
    /// <param name="status">The HTTP status; 200 when the failure came inside an answer that began well.</param>
    /// <param name="body">The body of the response, JSON or not, possibly cut off.</param>
    /// <param name="retryAfter">The wait that the response's headers ask for; null when they ask for none.</param>
    GatewayError ReadError(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter);
}
