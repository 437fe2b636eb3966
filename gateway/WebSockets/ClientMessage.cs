using Dragoman.Conversation;

namespace Dragoman.WebSockets;

/// <summary>A message from the client: a request, or the command to cancel one.</summary>
/// <param name="Body">The body that the endpoint reads: the request without the members of the WebSocket protocol.</param>
internal sealed record ClientMessage(ReadOnlyMemory<byte> Body)
{
    /// <summary>JSON of the client's own id, which every message of the answer repeats; empty when the client gave none.</summary>
    public ReadOnlyMemory<byte> Id { get; init; }

    /// <summary>Whether the message cancels the request with this <see cref="Id"/>, or without an id the running request.</summary>
    public bool IsCancel { get; init; }

    /// <summary>Why the request is rejected before it reaches the endpoint; null when it is not.</summary>
    public GatewayError? Refusal { get; init; }
}
