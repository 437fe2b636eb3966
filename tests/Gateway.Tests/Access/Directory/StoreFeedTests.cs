using Dragoman.Access.Directory;
using Dragoman.Stores;
using Microsoft.Extensions.Logging;

namespace Dragoman.Gateway.Tests.Access.Directory;

public sealed class StoreFeedTests : IAsyncLifetime, IAsyncDisposable, ILogger
{
    private readonly ManualTimeProvider clock = new();
    private readonly ScriptedStore store = new();
    private readonly List<string> lines = [];
    private readonly List<string> applied = [];
    private readonly StoreFeed feed;
    private int forgotten;

    public StoreFeedTests() => feed = NewFeed();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => feed.DisposeAsync().AsTask();

    ValueTask IAsyncDisposable.DisposeAsync() => feed.DisposeAsync();

    [Fact]
    public void The_first_question_is_only_for_the_version_and_the_next_for_what_changed_since()
    {
        store.Feed = static (after, take) => Task.FromResult(
            (after, take) is (long.MaxValue, StoreLimits.MostDocuments) ? new ChangePage([], 40, false) : new ChangePage([Change("a"), Change("b")], after + 2, false));
        Assert.Equal((-1, TimeSpan.MaxValue, false), (feed.Version, feed.Age, feed.IsFresh()));
        Assert.True(Refresh());
        Assert.Equal((40, TimeSpan.Zero, true), (feed.Version, feed.Age, feed.IsFresh()));
        Assert.Empty(applied);
        Tick();
        Assert.Equal((42, "a b"), (feed.Version, string.Join(' ', applied)));
        Assert.Equal([long.MaxValue, 40], store.Asked);
    }

    [Fact]
    public void All_pages_are_read_at_once()
    {
        Refresh();
        store.Feed = static (after, _) => Task.FromResult(new ChangePage([Change($"{after}")], after + 1, HasMore: after < 8));
        Tick();
        Assert.Equal((9, "1 2 3 4 5 6 7 8", 0), (feed.Version, string.Join(' ', applied), forgotten));
    }

    [Fact]
    public void When_too_much_has_changed_everything_is_forgotten()
    {
        Refresh();
        store.Feed = static (after, _) => Task.FromResult(
            after == long.MaxValue ? new ChangePage([], 5000, false) : new ChangePage([Change($"{after}")], after + 1, HasMore: true));
        Tick();
        Assert.Equal((5000, 1), (feed.Version, forgotten));
        Assert.Equal(7, applied.Count);
        store.Feed = static (after, _) => Task.FromResult(new ChangePage([], after, false));
        Tick();
        Assert.Equal((5000, 1, 5000), (feed.Version, forgotten, store.Asked.Last()));
    }

    [Fact]
    public async Task What_is_known_is_fresh_for_three_seconds_after_the_question()
    {
        var answer = new TaskCompletionSource();
        store.Feed = async (_, _) =>
        {
            await answer.Task;
            return new ChangePage([], 1, false);
        };
        var waiting = feed.RefreshAsync(default).AsTask();
        await AskedAsync(1);
        clock.Advance(TimeSpan.FromMilliseconds(900));
        answer.SetResult();
        Assert.True(await waiting);
        Assert.Equal(TimeSpan.FromMilliseconds(900), feed.Age);
        // From here on the store hangs.
        store.Feed = static (_, _) => new TaskCompletionSource<ChangePage>().Task;
        clock.Advance(TimeSpan.FromMilliseconds(2100));
        Assert.True(feed.IsFresh());
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.False(feed.IsFresh());
    }

    [Fact]
    public async Task Whoever_needs_something_newer_waits_for_the_same_answer()
    {
        var answer = new TaskCompletionSource<ChangePage>();
        store.Feed = (_, _) => answer.Task;
        var first = feed.RefreshAsync(default).AsTask();
        var second = feed.RefreshAsync(default).AsTask();
        await AskedAsync(1);
        answer.SetResult(new ChangePage([], 1, false));
        Assert.True(await first);
        Assert.True(await second);
        Assert.Single(store.Asked);
    }

