using Dragoman.Pipeline.Memory;

namespace Dragoman.Pipeline;

/// <summary>The body of a request that arrived as a message: it is already complete, and its connection counts its memory.</summary>
/// <param name="body">The body, in JSON.</param>
/// <param name="memory">The message's part of the memory budget, which its connection returns; null when it has none.</param>
internal sealed class MessageStream(ArraySegment<byte> body, MemoryLease? memory) : MemoryStream(body.Array!, body.Offset, body.Count, writable: false)
{
    public ReadOnlyMemory<byte> Whole => body;

    public MemoryLease? Memory => memory;
}
