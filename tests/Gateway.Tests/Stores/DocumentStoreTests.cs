using System.Diagnostics;
using System.Text;
using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Stores;

/// <summary>What every store does. Each test has a database of its own; what one store alone does is tested in its own class.</summary>
public abstract class DocumentStoreTests
{
    private const string Kind = "key";

    /// <summary>The name of the test's own database, which is created at first use.</summary>
    private protected string Name { get; } = "t" + Guid.NewGuid().ToString("N");

    /// <summary>Opens the test's database as another process would.</summary>
    private protected abstract IDocumentStore Open();

    /// <summary>A store whose database cannot be reached.</summary>
    private protected abstract IDocumentStore OpenMissing();

    /// <summary>Marks the test's database as one that a newer release has changed.</summary>
    private protected abstract Task SetSchemaAsync(long schema);

    [SkippableFact]
    public async Task A_document_is_created_replaced_and_deleted()
    {
        await using var store = Open();
        Assert.Null(await store.GetAsync(Kind, "a"));

        Assert.Equal(1, await WrittenAsync(store, Put("a", "{1}", WriteCondition.Absent, "team")));
        AssertDocument(("a", 1, "team", "{1}"), await store.GetAsync(Kind, "a"));
        Assert.Equal(2, await WrittenAsync(store, Put("a", "{2}", WriteCondition.HasVersion(1), "team")));
        AssertDocument(("a", 2, "team", "{2}"), await store.GetAsync(Kind, "a"));
        Assert.Equal(3, await WrittenAsync(store, Put("a", "{3}", WriteCondition.Any, "team")));
        Assert.Equal(4, await WrittenAsync(store, DocumentWrite.Delete(Kind, "a", WriteCondition.HasVersion(3))));
        Assert.Null(await store.GetAsync(Kind, "a"));
        Assert.Empty(await store.ListAsync(Kind, null, null, 10));
        Assert.Empty(await store.ListAsync(Kind, "team", null, 10));

        Assert.Equal(5, await WrittenAsync(store, Put("a", "{5}", WriteCondition.Absent, "another team")));
        AssertDocument(("a", 5, "another team", "{5}"), await store.GetAsync(Kind, "a"));
        AssertDocument(("a", 5, "another team", "{5}"), Assert.Single(await store.ListAsync(Kind, "another team", null, 10)));
    }

    [SkippableFact]
    public async Task A_condition_that_is_not_met_changes_nothing()
    {
        await using var store = Open();
        await WrittenAsync(store, Put("a", "{1}", WriteCondition.Absent));
        DocumentWrite[] refused =
        [
            Put("a", "{}", WriteCondition.Absent),
            Put("a", "{}", WriteCondition.HasVersion(2)),
            Put("missing", "{}", WriteCondition.HasVersion(1)),
            DocumentWrite.Delete(Kind, "a", WriteCondition.HasVersion(2)),
            DocumentWrite.Delete(Kind, "missing", WriteCondition.HasVersion(1)),
        ];
        foreach (var document in refused)
        {
            var result = await store.WriteAsync(new(NewId(), [Put("b", "{}", WriteCondition.Any), document, Put("c", "{}", WriteCondition.HasVersion(77))], [Json("audit")]));
            Assert.Equal((null, WriteRefusal.Condition, 1), (result.Version, result.Refusal, result.RefusedDocument));
        }

        AssertDocument(("a", 1, null, "{1}"), Assert.Single(await store.ListAsync(Kind, null, null, 10)));
        Assert.Empty(await store.AuditAsync(0, 10));
        Assert.Equal(1, (await store.ChangesAsync(0, 20)).Version);
    }

    [SkippableFact]
    public async Task A_refused_write_may_be_repeated()
    {
        await using var store = Open();
        var write = new Write(NewId(), [Put("a", "{}", WriteCondition.HasVersion(1))], []);
        Assert.Equal(WriteRefusal.Condition, (await store.WriteAsync(write)).Refusal);
        await WrittenAsync(store, Put("a", "{1}", WriteCondition.Any));
        Assert.Equal(2, (await store.WriteAsync(write)).Version);
    }

