using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Administration;

/// <summary>Lets somebody else be faster with a write.</summary>
internal sealed class BeforeWrite : StoreDecorator
{
    /// <summary>Happens before the next write, once.</summary>
    public Func<IDocumentStore, Task>? Next { get; set; }

    /// <summary>Happens before every write.</summary>
    public Func<IDocumentStore, Task>? Always { get; set; }

    public override async Task<WriteResult> WriteAsync(Write write, CancellationToken cancellation = default)
    {
        var next = Next ?? Always;
        Next = null;
        if (next is not null)
            await next(Inner);
        return await Inner.WriteAsync(write, cancellation);
    }
}
