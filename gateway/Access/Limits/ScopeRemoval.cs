using System.Collections.Concurrent;
using Dragoman.Stores;

namespace Dragoman.Access.Limits;

/// <summary>Deletes the documents of scopes that nobody uses any more, so that a key that was used once leaves nothing in the store.</summary>
/// <remarks>
/// The process that forgets a scope last deletes its document. A process that is killed, or stops within a minute of its last
/// request, leaves documents behind. They are found in a list of all, now and then.
/// </remarks>
internal sealed class ScopeRemoval(IDocumentStore store, TimeProvider clock) : IDisposable
{
    /// <summary>How often all documents are listed.</summary>
    public static readonly TimeSpan BetweenLists = TimeSpan.FromHours(1);

    /// <summary>The first list is made within this time. Processes that start together should not list together.</summary>
    public static readonly TimeSpan LatestFirstList = TimeSpan.FromMinutes(10);

    /// <summary>A document has up to 60 KiB, so a page is small.</summary>
    private const int DocumentsPerPage = 100;

    private readonly ConcurrentQueue<string> forgotten = new();
    private readonly CancellationTokenSource closing = new();
    private Moment nextList = new Moment(clock.GetUtcNow().UtcTicks).Plus(LatestFirstList * Random.Shared.NextDouble());
    private int isRunning;

    /// <summary>Whether it is at work.</summary>
    public bool IsRunning => Volatile.Read(ref isRunning) != 0;

    /// <summary>The document of a scope that this process has forgotten.</summary>
    public void Add(string documentId) => forgotten.Enqueue(documentId);

    /// <summary>Deletes what is over. It does not throw, and does nothing while it is at work already.</summary>
    public async Task RunAsync()
    {
        if (Interlocked.Exchange(ref isRunning, 1) != 0)
            return;
        try
        {
            await RemoveForgottenAsync(closing.Token).ConfigureAwait(false);
            if (clock.GetUtcNow().UtcTicks >= nextList.Ticks)
            {
                await RemoveListedAsync(closing.Token).ConfigureAwait(false);
                nextList = new Moment(clock.GetUtcNow().UtcTicks).Plus(BetweenLists);
            }
        }
        catch (Exception)
        {
            // Nothing depends on it, and the next list has what remains. The exchanges log that the store is away.
        }
        finally
        {
            Volatile.Write(ref isRunning, 0);
        }
    }

    /// <summary>Deletes those of the forgotten scopes, as many at a time as one write may have. Nobody waits, so they are read one after the other.</summary>
    public async Task RemoveForgottenAsync(CancellationToken cancellation)
    {
        var found = new List<StoredDocument>(StoreLimits.MostDocuments);
        while (forgotten.TryDequeue(out var name))
        {
            if (await store.GetAsync(ScopeDocument.Kind, name, cancellation).ConfigureAwait(false) is { } document)
                found.Add(document);
            if (found.Count < StoreLimits.MostDocuments)
                continue;
            await RemoveAsync(found, cancellation).ConfigureAwait(false);
            found.Clear();
        }

        await RemoveAsync(found, cancellation).ConfigureAwait(false);
    }

    public void Dispose() => closing.Cancel();

    private async Task RemoveListedAsync(CancellationToken cancellation)
    {
        string? after = null;
        IReadOnlyList<StoredDocument> page;
        do
        {
            page = await store.ListAsync(ScopeDocument.Kind, null, after, DocumentsPerPage, cancellation).ConfigureAwait(false);
            foreach (var part in page.Chunk(StoreLimits.MostDocuments))
                await RemoveAsync(part, cancellation).ConfigureAwait(false);
            after = page.Count > 0 ? page[^1].Id : null;
        }
        while (page.Count == DocumentsPerPage);
    }

    /// <summary>Deletes those documents that are over, and that nobody has changed since they were read.</summary>
    private async Task RemoveAsync(IReadOnlyList<StoredDocument> found, CancellationToken cancellation)
    {
        var now = new Moment(clock.GetUtcNow().UtcTicks).Segment;
        var over = new List<DocumentWrite>();
        foreach (var document in found)
        {
            if (ScopeDocument.Read(document.Json).IsOver(now))
                over.Add(DocumentWrite.Delete(document.Kind, document.Id, WriteCondition.HasVersion(document.Version)));
        }

        // One that was refused is used again, or was deleted by somebody.
        while (over.Count > 0 && await store.WriteAsync(Write.Repeatable(over.ToArray()), cancellation).ConfigureAwait(false) is { Refusal: not null } result)
            over.RemoveAt(result.RefusedDocument);
    }
}