    [Fact]
    public async Task Whoever_waits_too_does_not_put_off_the_next_question()
    {
        var answer = new TaskCompletionSource<ChangePage>();
        store.Feed = (_, _) => answer.Task;
        var first = feed.RefreshAsync(default).AsTask();
        clock.Advance(StoreFeed.Interval / 2);
        var second = feed.RefreshAsync(default).AsTask();
        Assert.Equal(StoreFeed.Interval / 2, clock.UntilNextTimer);
        answer.SetResult(new ChangePage([], 1, false));
        Assert.True(await first);
        Assert.True(await second);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_two_seconds()
    {
        var answer = new TaskCompletionSource<ChangePage>();
        store.Feed = (_, _) => answer.Task;
        var waiting = feed.RefreshAsync(default).AsTask();
        clock.Advance(TimeSpan.FromMilliseconds(1999));
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(await waiting);
        answer.SetResult(new ChangePage([], 1, false));
    }

    [Fact]
    public async Task Whoever_leaves_does_not_wait()
    {
        var answer = new TaskCompletionSource<ChangePage>();
        store.Feed = (_, _) => answer.Task;
        using var leaves = new CancellationTokenSource();
        var waiting = feed.RefreshAsync(leaves.Token).AsTask();
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        answer.SetResult(new ChangePage([], 1, false));
    }

    [Fact]
    public void A_store_that_is_away_is_named_once_and_is_asked_by_the_timer_alone()
    {
        store.Feed = static (_, _) => throw new StoreUnavailableException("The store is away.");
        Assert.False(Refresh());
        Assert.False(Refresh());
        Assert.Single(store.Asked);
        Assert.Equal(TimeSpan.MaxValue, feed.Age);
        Tick();
        Assert.Equal(2, store.Asked.Count);
        Assert.Equal("Error the store does not answer, so changes of keys and teams are not seen: The store is away.", Assert.Single(lines));

        store.Feed = static (_, _) => Task.FromResult(new ChangePage([], 1, false));
        Tick();
        Assert.True(Refresh());
        Tick();
        Assert.Equal("Warning the store answers again", Assert.Single(lines.Skip(1)));
        Assert.Equal(4, store.Asked.Count);
    }

    [Fact]
    public void The_store_is_asked_each_second_until_nobody_has_called_for_half_a_minute()
    {
        Refresh();
        Assert.Equal(StoreFeed.Interval, clock.UntilNextTimer);
        for (var second = 0; second < 30; second++)
            Tick();
        Assert.Equal(31, store.Asked.Count);
        clock.Advance(StoreFeed.Interval);
        Assert.Equal(0, clock.ArmedTimers);
        Assert.Equal(31, store.Asked.Count);
        // What is known is still recent, but nothing keeps it so.
        Assert.False(feed.IsFresh());
        Assert.True(Refresh());
        Assert.Equal((32, 1), (store.Asked.Count, clock.ArmedTimers));
    }

    [Fact]
    public async Task Its_end_ends_a_question_and_is_no_failure()
    {
        store.Feed = static (_, _) => new TaskCompletionSource<ChangePage>().Task;
        var ending = NewFeed();
        var waiting = ending.RefreshAsync(default).AsTask();
        await AskedAsync(1);
        await ending.DisposeAsync();
        await waiting;
        Assert.Empty(lines);
        Assert.Equal(0, clock.ArmedTimers);
    }

    private StoreFeed NewFeed() => new(store, clock, this, change => applied.Add(change.Id), () => forgotten++);

    private static DocumentChange Change(string id) => new("team", id, 1, null, null);

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Add($"{logLevel} {formatter(state, exception)}");

    /// <summary>Asks a store that answers at once.</summary>
    private bool Refresh()
    {
        Task<bool>? asked = null;
        AtOnceContext.Run(() => asked = feed.RefreshAsync(default).AsTask());
        Assert.True(asked!.IsCompletedSuccessfully);
        return asked.Result;
    }

    /// <summary>Lets a second pass with a store that answers at once.</summary>
    private void Tick() => AtOnceContext.Run(() => clock.Advance(StoreFeed.Interval));

    private async Task AskedAsync(int count)
    {
        while (store.Asked.Count < count)
            await Task.Yield();
    }

    /// <summary>What is posted is done at once, so that a question has ended as soon as it was asked.</summary>
    private sealed class AtOnceContext : SynchronizationContext
    {
        public static void Run(Action action)
        {
            var before = Current;
            SetSynchronizationContext(new AtOnceContext());
            try
            {
                action();
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        }

        public override void Post(SendOrPostCallback d, object? state) => d(state);
    }
}
