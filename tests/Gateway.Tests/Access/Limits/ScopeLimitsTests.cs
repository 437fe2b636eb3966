using Dragoman.Access.Directory;
using Dragoman.Access.Limits;
using Dragoman.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Gateway.Tests.Access.Limits;

/// <summary>What a process writes of itself into a scope's document, and what it takes from those of others.</summary>
public sealed class ScopeLimitsTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly LimitValues All = new(100, 1000, 10);

    private readonly ManualTimeProvider clock = new();
    private readonly SharedStore store = new();
    private readonly ScopeExchange exchange;
    private readonly ScopeLimits scope;

    public ScopeLimitsTests()
    {
        exchange = new(store, clock, NullLogger.Instance);
        scope = new(ScopeKind.Key, "k", exchange);
    }

    private Moment Now => new(clock.GetUtcNow().UtcTicks);

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task The_document_says_what_the_process_leases()
    {
        Assert.False(scope.HasDocument);
        var document = await AskAsync(All);
        var now = Now.Segment;
        Assert.True(scope.HasDocument);
        Assert.Equal(now - Moment.InMinute, document.Start);
        AssertMine(document, new() { Id = "", Serial = 1, Requests = 26, Tokens = 251, Until = now + 60, Running = 3, RunningUntil = now + 60, WantedUntil = now + 6 });
    }

    [Fact]
    public async Task Limits_that_a_scope_does_not_have_are_not_leased()
    {
        var now = Now.Segment;
        AssertMine(await AskAsync(new(RequestsPerMinute: 100)), new() { Id = "", Serial = 1, Requests = 26, Until = now + 60, RunningUntil = now, WantedUntil = now + 6 });
        clock.Advance(TimeSpan.FromMinutes(2));
        now = Now.Segment;
        AssertMine(await AskAsync(new(ConcurrentRequests: 10)), new() { Id = "", Serial = 2, Until = now, Running = 3, RunningUntil = now + 60, WantedUntil = now + 6 });
        Assert.Null(scope.AskForTokens(5, Now));
        clock.Advance(TimeSpan.FromMinutes(2));
        now = Now.Segment;
        Assert.Equal<long?>(0, scope.TryTakeTokens(5, Now, false, out _));
        Assert.Equal(Taken.Opened, scope.TryTakeRequest(new(TokensPerMinute: 1000), Now, false, out _));
        await scope.AskForTokens(5, Now)!;
        var mine = Assert.Single((await ReadAsync()).Processes);
        Assert.Equal((0, 255, now + 60, 0, now), (mine.Requests, mine.Tokens, mine.Until, mine.Running, mine.RunningUntil));
    }

    /// <summary>A lease counts for a minute after its end; a share of the concurrency, and what is wanted of it, until its end.</summary>
    [Theory]
    [InlineData(-120, 0, 0, 3, 13, 1, 8)]
    [InlineData(-121, 0, 0, 13, 126, 1, 60)]
    [InlineData(-120, -1, 0, 3, 13, 2, 8)]
    [InlineData(-121, -1, 0, 26, 251, 3, 60)]
    [InlineData(60, 60, 60, 3, 13, 1, 8)]
    public async Task What_others_lease_is_not_left(long until, long runningUntil, long wantedUntil, long requests, long tokens, long running, long length)
    {
        var now = Now.Segment;
        await WriteAsync(new() { Id = "other", Requests = 80, Tokens = 900, Until = now + until, Running = 8, RunningUntil = now + runningUntil, Wanted = 1, WantedUntil = now + wantedUntil });
        var document = await AskAsync(All);
        AssertMine(document, new() { Id = "", Serial = 1, Requests = requests, Tokens = tokens, Until = now + length, Running = running, RunningUntil = now + 60, WantedUntil = now + 6 });
        Assert.Equal(until > -121 || runningUntil > -1, document.Processes.Exists(each => each.Id == "other"));
    }

    [Theory]
    [InlineData(0, 5, 3)]
    [InlineData(-1, 8, 0)]
    public async Task What_others_want_is_left_to_them(long wantedUntil, long running, long wanted)
    {
        var now = Now.Segment;
        await WriteAsync(new() { Id = "other", Requests = 1, Until = now, Wanted = 5, WantedUntil = now + wantedUntil });
        var hold = store.Hold = new();
        var asked = Enumerable.Range(0, 8).Select(_ => scope.AskForRequest(new(ConcurrentRequests: 10), Now)!).ToList();
        // They share one exchange.
        Assert.All(asked, task => Assert.Same(asked[0], task));
        store.Hold = null;
        hold.SetResult();
        await asked[0];
        var mine = (await ReadAsync()).Processes.Single(each => each.Id != "other");
        Assert.Equal((running, wanted, now + 6), (mine.Running, mine.Wanted, mine.WantedUntil));
    }

    [Theory]
    [InlineData(4, 30, false)]
    [InlineData(3, 30, true)]
    [InlineData(4, 29, true)]
    public async Task What_the_document_says_already_is_not_written_again(long until, long runningUntil, bool isWritten)
    {
        var document = await AskAsync(All);
        var mine = Assert.Single(document.Processes);
        (mine.Until, mine.RunningUntil) = (Now.Segment + until, Now.Segment + runningUntil);
        Assert.Equal(isWritten, scope.Plan(document, mine.Id, Now, false));
        Assert.Equal(isWritten ? 2 : 1, mine.Serial);
        Assert.Equal(1, store.Writes);
        Assert.Single(document.Processes);
    }

    [Fact]
    public async Task What_was_used_is_written_once()
    {
        await AskAsync(All);
        Assert.Equal(Taken.Opened | Taken.Request | Taken.Running, scope.TryTakeRequest(All, Now, false, out _));
        Assert.Equal<long?>(200, scope.TryTakeTokens(200, Now, false, out var isLow));
        Assert.True(isLow);
        Assert.Equal(1, scope.SettleTokens(200, Now.Segment, 150, Now));
        Assert.Null(scope.SettleTokens(150, Now.Segment, 150, Now));
        await scope.Exchange();
        var document = await ReadAsync();
        Assert.Equal([120, 1], document.Requests);
        Assert.Equal([120, 150], document.Tokens);
        await scope.Exchange();
        Assert.Equal(2, store.Writes);
        Assert.Equal(new(100, 99, TimeSpan.FromSeconds(60.5)), scope.StateOf(LimitKind.Requests, Now));
        Assert.Equal(new(1000, 850, TimeSpan.FromSeconds(60.5)), scope.StateOf(LimitKind.Tokens, Now));

        // More is charged, if there is a limit.
        Assert.NotNull(scope.SettleTokens(150, Now.Segment, 250, Now));
        Assert.Equal(750, scope.StateOf(LimitKind.Tokens, Now)!.Value.Remaining);
    }

    [Fact]
    public async Task A_document_that_grows_old_is_exchanged_in_time()
    {
        await AskAsync(All);
        // Most of the share is not used.
        Assert.Equal(Now.Plus(TimeSpan.FromSeconds(0.5)), scope.DueAfter(Now));
        for (var number = 0; number < 3; number++)
            scope.TryTakeRequest(All, Now, false, out _);
        Assert.Equal(Now.Plus(TimeSpan.FromSeconds(10)), scope.DueAfter(Now));
        Assert.Equal(1, scope.GiveBack(Taken.Opened | Taken.Running, Now.Segment, Now));

        store.IsAway = true;
        await scope.Exchange();
        Assert.True(exchange.IsAway);
        Assert.Equal(Now.Plus(TimeSpan.FromSeconds(1)), scope.DueAfter(Now));
        Assert.Null(new ScopeLimits(ScopeKind.Key, "idle", exchange).DueAfter(Now));
        Assert.Null(new ScopeLimits(ScopeKind.Key, "alone", null).DueAfter(Now));
    }

    [Fact]
    public async Task A_store_that_is_away_is_asked_now_and_then()
    {
        store.IsAway = true;
        await scope.Exchange();
        Assert.Null(scope.AskForRequest(All, Now));
        Assert.Null(scope.AskForTokens(1, Now));
        scope.Refill(Now);
        await EndAsync();
        var reads = store.Reads;
        scope.Refill(Now);
        await EndAsync();
        Assert.Equal(reads, store.Reads);
        clock.Advance(ScopeExchange.Longest);
        store.IsAway = false;
        scope.Refill(Now);
        await EndAsync();
        Assert.Equal((reads + 1, false), (store.Reads, exchange.IsAway));
    }

    [Fact]
    public async Task Only_what_lacks_is_asked_for()
    {
        Assert.Null(new ScopeLimits(ScopeKind.Key, "alone", null).AskForRequest(All, Now));
        Assert.Null(new ScopeLimits(ScopeKind.Key, "alone", null).AskForTokens(5, Now));
        Assert.Null(scope.AskForRequest(new(TokensPerMinute: 1000), Now));
        await AskAsync(All);
        Assert.Null(scope.AskForRequest(All, Now));
        Assert.Null(scope.AskForTokens(251, Now));
        Assert.NotNull(scope.AskForTokens(252, Now));
        await EndAsync();
    }

    /// <summary>What lasts already is not asked for by accident: the next exchange gives it back.</summary>
    [Fact]
    public async Task Who_lacks_nothing_wants_nothing()
    {
        await AskAsync(All);
        clock.Advance(TimeSpan.FromSeconds(1));
        for (var number = 0; number < 5; number++)
            Assert.Null(scope.AskForRequest(All, Now));
        await scope.Exchange();
        var mine = Assert.Single((await ReadAsync()).Processes);
        Assert.Equal((0, 0, 0), (mine.Requests, mine.Tokens, mine.Running));
    }

    [Fact]
    public async Task A_refill_asks_for_requests_and_tokens()
    {
        Assert.Equal(Taken.Nothing, scope.TryTakeRequest(All, Now, false, out _));
        scope.Refill(Now);
        await EndAsync();
        var mine = Assert.Single((await ReadAsync()).Processes);
        Assert.Equal((26, 251, 0), (mine.Requests, mine.Tokens, mine.Running));
    }

    /// <summary>A limit that is not there must not make the lease of another one longer.</summary>
    [Fact]
    public async Task A_lease_lasts_as_long_as_its_own_limit_allows()
    {
        var now = Now.Segment;
        await WriteAsync(new() { Id = "other", Requests = 80, Tokens = 900, Until = now + 60 });
        await AskAsync(new(RequestsPerMinute: 100));
        Assert.Equal(Now.Plus(TimeSpan.FromSeconds(1)), scope.DueAfter(Now));
        var mine = (await ReadAsync()).Processes.Single(each => each.Id != "other");
        Assert.Equal((3, 0, now + 8), (mine.Requests, mine.Tokens, mine.Until));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Taken.Opened, scope.TryTakeRequest(new(TokensPerMinute: 1000), Now, false, out _));
        await scope.AskForTokens(5, Now)!;
        mine = (await ReadAsync()).Processes.Single(each => each.Id != "other");
        Assert.Equal((0, 17, now + 2 + 8), (mine.Requests, mine.Tokens, mine.Until));
    }

    [Fact]
    public async Task The_next_exchange_is_that_of_the_tightest_limit()
    {
        await WriteAsync(new() { Id = "other", Requests = 80, Until = Now.Segment + 60 });
        await AskAsync(new(100, 1000));
        Assert.Equal(Now.Plus(TimeSpan.FromSeconds(1)), scope.DueAfter(Now));
    }

    [Theory]
    [InlineData(100, null, null)]
    [InlineData(null, 1000, null)]
    [InlineData(null, null, 10)]
    public async Task Who_got_nothing_asks_again_after_a_pause_or_when_the_limit_has_changed(int? requests, int? tokens, int? concurrent)
    {
        var now = Now.Segment;
        await WriteAsync(new() { Id = "other", Requests = 100, Tokens = 1000, Until = now + 60, Running = 10, RunningUntil = now + 60 });
        Assert.NotNull(Ask(new(requests, tokens, concurrent)));
        await EndAsync();
        Assert.Null(Ask(new(requests, tokens, concurrent)));
        Assert.NotNull(Ask(new(2 * requests, 2 * tokens, 2 * concurrent)));
        await EndAsync();

        Task? Ask(LimitValues values)
        {
            if (tokens is null)
                return scope.AskForRequest(values, Now);
            scope.TryTakeRequest(values, Now, false, out _);
            return scope.AskForTokens(1, Now);
        }
    }

    /// <summary>The write was applied, but nobody knows: what was asked for is asked for again, and nothing reported twice.</summary>
    [Fact]
    public async Task An_answer_that_was_lost_loses_no_question()
    {
        store.LosesAnswers = true;
        await AskAsync(All);
        Assert.True(exchange.IsAway);
        Assert.Equal(Taken.Opened | Taken.Request | Taken.Running | Taken.Low, scope.TryTakeRequest(All, Now, false, out _));
        store.LosesAnswers = false;
        await scope.Exchange();
        var document = await ReadAsync();
        var mine = Assert.Single(document.Processes);
        // One was asked for, and one was used within a segment.
        Assert.Equal((2, 1 + 60, 251, 1), (mine.Serial, mine.Requests, mine.Tokens, mine.Running));
        Assert.Equal([120, 1], document.Requests);
        await scope.Exchange();
        document = await ReadAsync();
        Assert.Equal([120, 1], document.Requests);
    }

    /// <summary>Another process was first: what was to be reported and asked for is in the next write.</summary>
    [Fact]
    public async Task A_write_that_was_refused_loses_nothing()
    {
        await AskAsync(All);
        for (var number = 0; number < 3; number++)
            scope.TryTakeRequest(All, Now, false, out _);
        scope.TryTakeTokens(100, Now, false, out _);
        store.Changing = scope.DocumentId;
        var asking = scope.AskForRequest(All, Now)!;
        while (!asking.IsCompleted)
        {
            // The pause, and not the time limit of the exchange.
            if (clock.UntilNextTimer is { } next && next < ScopeExchange.Longest / 2)
                clock.Advance(next);
            await Task.Yield();
        }

        await asking;
        var document = await ReadAsync();
        Assert.Equal([120, 3], document.Requests);
        Assert.Equal([120, 100], document.Tokens);
        Assert.Equal(5, Assert.Single(document.Processes).Running);
        Assert.Equal(3, store.Writes);
    }

    [Fact]
    public void Nobody_overtakes_those_who_wait()
    {
        var alone = new ScopeLimits(ScopeKind.Key, "alone", null);
        foreach (var (kind, values) in new[] { (LimitKind.Requests, new LimitValues(RequestsPerMinute: 9)), (LimitKind.Concurrent, new(ConcurrentRequests: 9)) })
        {
            alone.Wait(kind, 1);
            Assert.Equal(Taken.Nothing, alone.TryTakeRequest(values, Now, waited: false, out var refused));
            Assert.Equal(kind, refused);
            Assert.NotEqual(Taken.Nothing, alone.TryTakeRequest(values, Now, waited: true, out _));
            alone.Wait(kind, -1);
            Assert.NotEqual(Taken.Nothing, alone.TryTakeRequest(values, Now, waited: false, out _));
        }

        alone.TryTakeRequest(new(TokensPerMinute: 100), Now, false, out _);
        Assert.Equal<long?>(80, alone.TryTakeTokens(80, Now, waited: false, out _));
        alone.Wait(LimitKind.Tokens, 50);
        Assert.Null(alone.TryTakeTokens(10, Now, waited: false, out _));
        // Those who wait will have taken 50 before.
        Assert.Equal(Moment.AfterMinuteOf(Now.Segment), alone.Refuse(LimitKind.Tokens, 10, Now, waited: false).ReadyAt);
        Assert.Equal(Now, alone.Refuse(LimitKind.Tokens, 10, Now, waited: true).ReadyAt);
        Assert.Equal<long?>(10, alone.TryTakeTokens(10, Now, waited: true, out _));
    }

    [Fact]
    public void What_was_estimated_well_changes_nothing()
    {
        var alone = new ScopeLimits(ScopeKind.Key, "alone", null);
        alone.TryTakeRequest(new(TokensPerMinute: 100), Now, false, out _);
        alone.TryTakeTokens(80, Now, false, out _);
        var begun = Now.Segment;
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(alone.SettleTokens(80, begun, 80, Now));
        Assert.Equal(TimeSpan.FromSeconds(50.5), alone.StateOf(LimitKind.Tokens, Now)!.Value.Reset);
    }

    [Fact]
    public async Task What_runs_without_the_store_is_reported_soon()
    {
        store.IsAway = true;
        await scope.Exchange();
        Assert.Equal(Taken.Opened | Taken.Running | Taken.Low, scope.TryTakeRequest(new(ConcurrentRequests: 5), Now, false, out _));
        Assert.Equal(Now.Plus(TimeSpan.FromSeconds(1)), scope.DueAfter(Now));
        Assert.StartsWith("The limit of 5 concurrent requests of key \"k\" is reached by all processes", scope.Refuse(LimitKind.Concurrent, 1, Now, false).Text.ToString(), StringComparison.Ordinal);
        Assert.Equal<long?>(0, scope.TryTakeTokens(5, Now, false, out var isLow));
        Assert.False(isLow);
        scope.TryTakeRequest(new(TokensPerMinute: 1000), Now, false, out _);
        scope.TryTakeTokens(5, Now, false, out isLow);
        Assert.True(isLow);
    }

    [Fact]
    public async Task The_log_says_once_that_the_store_is_away_and_why()
    {
        using var log = new CapturedLog("limits");
        var logged = new ScopeExchange(store, clock, log.CreateLogger("limits"));
        var other = new ScopeLimits(ScopeKind.Key, "other", logged);
        store.Hold = new();
        var exchanging = other.Exchange();
        while (store.Reads == 0)
            await Task.Yield();
        clock.Advance(ScopeExchange.Longest);
        await exchanging;
        Assert.EndsWith(": It did not answer within 1 s.", await log.NextAsync(), StringComparison.Ordinal);
        (store.Hold, store.IsAway) = (null, true);
        for (var number = 0; number < 3; number++)
            await other.Exchange();
        store.IsAway = false;
        await other.Exchange();
        Assert.StartsWith("Information ", await log.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scope_is_forgotten_when_nobody_uses_it()
    {
        var alone = new ScopeLimits(ScopeKind.Key, "alone", null);
        Assert.Equal(Taken.Opened | Taken.Request, alone.TryTakeRequest(new(RequestsPerMinute: 1), Now, false, out _));
        Assert.False(alone.TryForget(Now));
        // Something has ended, but not the request.
        Assert.Null(alone.GiveBack(Taken.Nothing, Now.Segment, Now));
        Assert.False(alone.TryForget(Now));
        Assert.Null(alone.GiveBack(Taken.Opened, Now.Segment, Now));
        Assert.False(alone.TryForget(Now.Plus(TimeSpan.FromTicks(-1))));
        Assert.False(alone.IsForgotten);
        Assert.True(alone.TryForget(Now));
        Assert.True(alone.IsForgotten);
        Assert.Equal(Taken.Forgotten, alone.TryTakeRequest(All, Now, false, out _));

        var hold = store.Hold = new();
        var exchanging = scope.Exchange();
        Assert.False(scope.TryForget(Now));
        store.Hold = null;
        hold.SetResult();
        await exchanging;
        Assert.True(scope.TryForget(Now));
    }

    /// <summary>Threads read the clock before they get the lock, so that a time that is a little earlier is none that was set back.</summary>
    [Theory]
    [InlineData(4.5, 0)]
    [InlineData(5, 1)]
    public void A_late_thread_sets_no_clock_back(double seconds, long remaining)
    {
        var alone = new ScopeLimits(ScopeKind.Key, "alone", null);
        alone.TryTakeRequest(new(RequestsPerMinute: 1), Now, false, out _);
        Assert.Equal(0, alone.StateOf(LimitKind.Requests, Now.Plus(TimeSpan.FromSeconds(-seconds)))!.Value.Remaining);
        Assert.Equal(remaining, alone.StateOf(LimitKind.Requests, Now.Plus(TimeSpan.FromSeconds(58)))!.Value.Remaining);
        Assert.Equal(1, alone.StateOf(LimitKind.Requests, Now.Plus(TimeSpan.FromSeconds(61)))!.Value.Remaining);
    }

    [Fact]
    public void An_id_that_is_too_long_for_a_store_is_digested()
    {
        var longest = new string('a', StoreLimits.LongestId - "user/".Length);
        Assert.Equal("user/" + longest, new ScopeLimits(ScopeKind.User, longest, null).DocumentId);
        Assert.Matches("^user//[0-9a-f]{64}$", new ScopeLimits(ScopeKind.User, longest + "a", null).DocumentId);
        Assert.NotEqual(new ScopeLimits(ScopeKind.User, longest + "a", null).DocumentId, new ScopeLimits(ScopeKind.User, longest + "b", null).DocumentId);
    }

    private static void AssertMine(ScopeDocument document, ProcessLease expected)
    {
        var mine = document.Processes.Single(each => each.Id != "other");
        Assert.Equal(
            (expected.Serial, expected.Requests, expected.Tokens, expected.Until, expected.Running, expected.RunningUntil, expected.Wanted, expected.WantedUntil),
            (mine.Serial, mine.Requests, mine.Tokens, mine.Until, mine.Running, mine.RunningUntil, mine.Wanted, mine.WantedUntil));
    }

    private async Task<ScopeDocument> AskAsync(LimitValues limits)
    {
        await scope.AskForRequest(limits, Now)!;
        return await ReadAsync();
    }

    private async Task<ScopeDocument> ReadAsync() => ScopeDocument.Read((await store.GetAsync(ScopeDocument.Kind, scope.DocumentId))!.Json);

    private Task<WriteResult> WriteAsync(ProcessLease lease) =>
        store.WriteAsync(Write.Repeatable(DocumentWrite.Put(ScopeDocument.Kind, scope.DocumentId, new ScopeDocument { Processes = [lease] }.Write(), WriteCondition.Absent)));

    private async Task EndAsync()
    {
        while (exchange.Running > 0)
            await Task.Yield();
    }
}