    [SkippableFact]
    public async Task A_document_keeps_its_owner()
    {
        await using var store = Open();
        await WrittenAsync(store, Put("a", "{1}", WriteCondition.Absent, "team"));
        foreach (var owner in new[] { "another", null })
            Assert.Equal((WriteRefusal.Owner, 0), await RefusedAsync(store, Put("a", "{2}", WriteCondition.Any, owner)));
        AssertDocument(("a", 1, "team", "{1}"), await store.GetAsync(Kind, "a"));
    }

    [SkippableFact]
    public async Task To_delete_what_is_not_there_is_no_mistake()
    {
        await using var store = Open();
        var result = await store.WriteAsync(new(NewId(), [DocumentWrite.Delete(Kind, "a", WriteCondition.Any)], [Json("tried")]));
        Assert.Equal(1, result.Version);
        Assert.Single(await store.AuditAsync(0, 10));
        var page = await store.ChangesAsync(0, 20);
        Assert.Equal((0, 1), (page.Changes.Count, page.Version));
    }

    [SkippableFact]
    public async Task A_repeated_write_has_the_first_result()
    {
        await using var store = Open();
        await using var another = Open();
        var first = new Write(NewId(), [Put("a", "{1}", WriteCondition.Absent)], [Json("created")]);
        Assert.Equal(1, (await store.WriteAsync(first)).Version);
        await WrittenAsync(store, Put("a", "{2}", WriteCondition.HasVersion(1)));
        foreach (var instance in new[] { store, another })
            Assert.Equal(1, (await instance.WriteAsync(first)).Version);

        AssertDocument(("a", 2, null, "{2}"), await store.GetAsync(Kind, "a"));
        Assert.Single(await store.AuditAsync(0, 10));
        Assert.Equal(2, (await store.ChangesAsync(0, 20)).Version);
    }

