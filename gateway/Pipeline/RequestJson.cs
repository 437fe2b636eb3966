using System.Buffers;
using System.Text.Json;
using Dragoman.Pipeline.Memory;

namespace Dragoman.Pipeline;

/// <summary>A parsed request. To be disposed by the thread that parsed it, before it waits for anything.</summary>
/// <param name="document">The body.</param>
/// <param name="length">The body's bytes.</param>
public sealed class RequestJson(JsonDocument document, int length) : IDisposable
{
    public JsonElement RootElement => document.RootElement;

    public void Dispose()
    {
        document.Dispose();
        // The parser has just put an array as large as the body into the pool, which would keep one for each thread, for
        // a minute or longer. It lies on top, and whoever takes it out need not bring it back.
        if (length > MemoryBudget.Uncounted)
            _ = ArrayPool<byte>.Shared.Rent(length);
    }
}
