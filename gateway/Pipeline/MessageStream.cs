using Dragoman.Pipeline.Memory;

namespace Dragoman.Pipeline;

/// <summary>The body of a request that came as a message: it is whole already, and its connection counts what it takes.</summary>
/// <param name="body">JSON.</param>
/// <param name="memory">What the message holds of the memory budget, which its connection gives back; null: nothing.</param>
internal sealed class MessageStream(ArraySegment<byte> body, MemoryLease? memory) : MemoryStream(body.Array!, body.Offset, body.Count, writable: false)
{
    public ReadOnlyMemory<byte> Whole => body;

    public MemoryLease? Memory => memory;
}
