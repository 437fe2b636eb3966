using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>An outbound dialect whose provider embeds texts.</summary>
public interface IEmbeds
{
    /// <summary>The limits of one call of <see cref="WriteEmbeddings"/>.</summary>
    EmbeddingLimits EmbeddingLimits { get; }

    /// <exception cref="GatewayException">The provider cannot do what the request asks for.</exception>
    UpstreamCall WriteEmbeddings(EmbeddingRequest request, UpstreamModel model, LossReport losses);

    /// <exception cref="GatewayException">The body is not an answer with embeddings.</exception>
    EmbeddingAnswer ReadEmbeddings(ReadOnlyMemory<byte> body);
}
