using System.Text;
using Dragoman.Access.Directory;
using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Access.Directory;

public sealed class DocumentCacheTests : IAsyncDisposable
{
    private readonly ScriptedStore store = new();

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task What_was_read_is_remembered_also_that_there_is_nothing()
    {
        var cache = NewCache();
        store.Texts["a"] = "1";
        Assert.False(cache.TryGet("a", out _));
        Assert.Equal("1", await cache.GetAsync("a", default));
        Assert.Null(await cache.GetAsync("b", default));
        store.Texts["a"] = store.Texts["b"] = "2";
        Assert.Equal("1", await cache.GetAsync("a", default));
        Assert.True(cache.TryGet("b", out var missing));
        Assert.Null(missing);
        Assert.Equal((2, 2), (cache.Count, store.Gets));
    }

    [Fact]
    public async Task A_change_renews_what_is_remembered_and_nothing_else()
    {
        var cache = NewCache();
        store.Texts["a"] = "1";
        await cache.GetAsync("a", default);
        cache.Apply(Change("a", "2"));
        cache.Apply(Change("b", "2"));
        Assert.True(cache.TryGet("a", out var renewed));
        Assert.Equal("2", renewed);
        Assert.False(cache.TryGet("b", out _));
        cache.Apply(Change("a", null));
        Assert.True(cache.TryGet("a", out var deleted));
        Assert.Null(deleted);
    }

    [Fact]
    public async Task After_forgetting_everything_it_is_read_anew()
    {
        var cache = NewCache();
        store.Texts["a"] = "1";
        await cache.GetAsync("a", default);
        store.Texts["a"] = "2";
        cache.Forget();
        Assert.Equal(0, cache.Count);
        Assert.Equal("2", await cache.GetAsync("a", default));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_changes_while_it_is_read_is_read_again(bool forgets)
    {
        var cache = NewCache();
        store.Texts["a"] = "1";
        store.AfterGet = () =>
        {
            store.AfterGet = static () => Task.CompletedTask;
            store.Texts["a"] = "2";
            if (forgets)
                cache.Forget();
            else
                cache.Apply(Change("a", "2"));
            return Task.CompletedTask;
        };
        Assert.Equal("2", await cache.GetAsync("a", default));
        Assert.Equal("2", await cache.GetAsync("a", default));
        Assert.Equal(2, store.Gets);
    }

    [Fact]
    public async Task Only_a_change_of_the_same_document_makes_a_read_outdated()
    {
        var cache = NewCache();
        store.Texts["a"] = "1";
        store.AfterGet = () =>
        {
            cache.Apply(Change("b", "2"));
            return Task.CompletedTask;
        };
        Assert.Equal("1", await cache.GetAsync("a", default));
        Assert.Equal(1, store.Gets);
    }

    [Fact]
    public async Task Whoever_leaves_does_not_end_the_read_of_the_others()
    {
        var cache = NewCache();
        store.Texts["a"] = "1";
        var answer = new TaskCompletionSource();
        store.AfterGet = () => answer.Task;
        using var leaves = new CancellationTokenSource();
        var first = cache.GetAsync("a", leaves.Token).AsTask();
        var second = cache.GetAsync("a", default).AsTask();
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        answer.SetResult();
        Assert.Equal("1", await second);
        Assert.Equal(1, store.Gets);
    }

    [Fact]
    public async Task A_read_that_failed_is_not_remembered()
    {
        var cache = NewCache();
        store.Texts["a"] = "1";
        store.AfterGet = static () => throw new StoreUnavailableException("The store is away.");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => cache.GetAsync("a", default).AsTask());
        Assert.Equal(0, cache.Count);
        store.AfterGet = static () => Task.CompletedTask;
        Assert.Equal("1", await cache.GetAsync("a", default));
    }

    [Fact]
    public async Task Beyond_the_most_a_tenth_of_those_not_used_for_the_longest_time_is_forgotten()
    {
        var cache = NewCache(most: 20);
        await ReadAsync(cache, Enumerable.Range(0, 20).Select(number => $"{number:d2}"));
        // A use, a change and a second read keep the place of the ones that are the oldest otherwise.
        Assert.True(cache.TryGet("00", out _));
        await cache.GetAsync("02", default);
        cache.Apply(Change("01", "changed"));
        await ReadAsync(cache, "20");
        Assert.Equal(19, cache.Count);
        Assert.False(cache.TryGet("01", out _));
        Assert.False(cache.TryGet("03", out _));
        Assert.True(cache.TryGet("00", out _));
        Assert.True(cache.TryGet("02", out _));
        Assert.True(cache.TryGet("04", out _));
        Assert.True(cache.TryGet("20", out _));
    }

    [Fact]
    public async Task What_does_not_exist_is_forgotten_first()
    {
        var cache = NewCache(most: 2);
        await ReadAsync(cache, "00");
        Assert.Null(await cache.GetAsync("guess", default));
        await ReadAsync(cache, "01");
        Assert.Equal(2, cache.Count);
        Assert.False(cache.TryGet("guess", out _));
        Assert.True(cache.TryGet("00", out _));
    }

    [Fact]
    public async Task A_cache_of_one_document_keeps_the_last_one()
    {
        var cache = NewCache(most: 1);
        await ReadAsync(cache, "00");
        Assert.Equal(1, cache.Count);
        await ReadAsync(cache, "01");
        Assert.Equal(1, cache.Count);
        Assert.True(cache.TryGet("01", out _));
    }

    private static DocumentChange Change(string id, string? text) => new("note", id, 7, null, text is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(text));

    private DocumentCache<string> NewCache(int most = 100) => new(
        store,
        "note",
        document =>
        {
            Assert.Equal("note", document.Kind);
            return Encoding.UTF8.GetString(document.Json.Span);
        },
        most);

    private async Task ReadAsync(DocumentCache<string> cache, params IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            store.Texts[id] = "text";
            await cache.GetAsync(id, default);
        }
    }
}
