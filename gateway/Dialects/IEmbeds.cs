using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>An outbound dialect whose provider embeds texts.</summary>
public interface IEmbeds
{
    /// <summary>What one call of <see cref="WriteEmbeddings"/> may hold.</summary>
    EmbeddingLimits EmbeddingLimits { get; }

    /// <exception cref="GatewayException">The provider cannot do what is asked.</exception>
    UpstreamCall WriteEmbeddings(EmbeddingRequest request, UpstreamModel model, LossReport losses);

    /// <exception cref="GatewayException">The body does not look like the provider's embeddings.</exception>
    EmbeddingAnswer ReadEmbeddings(ReadOnlyMemory<byte> body);
}
