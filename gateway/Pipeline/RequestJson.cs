using System.Buffers;
using System.Text.Json;
using Dragoman.Pipeline.Memory;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>A parsed request. The thread that parsed it must dispose it before it waits for anything.</summary>
/// <param name="document">The parsed body.</param>
/// <param name="body">The body's bytes.</param>
public sealed class RequestJson(JsonDocument document, ReadOnlyMemory<byte> body) : IDisposable
{
    public JsonElement RootElement => document.RootElement;

    /// <summary>The members of a body that is an object, as slices of its bytes, which remain valid after this is disposed.</summary>
    internal JsonMembers Members() => JsonMembers.Of(document.RootElement, body);

    public void Dispose()
    {
        document.Dispose();
        // The parser has just returned an array as large as the body to the pool, which would keep one for each thread for a
        // minute or longer. The pool gives out this array next, and an array that was taken out need not be returned.
        if (body.Length > MemoryBudget.Uncounted)
            _ = ArrayPool<byte>.Shared.Rent(body.Length);
    }
}
