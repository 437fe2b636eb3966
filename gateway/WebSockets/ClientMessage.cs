using Dragoman.Conversation;

namespace Dragoman.WebSockets;

/// <summary>A message of the client: a request, or the wish to end one.</summary>
/// <param name="Body">What the endpoint gets to read: the request without what is the WebSocket's own.</param>
internal sealed record ClientMessage(ReadOnlyMemory<byte> Body)
{
    /// <summary>JSON of the client's own id, which is on all that answers it; empty: it gave none.</summary>
    public ReadOnlyMemory<byte> Id { get; init; }

    /// <summary>The request that has this <see cref="Id"/>, or without one the running request, is to end.</summary>
    public bool IsCancel { get; init; }

    /// <summary>Why it cannot even be asked; null: it can.</summary>
    public GatewayError? Refusal { get; init; }
}
