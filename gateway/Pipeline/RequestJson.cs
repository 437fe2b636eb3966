using System.Buffers;
using System.Text.Json;
using Dragoman.Pipeline.Memory;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>A parsed request. To be disposed by the thread that parsed it, before it waits for anything.</summary>
/// <param name="document">The body.</param>
/// <param name="body">The body's bytes.</param>
public sealed class RequestJson(JsonDocument document, ReadOnlyMemory<byte> body) : IDisposable
{
    public JsonElement RootElement => document.RootElement;

    /// <summary>The members of a body that is an object, as slices of its bytes. They stay when this is disposed.</summary>
    internal JsonMembers Members() => JsonMembers.Of(document.RootElement, body);

    public void Dispose()
    {
        document.Dispose();
        // The parser has just put an array as large as the body into the pool, which would keep one for each thread, for
        // a minute or longer. It lies on top, and the code that takes it out need not return it.
        if (body.Length > MemoryBudget.Uncounted)
            _ = ArrayPool<byte>.Shared.Rent(body.Length);
    }
}
