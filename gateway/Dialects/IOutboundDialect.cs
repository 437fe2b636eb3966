using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>A wire format towards a provider.</summary>
public interface IOutboundDialect
{
    /// <summary>The configured name: <c>mistral</c>, <c>openai</c>.</summary>
    string Name { get; }

    /// <summary>The dialect that this very request goes out in, where the provider has several; ask it all that follows of the request.</summary>
    IOutboundDialect For(ChatRequest request, string upstreamModel) => this;

    /// <exception cref="GatewayException">The provider lacks something whose loss would change the contract.</exception>
    UpstreamCall Write(ChatRequest request, string upstreamModel, LossReport losses);

    /// <summary>
    /// The client's own request with only that changed which must be, when it is in this dialect already; null when it
    /// has to be written anew. The answer may then pass through as well.
    /// </summary>
    UpstreamCall? TryPassThrough(ChatRequest request, string upstreamModel);

    /// <param name="request">What was written.</param>
    /// <param name="upstreamModel">Whom it was written to; opaque state is tagged with it.</param>
    IAnswerReader OpenAnswer(ChatRequest request, string upstreamModel);

    /// <summary>What the provider takes for a tool's name; the names of <see cref="Write"/> follow it already.</summary>
    ToolNameRule ToolNames => ToolNameRule.OpenAI;

    /// <summary>Whether the provider fetches a linked picture, sound or document itself; else it is fetched before <see cref="Write"/>.</summary>
    bool FetchesLink(Part part, string upstreamModel) => true;

    /// <summary>Whether the provider continues several texts in one call.</summary>
    bool TakesPromptLists(string upstreamModel) => false;

    /// <summary>Whether the provider's answers hold opaque state that it wants to see again.</summary>
    bool GivesState => false;

    /// <summary>A call that counts the request's input tokens; null when the provider has none and the count is estimated.</summary>
    UpstreamCall? WriteTokenCount(ChatRequest request, string upstreamModel, LossReport losses) => null;

    /// <summary>Reads the answer to <see cref="WriteTokenCount"/>.</summary>
    /// <exception cref="GatewayException">The body is not a count.</exception>
    long ReadTokenCount(ReadOnlyMemory<byte> body) => throw new NotSupportedException();

    /// <summary>Where the provider lists its models, relative to the base URL; null: it does not.</summary>
    string? ModelListPath => "models";

    /// <summary>The call in a form that the provider may take although it refused this one; null when there is none.</summary>
    UpstreamCall? Amend(UpstreamCall call, GatewayError refusal) => null;

    /// <summary>What one call of <see cref="WriteEmbeddings"/> may hold.</summary>
    EmbeddingLimits EmbeddingLimits => EmbeddingLimits.Default;

    /// <exception cref="GatewayException">The provider cannot do what is asked.</exception>
    UpstreamCall WriteEmbeddings(EmbeddingRequest request, string upstreamModel, LossReport losses);

    /// <exception cref="GatewayException">The body is not what the provider's embeddings look like.</exception>
    EmbeddingAnswer ReadEmbeddings(ReadOnlyMemory<byte> body);

    /// <summary>Reads the provider's own model list.</summary>
    /// <exception cref="GatewayException">The body is not a model list.</exception>
    IReadOnlyList<ListedModel> ReadModels(ReadOnlyMemory<byte> body);

    /// <param name="status">HTTP status; 200 when the failure came in an otherwise good answer.</param>
    /// <param name="body">The answer's body, JSON or not, possibly cut.</param>
    /// <param name="retryAfter">What the answer's headers said.</param>
    GatewayError ReadError(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter);
}
