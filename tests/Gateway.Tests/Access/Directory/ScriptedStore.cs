using System.Collections.Concurrent;
using System.Text;
using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Access.Directory;

/// <summary>A store whose documents and whose feed a test writes itself.</summary>
internal sealed class ScriptedStore : IDocumentStore
{
    private int gets;

    /// <summary>The documents of all kinds, by id.</summary>
    public ConcurrentDictionary<string, string> Texts { get; } = [];

    /// <summary>What a read waits for after it has its answer.</summary>
    public Func<Task> AfterGet { get; set; } = static () => Task.CompletedTask;

    /// <summary>Answers a question for the changes after a version.</summary>
    public Func<long, int, Task<ChangePage>> Feed { get; set; } = static (_, _) => Task.FromResult(new ChangePage([], 1, HasMore: false));

    /// <summary>The versions after which changes were asked for.</summary>
    public ConcurrentQueue<long> Asked { get; } = [];

    /// <summary>How many documents were read.</summary>
    public int Gets => gets;

    public async Task<StoredDocument?> GetAsync(string kind, string id, CancellationToken cancellation = default)
    {
        Interlocked.Increment(ref gets);
        var found = Texts.TryGetValue(id, out var text) ? new StoredDocument(kind, id, 1, null, Encoding.UTF8.GetBytes(text)) : null;
        await AfterGet();
        return found;
    }

    public Task<ChangePage> ChangesAsync(long after, int take, CancellationToken cancellation = default)
    {
        Asked.Enqueue(after);
        return Feed(after, take).WaitAsync(cancellation);
    }

    public Task<IReadOnlyList<StoredDocument>> ListAsync(string kind, string? partOf, string? after, int take, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<WriteResult> WriteAsync(Write write, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<AuditEntry>> AuditAsync(long after, int take, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task CheckAsync(CancellationToken cancellation = default) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => default;
}
