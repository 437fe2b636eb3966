using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>An outbound dialect whose provider counts a request's input tokens.</summary>
public interface ICountsTokens : IOutboundDialect
{
    /// <summary>
    /// Writes the call that counts a request: the client's own request when <see cref="IOutboundDialect.TryPassThrough"/> would
    /// send that.
    /// </summary>
    /// <exception cref="GatewayException">The provider lacks something that the request needs.</exception>
    UpstreamCall WriteTokenCount(ChatRequest request, UpstreamModel model, LossReport losses);

    /// <summary>Reads the answer to <see cref="WriteTokenCount"/>.</summary>
    /// <exception cref="GatewayException">The body is not a count.</exception>
    long ReadTokenCount(ReadOnlyMemory<byte> body);
}
