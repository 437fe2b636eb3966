using System.Collections.Concurrent;
using Dragoman.Stores;

namespace Dragoman.Access.Directory;

/// <summary>
/// The documents of one kind that the process used lately. A document is read when it is first asked for, and then renewed from
/// the feed of changes. That a document does not exist is remembered too.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="kind">The kind of the documents.</param>
/// <param name="read">Reads a document; called again for each change.</param>
/// <param name="most">How many are remembered. Beyond it the ones that were not used for the longest time are forgotten.</param>
internal sealed class DocumentCache<T>(IDocumentStore store, string kind, Func<StoredDocument, T> read, int most)
    where T : class
{
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Reading> readings = new(StringComparer.Ordinal);
    private long uses;

    /// <summary>The number of documents that are remembered.</summary>
    public int Count => entries.Count;

    /// <summary>Returns what is remembered of a document, without waiting.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="value">The document; null when it does not exist.</param>
    /// <returns>Whether anything is remembered.</returns>
    public bool TryGet(ReadOnlySpan<char> id, out T? value)
    {
        if (!entries.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(id, out var entry))
        {
            value = null;
            return false;
        }

        // An approximate order is enough, and a counter that all threads increment would be slower.
        entry.UsedAt = uses;
        value = entry.Value;
        return true;
    }

    /// <summary>Returns a document; null when it does not exist. All who ask for it at the same time share one read.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async ValueTask<T?> GetAsync(string id, CancellationToken cancellation)
    {
        if (TryGet(id, out var value))
            return value;
        Reading reading;
        lock (gate)
        {
            // It may have been read in the meantime.
            if (TryGet(id, out value))
                return value;
            if (!readings.TryGetValue(id, out reading!))
            {
                readings[id] = reading = new Reading();
                reading.Task = ReadAsync(id, reading);
            }
        }

        return await reading.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Renews a document that is remembered or being read.</summary>
    public void Apply(DocumentChange change)
    {
        lock (gate)
        {
            if (readings.TryGetValue(change.Id, out var reading))
                reading.IsOutdated = true;
            if (!entries.TryGetValue(change.Id, out var entry))
                return;
            entries[change.Id] = new Entry(change.Json is { } json ? read(new StoredDocument(kind, change.Id, change.Version, change.PartOf, json)) : null) { UsedAt = entry.UsedAt };
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Forget()
    {
        lock (gate)
        {
            foreach (var reading in readings.Values)
                reading.IsOutdated = true;
            entries.Clear();
        }
    }

    private async Task<T?> ReadAsync(string id, Reading reading)
    {
        // The gate is held until the first wait.
        await Task.Yield();
        try
        {
            while (true)
            {
                reading.IsOutdated = false;
                var document = await store.GetAsync(kind, id).ConfigureAwait(false);
                var value = document is null ? null : read(document);
                lock (gate)
                {
                    // A change that the feed brought in the meantime may be newer than what was read.
                    if (reading.IsOutdated)
                        continue;
                    entries[id] = new Entry(value) { UsedAt = ++uses };
                    MakeRoom();
                    readings.Remove(id);
                    return value;
                }
            }
        }
        catch
        {
            lock (gate)
                readings.Remove(id);
            throw;
        }
    }

    /// <summary>Forgets a tenth at once, because finding the oldest one takes time.</summary>
    private void MakeRoom()
    {
        if (entries.Count <= most)
            return;
        var oldest = entries.OrderBy(each => each.Value.Value is not null).ThenBy(each => each.Value.UsedAt).Take(Math.Max(1, most / 10)).Select(each => each.Key).ToList();
        foreach (var id in oldest)
            entries.TryRemove(id, out _);
    }

    private sealed class Entry(T? value)
    {
        public T? Value { get; } = value;

        /// <summary>The number of reads of the cache before the last use.</summary>
        public long UsedAt { get; set; }
    }

    private sealed class Reading
    {
        public Task<T?> Task { get; set; } = null!;

        public bool IsOutdated { get; set; }
    }
}
