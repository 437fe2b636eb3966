using System.Text.Json;
using Dragoman.Access.Directory;
using Dragoman.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Gateway.Tests.Access.Directory;

public class CallerDirectoryTests
{
    private const string KeyText = """{"id":"0123456789ab","team":"web","hash":"AAAA","createdAt":"2026-01-02T03:04:05Z","user":"ann","expiresAt":"2026-03-04T05:06:07Z"}""";

    [Fact]
    public async Task When_too_much_has_changed_everything_is_read_anew()
    {
        await using var store = Filled(limit: 1);
        var clock = new ManualTimeProvider();
        await using var directory = new CallerDirectory(store, clock, NullLogger.Instance);
        Assert.True(await directory.Feed.RefreshAsync(default));
        var key = await directory.FindKeyAsync("0123456789ab", default);
        var before = await directory.MakeAsync(key!.Key, default);
        Assert.Equal([1, 1, 1], before.Caller!.Scopes.Select(scope => scope.Values.RequestsPerMinute!.Value));
        Assert.Equal(DateTimeOffset.Parse("2026-03-04T05:06:07Z", null), before.Caller.ExpiresAt);

        Fill(store, limit: 2);
        store.Feed = static (after, _) => Task.FromResult(new ChangePage([], after == long.MaxValue ? 9000 : after + 1, HasMore: after != long.MaxValue));
        clock.Advance(StoreFeed.Oldest + TimeSpan.FromTicks(1));
        Assert.True(await directory.Feed.RefreshAsync(default));
        Assert.False(directory.IsCurrent(before.Generation));
        Assert.False(directory.TryGetKey("0123456789ab", out _));
        var after = await directory.MakeAsync(key.Key, default);
        Assert.Equal([2, 2, 2], after.Caller!.Scopes.Select(scope => scope.Values.RequestsPerMinute!.Value));
        Assert.True(directory.IsCurrent(after.Generation));
    }

    [Fact]
    public async Task A_document_that_is_null_is_named()
    {
        await using var store = Filled(limit: 1);
        store.Texts["web"] = "null";
        await using var directory = new CallerDirectory(store, new ManualTimeProvider(), NullLogger.Instance);
        var error = await Assert.ThrowsAsync<JsonException>(() => directory.MakeAsync("web", null, [], default).AsTask());
        Assert.Equal("The team web in the store is null.", error.Message);
    }

    [Fact]
    public async Task A_user_whom_no_store_can_have_is_not_looked_for()
    {
        await using var store = Filled(limit: 1);
        await using var directory = new CallerDirectory(store, new ManualTimeProvider(), NullLogger.Instance);
        var made = await directory.MakeAsync("web", "ann lee", [], default);
        Assert.Equal(("ann lee", DateTimeOffset.MaxValue), (made.Caller!.User, made.Caller.ExpiresAt));
        // The organization and the team.
        Assert.Equal(2, store.Gets);
    }

    private static ScriptedStore Filled(int limit)
    {
        var store = new ScriptedStore();
        Fill(store, limit);
        return store;
    }

    private static void Fill(ScriptedStore store, int limit)
    {
        var limits = $$"""{"requestsPerMinute":{{limit}}}""";
        store.Texts["organization"] = $$"""{"limits":{{limits}}}""";
        store.Texts["web"] = $$"""{"id":"web","createdAt":"2026-01-02T03:04:05Z","limits":{{limits}}}""";
        store.Texts["web/ann"] = $$"""{"team":"web","id":"ann","createdAt":"2026-01-02T03:04:05Z","limits":{{limits}}}""";
        store.Texts["0123456789ab"] = KeyText;
    }
}