    [SkippableFact]
    public async Task A_write_that_is_sent_by_many_at_once_is_applied_once()
    {
        await using var store = Open();
        await using var another = Open();
        await WrittenAsync(store, Put("a", "{0}", WriteCondition.Absent));
        var write = new Write(NewId(), [Put("a", "{1}", WriteCondition.HasVersion(1))], [Json("once")]);
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(index => (index % 2 == 0 ? store : another).WriteAsync(write)));
        Assert.All(results, result => Assert.Equal(2, result.Version));
        Assert.Single(await store.AuditAsync(0, 10));
    }

    [SkippableFact]
    public async Task Pages_are_in_the_order_of_ids()
    {
        await using var store = Open();
        string[] ids = ["-", "A", "B", "a", "a1", "aa", "b", "z", "Ä", "ä", "€", "😀"];
        await WrittenAsync(store, [.. ids.Reverse().Select((id, index) => Put(id, "{}", WriteCondition.Absent, index % 2 == 0 ? "even" : "odd"))]);
        await WrittenAsync(store, DocumentWrite.Put("keyring", "a", Json("{}"), WriteCondition.Absent, "even"), DocumentWrite.Put("ke", "a", Json("{}"), WriteCondition.Absent));

        for (var take = 1; take <= ids.Length + 1; take++)
        {
            Assert.Equal(ids, await AllIdsAsync(store, null, take));
            Assert.Equal(ids.Where((_, index) => index % 2 == 1), await AllIdsAsync(store, "even", take));
            Assert.Equal(ids.Where((_, index) => index % 2 == 0), await AllIdsAsync(store, "odd", take));
        }

        Assert.Empty(await store.ListAsync(Kind, "eve", null, 10));
        Assert.Equal("a1", (await store.ListAsync(Kind, null, "a0", 1))[0].Id);
    }

    [SkippableFact]
    public async Task Odd_ids_are_kept()
    {
        await using var store = Open();
        string[] ids =
        [
            "/", "\\", "#", "?", "'", "''", "\"", "%", "%2F", ",", "-", ":", ";", " ", "  x  ", "\t", "\n", "\u0001", "\u007f", "\u0085",
            "..", "$kind", "a/b#c?d", "Robert'); DROP TABLE documents;--", "é", "e\u0301", "\ufeff", "\uffff", "👩‍👩‍👧", new('x', 200), new('€', 66),
        ];
        foreach (var chunk in ids.Chunk(StoreLimits.MostDocuments))
            await WrittenAsync(store, [.. chunk.Select(id => Put(id, "{}", WriteCondition.Absent, id))]);
        foreach (var id in ids)
        {
            Assert.Equal((id, id), (await store.GetAsync(Kind, id)) is { } found ? (found.Id, found.PartOf) : default);
            Assert.Equal(id, Assert.Single(await store.ListAsync(Kind, id, null, 10)).Id);
        }

        Assert.Equal(ids.Order(Utf8Order), await AllIdsAsync(store, null, 7));
        Assert.Equal(ids.Order(Utf8Order), (await store.ChangesAsync(0, 500)).Changes.Select(change => change.Id).Order(Utf8Order));
        var odd = new Write("/#?'\\€", [Put("again", "{}", WriteCondition.Absent)], []);
        Assert.Equal((await store.WriteAsync(odd)).Version, (await store.WriteAsync(odd)).Version);
    }

    [SkippableFact]
    public async Task The_largest_write_is_applied()
    {
        await using var store = Open();
        var large = new byte[StoreLimits.LargestJson];
        Random.Shared.NextBytes(large);
        var owner = new string('o', StoreLimits.LongestId);
        var kind = new string('k', StoreLimits.LongestKind);
        var share = StoreLimits.MostBytes / (StoreLimits.MostDocuments + StoreLimits.MostAudit);
        for (var round = 1; round <= 2; round++)
        {
            // The second round replaces, which is the most work.
            DocumentWrite[] documents = [.. Enumerable.Range(0, StoreLimits.MostDocuments).Select(index => DocumentWrite.Put(kind, new string('i', StoreLimits.LongestId - 2) + $"{index:00}", large.AsMemory(0, share), WriteCondition.Any, owner))];
            Assert.Equal(round, (await store.WriteAsync(new(NewId(), documents, [.. Enumerable.Repeat((ReadOnlyMemory<byte>)large.AsMemory(0, share), StoreLimits.MostAudit)]))).Version);
        }

        var listed = await store.ListAsync(kind, owner, null, StoreLimits.MostPerPage);
        Assert.Equal(StoreLimits.MostDocuments, listed.Count);
        Assert.All(listed, document => Assert.True(document.Json.Span.SequenceEqual(large.AsSpan(0, share))));
        Assert.Equal(2 * StoreLimits.MostAudit, (await store.AuditAsync(0, StoreLimits.MostPerPage)).Count);
        Assert.Equal(StoreLimits.MostDocuments, (await store.ChangesAsync(0, StoreLimits.MostDocuments)).Changes.Count);

        Assert.Equal(3, (await store.WriteAsync(new(NewId(), [DocumentWrite.Put(Kind, "large", large, WriteCondition.Any)], [large]))).Version);
        Assert.True((await store.GetAsync(Kind, "large"))!.Json.Span.SequenceEqual(large));
    }

    [SkippableFact]
    public async Task The_audit_log_is_read_in_pages_and_the_newest_is_last()
    {
        await using var store = Open();
        for (var write = 0; write < 5; write++)
            await store.WriteAsync(new(NewId(), [], [Json($"{write}.0"), Json($"{write}.1"), Json($"{write}.2")]));
        var expected = Enumerable.Range(0, 15).Select(entry => $"{entry / 3}.{entry % 3}").ToList();
        foreach (var take in new[] { 1, 2, 3, 4, 15, 16 })
        {
            var read = new List<AuditEntry>();
            for (IReadOnlyList<AuditEntry> page = await store.AuditAsync(0, take); page.Count > 0; page = await store.AuditAsync(page[^1].Position, take))
            {
                Assert.True(page.Count <= take);
                read.AddRange(page);
            }

            Assert.Equal(expected, read.Select(entry => Encoding.UTF8.GetString(entry.Json.Span)));
            Assert.Equal(Enumerable.Range(0, 15).Select(entry => (1L + (entry / 3), entry % 3)), read.Select(entry => (entry.Version, entry.Index)));
        }
    }

    [SkippableFact]
    public async Task The_feed_has_each_changed_document_once_in_its_present_state()
    {
        await using var store = Open();
        await WrittenAsync(store, Put("a", "{1}", WriteCondition.Absent, "team"), Put("b", "{1}", WriteCondition.Absent));
        await WrittenAsync(store, Put("c", "{2}", WriteCondition.Absent));
        await WrittenAsync(store, Put("a", "{3}", WriteCondition.Any, "team"));
        await WrittenAsync(store, DocumentWrite.Delete(Kind, "c", WriteCondition.Any), DocumentWrite.Delete(Kind, "a", WriteCondition.Any));
        await WrittenAsync(store, Put("c", "{5}", WriteCondition.Absent));

        var all = await store.ChangesAsync(0, 20);
        Assert.Equal([("b", 1, "{1}"), ("a", 4, null), ("c", 5, "{5}")], all.Changes.Select(Described));
        Assert.Equal("team", all.Changes[1].PartOf);
        Assert.Equal((5, false), (all.Version, all.HasMore));
        Assert.Equal([("a", 4, null), ("c", 5, "{5}")], (await store.ChangesAsync(3, 20)).Changes.Select(Described));
        var nothing = await store.ChangesAsync(5, 20);
        Assert.Equal((0, 5, false), (nothing.Changes.Count, nothing.Version, nothing.HasMore));

        await store.WriteAsync(new(NewId(), [], [Json("only audit")]));
        Assert.Equal(6, (await store.ChangesAsync(5, 20)).Version);
    }

    [SkippableFact]
    public async Task A_page_of_the_feed_ends_after_a_whole_write()
    {
        await using var store = Open();
        int[] sizes = [1, 20, 5, 16, 20, 3];
        for (var write = 0; write < sizes.Length; write++)
            await WrittenAsync(store, [.. Enumerable.Range(0, sizes[write]).Select(index => Put($"{write}-{index:00}", "{}", WriteCondition.Absent))]);
        foreach (var take in new[] { 20, 21, 25, 64, 65, 66 })
        {
            var read = new List<DocumentChange>();
            ChangePage page;
            var after = 0L;
            do
            {
                page = await store.ChangesAsync(after, take);
                Assert.InRange(page.Changes.Count, 1, take);
                Assert.All(page.Changes.GroupBy(change => change.Version), write => Assert.Equal(sizes[write.Key - 1], write.Count()));
                read.AddRange(page.Changes);
                after = page.Version;
            }
            while (page.HasMore);
            Assert.Equal(sizes.Sum(), read.Select(change => change.Id).Distinct().Count());
            Assert.Equal(read.Select(change => change.Version).Order(), read.Select(change => change.Version));
            Assert.Equal(sizes.Length, after);
        }
    }

    [SkippableFact]
    public async Task A_write_without_an_operation_id_leaves_none_and_is_refused_the_second_time()
    {
        await using var store = Open();
        var write = Write.Repeatable(Put("a", "{1}", WriteCondition.Absent), Put("b", "{1}", WriteCondition.Absent));
        Assert.Equal(1, (await store.WriteAsync(write)).Version);
        var rows = await CountRowsAsync();
        Assert.Equal((null, WriteRefusal.Condition, 0), await store.WriteAsync(write) is var again ? (again.Version, again.Refusal, again.RefusedDocument) : default);
        for (var version = 1; version < 10; version++)
            Assert.Equal(version + 1, (await store.WriteAsync(Write.Repeatable(Put("a", "{}", WriteCondition.HasVersion(version))))).Version);
        Assert.Equal(rows, await CountRowsAsync());
        await WrittenAsync(store, Put("a", "{}", WriteCondition.HasVersion(10)));
        Assert.Equal(rows + 1, await CountRowsAsync());
    }

    [SkippableFact]
    public async Task A_lease_leaves_nothing_behind()
    {
        await using var store = Open();
        await store.CheckAsync();
        for (var round = 0; round < 3; round++)
        {
            var first = (await store.WriteAsync(Write.Repeatable(Lease("a", WriteCondition.Absent, "team"), Lease("b", WriteCondition.Absent)))).Version!.Value;
            Assert.Equal(first + 1, (await store.WriteAsync(Write.Repeatable(Lease("a", WriteCondition.HasVersion(first), "team")))).Version);
            Assert.Equal(first + 1, (await store.GetAsync("lease-a", "a"))!.Version);
            Assert.Equal(["a", "b"], (await store.ListAsync("lease-a", null, null, 10)).Select(document => document.Id));
            Assert.Equal("a", Assert.Single(await store.ListAsync("lease-a", "team", null, 10)).Id);
            var deletion = Write.Repeatable(DocumentWrite.Delete("lease-a", "a", WriteCondition.HasVersion(first + 1)), DocumentWrite.Delete("lease-a", "b", WriteCondition.HasVersion(first)));
            Assert.Equal(first + 2, (await store.WriteAsync(deletion)).Version);
            Assert.Equal(WriteRefusal.Condition, (await store.WriteAsync(deletion)).Refusal);
            Assert.Null(await store.GetAsync("lease-a", "a"));
            Assert.Equal(0, await CountRowsAsync());
        }
    }

    [SkippableFact]
    public async Task Leases_are_not_in_the_feed_but_its_version_counts_them()
    {
        await using var store = Open();
        var version = 0L;
        for (var write = 0; write < 30; write++)
            version = (await store.WriteAsync(Write.Repeatable(Lease("a", write == 0 ? WriteCondition.Absent : WriteCondition.HasVersion(version)), Lease($"{write}", WriteCondition.Absent)))).Version!.Value;
        var nothing = await store.ChangesAsync(0, 20);
        Assert.Equal((0, 30, false), (nothing.Changes.Count, nothing.Version, nothing.HasMore));

        // The kinds next to them, and a write that has both.
        await store.WriteAsync(new(NewId(), [Lease("a", WriteCondition.Any), DocumentWrite.Put("lease", "b", Json("{}"), WriteCondition.Absent), Lease("c", WriteCondition.Any), DocumentWrite.Put("leaser", "d", Json("{}"), WriteCondition.Absent)], []));
        await store.WriteAsync(new(NewId(), [DocumentWrite.Delete("lease-a", "a", WriteCondition.Any)], []));
        var both = await store.ChangesAsync(30, 20);
        Assert.Equal([("b", 31, "{}"), ("d", 31, "{}")], both.Changes.Select(Described));
        Assert.Equal((32, false), (both.Version, both.HasMore));
        Assert.Equal((32, 0), await store.ChangesAsync(31, 20) is var last ? (last.Version, last.Changes.Count) : default);
    }

    /// <summary>Leases before, between and after the changes of a page move neither its beginning nor its end.</summary>
    [SkippableFact]
    public async Task A_page_of_the_feed_is_full_whatever_leases_change_in_between()
    {
        await using var store = Open();
        var leases = 0L;
        for (var write = 0; write < 45; write++)
        {
            for (var lease = 0; lease < write % 3; lease++)
                leases = (await store.WriteAsync(Write.Repeatable(Lease("a", leases == 0 ? WriteCondition.Absent : WriteCondition.HasVersion(leases))))).Version!.Value;
            await WrittenAsync(store, Put($"{write:00}", "{}", WriteCondition.Absent));
        }

        var end = (await store.WriteAsync(Write.Repeatable(Lease("a", WriteCondition.HasVersion(leases))))).Version!.Value;
        var read = new List<string>();
        var sizes = new List<int>();
        ChangePage page;
        var after = 0L;
        do
        {
            page = await store.ChangesAsync(after, 20);
            Assert.True(page.Version > after);
            (after, sizes) = (page.Version, [.. sizes, page.Changes.Count]);
            read.AddRange(page.Changes.Select(change => change.Id));
        }
        while (page.HasMore);
        Assert.Equal([20, 20, 5], sizes);
        Assert.Equal(Enumerable.Range(0, 45).Select(write => $"{write:00}"), read);
        Assert.Equal(end, after);
    }

    [SkippableFact]
    public async Task Sixteen_writers_of_one_document_lose_no_update_and_make_none_twice()
    {
        const int Writers = 16;
        const int Each = 4;
        await using var store = Open();
        await using var another = Open();
        await WrittenAsync(store, Put("counter", "0", WriteCondition.Absent));
        var versions = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var instance = writer % 2 == 0 ? store : another;
            var written = new List<long>();
            while (written.Count < Each)
            {
                var current = (await instance.GetAsync(Kind, "counter"))!;
                var next = int.Parse(Encoding.UTF8.GetString(current.Json.Span), null) + 1;
                var result = await instance.WriteAsync(new(NewId(), [Put("counter", $"{next}", WriteCondition.HasVersion(current.Version))], [Json($"{next}")]));
                if (result.Version is { } version)
                    written.Add(version);
            }

            return written;
        }));
        Assert.Equal(Enumerable.Range(2, Writers * Each).Select(version => (long)version), versions.SelectMany(version => version).Order());
        AssertDocument(("counter", 1 + (Writers * Each), null, $"{Writers * Each}"), await store.GetAsync(Kind, "counter"));
        Assert.Equal(Enumerable.Range(1, Writers * Each).Select(next => $"{next}"), (await store.AuditAsync(0, 500)).Select(entry => Encoding.UTF8.GetString(entry.Json.Span)));
    }

    /// <summary>A number that is given out before the commit would let the feed pass a write that commits later.</summary>
    [SkippableFact]
    public async Task The_feed_skips_nothing_while_others_write()
    {
        const int Writers = 4;
        const int Each = 12;
        IDocumentStore[] writers = [.. Enumerable.Range(0, Writers).Select(_ => Open())];
        await using var reader = Open();
        await reader.CheckAsync();
        var writing = Task.WhenAll(writers.Select(async (store, writer) =>
        {
            for (var write = 0; write < Each; write++)
                await WrittenAsync(store, Put($"{writer}-{write}", "{}", WriteCondition.Absent), Put($"{writer}", $"{write}", WriteCondition.Any));
        }));
        var seen = new Dictionary<string, long>();
        var after = 0L;
        var finished = false;
        while (!finished)
        {
            finished = writing.IsCompleted;
            ChangePage page;
            do
            {
                page = await reader.ChangesAsync(after, 20);
                Assert.All(page.Changes, change => Assert.True(change.Version > after));
                foreach (var change in page.Changes)
                    seen[change.Id] = change.Version;
                Assert.True(page.Version >= after);
                after = page.Version;
            }
            while (page.HasMore);
        }

        await writing;
        Assert.Equal(Writers * Each, after);
        Assert.Equal(Writers * (Each + 1), seen.Count);
        foreach (var document in await reader.ListAsync(Kind, null, null, 500))
            Assert.Equal(document.Version, seen[document.Id]);
        foreach (var store in writers)
            await store.DisposeAsync();
    }

    [SkippableFact]
    public async Task Instances_that_start_together_create_one_schema()
    {
        IDocumentStore[] stores = [.. Enumerable.Range(0, 8).Select(_ => Open())];
        await Task.WhenAll(stores.Select((store, index) => WrittenAsync(store, Put($"{index}", "{}", WriteCondition.Absent))));
        Assert.All(stores, store => Assert.Equal(8, store.ListAsync(Kind, null, null, 10).GetAwaiter().GetResult().Count));
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [SkippableFact]
    public async Task What_was_written_is_there_after_a_restart()
    {
        var write = new Write(NewId(), [Put("a", "{1}", WriteCondition.Absent, "team")], [Json("created")]);
        await using (var store = Open())
            await store.WriteAsync(write);
        await using var restarted = Open();
        Assert.Equal(1, (await restarted.WriteAsync(write)).Version);
        AssertDocument(("a", 1, "team", "{1}"), await restarted.GetAsync(Kind, "a"));
        Assert.Single(await restarted.AuditAsync(0, 10));
        Assert.Single((await restarted.ChangesAsync(0, 20)).Changes);
    }

    [SkippableFact]
    public async Task A_canceled_write_is_repeated_with_its_operation_id()
    {
        await using var store = Open();
        await store.CheckAsync();
        for (var round = 0; round < 20; round++)
        {
            var write = new Write(NewId(), [Put($"{round}", "{}", WriteCondition.Absent)], [Json($"{round}")]);
            using var cancellation = new CancellationTokenSource();
            var running = store.WriteAsync(write, cancellation.Token);
            // The rounds end at different moments of a write.
            for (var turn = 0; turn < round; turn++)
                await Task.Yield();
            await cancellation.CancelAsync();
            try
            {
                await running;
            }
            catch (OperationCanceledException exception)
            {
                Assert.Equal(cancellation.Token, exception.CancellationToken);
            }

            Assert.Equal(round + 1, (await store.WriteAsync(write)).Version);
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(round => $"{round}"), (await store.AuditAsync(0, 100)).Select(entry => Encoding.UTF8.GetString(entry.Json.Span)));
    }

    [SkippableFact]
    public async Task A_call_that_was_canceled_before_it_began_does_nothing()
    {
        await using var store = Open();
        await store.CheckAsync();
        var canceled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.GetAsync(Kind, "a", canceled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.WriteAsync(new(NewId(), [Put("a", "{}", WriteCondition.Any)], []), canceled));
        Assert.Equal(0, (await store.ChangesAsync(0, 20)).Version);
    }

    [SkippableFact]
    public async Task A_schema_of_a_newer_release_is_refused()
    {
        await using var running = Open();
        await WrittenAsync(running, Put("a", "{}", WriteCondition.Any));
        await SetSchemaAsync(2);
        await using var store = Open();
        Func<Task>[] calls =
        [
            () => store.CheckAsync(),
            () => running.CheckAsync(),
            () => store.WriteAsync(new(NewId(), [Put("a", "{}", WriteCondition.Any)], [])),
            () => running.WriteAsync(new(NewId(), [Put("a", "{}", WriteCondition.Any)], [])),
            () => running.ChangesAsync(0, 20),
        ];
        foreach (var call in calls)
            Assert.Contains("has schema 2, but this release knows only schema 1", (await Assert.ThrowsAsync<StoreSchemaException>(call)).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_store_that_is_away_is_reported_in_time()
    {
        await using var store = OpenMissing();
        Func<Task>[] calls =
        [
            () => store.CheckAsync(),
            () => store.GetAsync(Kind, "a"),
            () => store.ListAsync(Kind, null, null, 10),
            () => store.ChangesAsync(0, 20),
            () => store.AuditAsync(0, 10),
            () => store.WriteAsync(new(NewId(), [Put("a", "{}", WriteCondition.Any)], [])),
        ];
        await Task.WhenAll(calls.Select(async call =>
        {
            var clock = Stopwatch.StartNew();
            await Assert.ThrowsAsync<StoreUnavailableException>(call);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        }));
    }

    /// <summary>The rows of the test's database that its store has not had from the beginning.</summary>
    private protected abstract Task<long> CountRowsAsync();

    private protected static DocumentWrite Lease(string id, WriteCondition condition, string? partOf = null) => DocumentWrite.Put("lease-a", id, Json("{}"), condition, partOf);

    private protected static string NewId() => Guid.NewGuid().ToString("N");

    private protected static ReadOnlyMemory<byte> Json(string text) => Encoding.UTF8.GetBytes(text);

    private protected static DocumentWrite Put(string id, string json, WriteCondition condition, string? partOf = null) => DocumentWrite.Put(Kind, id, Json(json), condition, partOf);

    private protected static async Task<long> WrittenAsync(IDocumentStore store, params DocumentWrite[] documents)
    {
        var result = await store.WriteAsync(new(NewId(), documents, []));
        Assert.Null(result.Refusal);
        return result.Version!.Value;
    }

    private protected static void AssertDocument((string Id, long Version, string? PartOf, string Json) expected, StoredDocument? document)
    {
        Assert.NotNull(document);
        Assert.Equal(Kind, document.Kind);
        Assert.Equal(expected, (document.Id, document.Version, document.PartOf, Encoding.UTF8.GetString(document.Json.Span)));
    }

    private static async Task<(WriteRefusal?, int)> RefusedAsync(IDocumentStore store, DocumentWrite document)
    {
        var result = await store.WriteAsync(new(NewId(), [document], []));
        return (result.Refusal, result.RefusedDocument);
    }

    private static async Task<List<string>> AllIdsAsync(IDocumentStore store, string? partOf, int take)
    {
        var ids = new List<string>();
        IReadOnlyList<StoredDocument> page;
        do
        {
            page = await store.ListAsync(Kind, partOf, ids.LastOrDefault(), take);
            ids.AddRange(page.Select(document => document.Id));
        }
        while (page.Count == take);
        return ids;
    }

    private static (string, long, string?) Described(DocumentChange change) => (change.Id, change.Version, change.Json is { } json ? Encoding.UTF8.GetString(json.Span) : null);

    private static Comparer<string> Utf8Order => Comparer<string>.Create((left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));
}
