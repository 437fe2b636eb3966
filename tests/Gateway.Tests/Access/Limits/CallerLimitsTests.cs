using System.Threading.RateLimiting;
using Dragoman.Access;
using Dragoman.Access.Directory;
using Dragoman.Access.Limits;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Access.Limits;

/// <summary>The limits of one process, and what they have in common with those of several.</summary>
public sealed class CallerLimitsTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60.5);

    public static TheoryData<bool> Stores => [false, true];

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Never_more_requests_begin_in_any_minute_than_the_limit_allows(bool shared)
    {
        await using var limits = New(shared);
        var caller = LimitsUnderTest.Requests(20);
        var random = new Random(11);
        var begun = new List<(DateTimeOffset, long)>();
        var refused = 0;
        for (var step = 0; step < 1500; step++)
        {
            await limits.PassAsync(TimeSpan.FromMilliseconds(random.Next(600)), TimeSpan.FromMilliseconds(600));
            using var admission = await limits.TryAdmitAsync(caller);
            if (admission is null)
                refused++;
            else
                begun.Add((limits.Clock.GetUtcNow(), 1));
        }

        Assert.Equal(20, LimitsUnderTest.MostInAMinute(begun));
        Assert.True(refused > 500);
    }

    [Fact]
    public async Task Callers_of_a_scope_that_was_forgotten_are_counted_together_again()
    {
        await using var limits = New(shared: false);
        // Only the key of the first is forgotten at first: its team is in use by another.
        var team = LimitsUnderTest.Team(new(RequestsPerMinute: 100));
        Caller CallerOf(string key) => LimitsUnderTest.Caller(team, new(ScopeKind.Key, key, new(RequestsPerMinute: 2)));
        var (one, same, other) = (CallerOf("aB3"), CallerOf("aB3"), CallerOf("cD4"));
        foreach (var caller in new[] { one, same })
            (await limits.TryAdmitAsync(caller))!.Dispose();
        Assert.Null(await limits.TryAdmitAsync(one));

        using (await limits.TryAdmitAsync(other))
            await limits.PassAsync(CallerLimits.Remembered + TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10));
        Assert.Equal(2, limits.Process.ScopeCount);

        foreach (var caller in new[] { same, one })
            (await limits.TryAdmitAsync(caller))!.Dispose();
        Assert.Null(await limits.TryAdmitAsync(one));
        Assert.Null(await limits.TryAdmitAsync(same));
        Assert.Equal(98, limits.Process.GetStatistics(LimitsUnderTest.Caller(team))!.CurrentAvailablePermits);
    }

    [Fact]
    public async Task A_refusal_says_which_limit_of_whom_what_is_left_and_when_it_comes_back()
    {
        await using var limits = New(shared: false);
        var caller = LimitsUnderTest.Caller(LimitsUnderTest.Team(new(RequestsPerMinute: 100)), new(ScopeKind.Key, "aB3", new(RequestsPerMinute: 2, TokensPerMinute: 500)));
        Assert.Equal(1, await limits.AdmittedOfAsync(1, caller));
        limits.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(1, await limits.AdmittedOfAsync(1, caller));
        limits.Clock.Advance(TimeSpan.FromSeconds(10));

        var error = await limits.RefusalOfAsync(caller);
        Assert.Equal(
            (ErrorKind.RateLimited, null, "The limit of 2 requests per minute of key \"aB3\" does not allow this request: 0 are left. Try again in 31 s; all of them are back in 51 s."),
            (error.Kind, error.Code, error.Message));
        // It began 5 s into a segment's time, so that its segment is over after 60.5 s.
        Assert.Equal(TimeSpan.FromSeconds(30.5), error.RetryAfter);
        Assert.Equal(new(new(2, 0, TimeSpan.FromSeconds(50.5)), new(500, 500, TimeSpan.Zero)), error.RateLimits);

        limits.Clock.Advance(error.RetryAfter!.Value);
        Assert.Equal(1, await limits.AdmittedOfAsync(2, caller));
    }

    [Fact]
    public async Task A_refusal_of_tokens_says_that_it_is_about_tokens()
    {
        await using var limits = New(shared: false);
        var caller = LimitsUnderTest.Caller(new LimitedScope(ScopeKind.Organization, "organization", new(TokensPerMinute: 1000)));
        using var admission = await limits.Process.AdmitAsync(caller, default);
        await admission.ReserveTokensAsync(800, default);
        var error = (await Assert.ThrowsAsync<GatewayException>(() => admission.ReserveTokensAsync(300, default).AsTask())).Error;
        Assert.Equal((RateLimit.TokensCode, "The limit of 1000 tokens per minute of the organization does not allow this request: 200 are left. Try again in 61 s; all of them are back in 61 s."), (error.Code, error.Message));
        Assert.Equal(new(null, new(1000, 200, Minute)), error.RateLimits);
    }

    [Fact]
    public async Task A_refusal_of_concurrency_says_so()
    {
        await using var limits = New(shared: false);
        var caller = LimitsUnderTest.Caller(new LimitedScope(ScopeKind.User, "web/ada", new(ConcurrentRequests: 1)));
        using var admission = await limits.Process.AdmitAsync(caller, default);
        Assert.Null(admission.Limits);
        var error = await limits.RefusalOfAsync(caller);
        Assert.Equal(("The limit of 1 concurrent requests of user \"web/ada\" is reached: 0 are left. It is free again when a request has ended.", TimeSpan.FromSeconds(1), null), (error.Message, error.RetryAfter, error.RateLimits));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Concurrency_is_given_back_once(bool shared)
    {
        await using var limits = New(shared);
        var caller = LimitsUnderTest.Concurrent(2);
        var first = await limits.TryAdmitAsync(caller);
        using var second = await limits.TryAdmitAsync(caller);
        Assert.Null(await limits.TryAdmitAsync(caller));
        first!.Dispose();
        first.Dispose();
        using var third = await limits.TryAdmitAsync(caller);
        Assert.NotNull(third);
        Assert.Null(await limits.TryAdmitAsync(caller));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_refusal_by_one_scope_takes_nothing_of_the_others(bool shared)
    {
        await using var limits = New(shared);
        var team = LimitsUnderTest.Team(new(10, 1000, 10));
        var full = LimitsUnderTest.Caller(team, new(ScopeKind.Key, "full", new(1, 100, 1)));
        using (var admission = await limits.TryAdmitAsync(full))
        {
            Assert.Equal(0, await limits.AdmittedOfAsync(20, full));
            Assert.True(await limits.TryReserveAsync(admission!, 60));
            for (var number = 0; number < 20; number++)
                Assert.False(await limits.TryReserveAsync(admission!, 60));
        }

        var others = LimitsUnderTest.Caller(team, new(ScopeKind.Key, "other", new(100, null, 100)));
        var running = new List<Admission>();
        while (await limits.TryAdmitAsync(others) is { } admission)
            running.Add(admission);
        Assert.Equal(9, running.Count);
        Assert.True(await limits.TryReserveAsync(running[0], 940));
        Assert.False(await limits.TryReserveAsync(running[1], 1));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Tokens_that_were_not_used_come_back_and_more_are_charged(bool shared)
    {
        await using var limits = New(shared);
        using var admission = await limits.TryAdmitAsync(LimitsUnderTest.Tokens(1000));
        using var other = await limits.TryAdmitAsync(LimitsUnderTest.Tokens(1000));
        Assert.True(await limits.TryReserveAsync(admission!, 900));
        Assert.False(await limits.TryReserveAsync(other!, 200));
        admission!.SettleTokens(300);
        Assert.Equal(700, admission.Limits!.Tokens!.Remaining);
        Assert.True(await limits.TryReserveAsync(other!, 700));
        other!.SettleTokens(5000);
        Assert.Equal(0, other.Limits!.Tokens!.Remaining);
        await limits.PassAsync(TimeSpan.FromSeconds(30));
        Assert.False(await limits.TryReserveAsync(admission, 1));
        await limits.PassAsync(TimeSpan.FromSeconds(31));
        Assert.True(await limits.TryReserveAsync(admission, 1000));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_reservation_larger_than_the_limit_waits_until_nothing_else_is_used_and_takes_everything(bool shared)
    {
        await using var limits = New(shared);
        var caller = LimitsUnderTest.Tokens(1000);
        using var admission = await limits.TryAdmitAsync(caller);
        using var other = await limits.TryAdmitAsync(caller);
        Assert.True(await limits.TryReserveAsync(other!, 1));
        Assert.False(await limits.TryReserveAsync(admission!, 5000));
        await limits.PassAsync(TimeSpan.FromSeconds(61));
        Assert.True(await limits.TryReserveAsync(admission!, 5000));
        Assert.False(await limits.TryReserveAsync(other!, 1));
        admission!.SettleTokens(200);
        Assert.True(await limits.TryReserveAsync(other!, 800));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    public async Task Absurd_numbers_do_not_overflow(long amount)
    {
        foreach (var shared in (bool[])[false, true])
        {
            await using var limits = New(shared);
            var caller = LimitsUnderTest.Caller(LimitsUnderTest.Team(new(LimitValues.Greatest, LimitValues.Greatest, LimitValues.Greatest)));
            for (var number = 0; number < 100; number++)
            {
                using var admission = await limits.TryAdmitAsync(caller);
                Assert.NotNull(admission);
                await limits.TryReserveAsync(admission, amount);
                admission.SettleTokens(amount);
                Assert.InRange(admission.Limits!.Tokens!.Remaining!.Value, 0, LimitValues.Greatest);
            }

            await limits.PassAsync(TimeSpan.FromSeconds(62), TimeSpan.FromSeconds(1));
            using var last = await limits.TryAdmitAsync(caller);
            Assert.True(await limits.TryReserveAsync(last!, LimitValues.Greatest));
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_changed_limit_counts_at_once_and_forgets_nothing(bool shared)
    {
        await using var limits = New(shared);
        Assert.Equal(6, await limits.AdmittedOfAsync(6, LimitsUnderTest.Requests(10)));
        Assert.Equal(0, await limits.AdmittedOfAsync(3, LimitsUnderTest.Requests(6)));
        Assert.Equal(0, await limits.AdmittedOfAsync(3, LimitsUnderTest.Requests(3)));
        Assert.Equal(2, await limits.AdmittedOfAsync(9, LimitsUnderTest.Requests(8)));
        Assert.Equal(0, await limits.AdmittedOfAsync(3, LimitsUnderTest.Requests(0)));
        Assert.Equal(9, await limits.AdmittedOfAsync(9, LimitsUnderTest.Caller(LimitsUnderTest.Team(new(ConcurrentRequests: 100)))));
        Assert.Equal(4, await limits.AdmittedOfAsync(9, LimitsUnderTest.Requests(12)));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_lowered_concurrency_lets_running_requests_end(bool shared)
    {
        await using var limits = New(shared);
        var running = new Stack<Admission>();
        while (await limits.TryAdmitAsync(LimitsUnderTest.Concurrent(5)) is { } admission)
            running.Push(admission);
        Assert.Equal(5, running.Count);
        for (var number = 0; number < 3; number++)
        {
            Assert.Null(await limits.TryAdmitAsync(LimitsUnderTest.Concurrent(2)));
            running.Pop().Dispose();
            await limits.PassAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Null(await limits.TryAdmitAsync(LimitsUnderTest.Concurrent(2)));
        running.Pop().Dispose();
        Assert.NotNull(await limits.TryAdmitAsync(LimitsUnderTest.Concurrent(2)));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_limit_of_nothing_refuses_everything(bool shared)
    {
        await using var limits = New(shared);
        Assert.Null(await limits.TryAdmitAsync(LimitsUnderTest.Requests(0)));
        Assert.Null(await limits.TryAdmitAsync(LimitsUnderTest.Concurrent(0)));
        using var admission = await limits.TryAdmitAsync(LimitsUnderTest.Tokens(0));
        Assert.False(await limits.TryReserveAsync(admission!, 1));
        Assert.True(await limits.TryReserveAsync(admission!, 0));
    }

    [Fact]
    public async Task The_tightest_limits_are_reported()
    {
        await using var limits = New(shared: false);
        var caller = LimitsUnderTest.Caller(LimitsUnderTest.Team(new(5, 1000)), new(ScopeKind.User, "web/ada", new(RequestsPerMinute: 4)), new(ScopeKind.Key, "k", new(100, 100)));
        using var admission = await limits.Process.AdmitAsync(caller, default);
        await admission.ReserveTokensAsync(40, default);
        Assert.Equal(new(new(4, 3, Minute), new(100, 60, Minute)), admission.Limits);
        Assert.Equal(3, limits.Process.GetStatistics(caller)!.CurrentAvailablePermits);
        Assert.Null(limits.Process.GetStatistics(LimitsUnderTest.Caller()));
    }

    [Fact]
    public async Task It_is_a_limiter_of_the_framework()
    {
        await using var limits = New(shared: false);
        PartitionedRateLimiter<Caller> limiter = limits.Process;
        var caller = LimitsUnderTest.Concurrent(1);
        using (var lease = limiter.AttemptAcquire(caller))
        {
            Assert.True(lease.IsAcquired);
            Assert.Empty(lease.MetadataNames);
            Assert.False(lease.TryGetMetadata(MetadataName.RetryAfter.Name, out _));
            using var refused = await limiter.AcquireAsync(caller);
            Assert.False(refused.IsAcquired);
            Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out var wait));
            Assert.Equal(TimeSpan.FromSeconds(1), wait);
            Assert.True(refused.TryGetMetadata(MetadataName.ReasonPhrase, out var reason));
            Assert.StartsWith("The limit of 1 concurrent requests", reason, StringComparison.Ordinal);
        }

        using var next = await limiter.AcquireAsync(caller);
        Assert.True(next.IsAcquired);
        Assert.Throws<ArgumentOutOfRangeException>(() => limiter.AttemptAcquire(caller, 2));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Idle_scopes_are_forgotten_and_used_ones_are_not(bool shared)
    {
        var scopes = shared ? 50 : 1000;
        await using var limits = New(shared);
        using var running = await limits.TryAdmitAsync(LimitsUnderTest.Concurrent(1));
        for (var number = 0; number < scopes; number++)
            Assert.Equal(1, await limits.AdmittedOfAsync(1, LimitsUnderTest.Caller(LimitsUnderTest.Team(new(RequestsPerMinute: 1), $"team-{number}"))));
        Assert.Equal(scopes + 1, limits.Process.ScopeCount);
        await limits.PassAsync(TimeSpan.FromMinutes(4), TimeSpan.FromMilliseconds(500));
        Assert.Equal(scopes + 1, limits.Process.ScopeCount);
        await limits.PassAsync(TimeSpan.FromMinutes(4), TimeSpan.FromMilliseconds(500));
        Assert.Equal(1, limits.Process.ScopeCount);
        Assert.Null(await limits.TryAdmitAsync(LimitsUnderTest.Concurrent(1)));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_process_that_stops_leaves_no_timers(bool shared)
    {
        var limits = New(shared);
        (await limits.TryAdmitAsync(LimitsUnderTest.Requests(10)))!.Dispose();
        Assert.NotEqual(0, limits.Clock.ArmedTimers);
        await limits.DisposeAsync();
        Assert.Equal(0, limits.Clock.ArmedTimers);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_lets_requests_in_after_a_minute()
    {
        await using var limits = New(shared: false);
        var caller = LimitsUnderTest.Requests(3);
        Assert.Equal(3, await limits.AdmittedOfAsync(5, caller));
        limits.Clock.Advance(TimeSpan.FromHours(-2));
        Assert.Equal(0, await limits.AdmittedOfAsync(5, caller));
        limits.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(3, await limits.AdmittedOfAsync(5, caller));
    }

    [Fact]
    public async Task Without_limits_nothing_is_allocated()
    {
        await using var limits = New(shared: true);
        var caller = LimitsUnderTest.Caller();
        Assert.Equal(0, AllocatedBy(10_000, () =>
        {
            using var admission = Completed(limits.Process.AdmitAsync(caller, default));
            Completed(admission.ReserveTokensAsync(100, default));
            admission.SettleTokens(50);
            if (admission.Limits is not null)
                throw new InvalidOperationException();
        }));
    }

    [Fact]
    public async Task With_all_limits_of_four_scopes_one_small_object_is_allocated()
    {
        await using var limits = New(shared: false);
        var values = new LimitValues(LimitValues.Greatest, LimitValues.Greatest, LimitValues.Greatest);
        var caller = LimitsUnderTest.Caller(new(ScopeKind.Organization, "organization", values), LimitsUnderTest.Team(values), new(ScopeKind.User, "web/ada", values), new(ScopeKind.Key, "k", values));
        var each = AllocatedBy(1000, () =>
        {
            using var admission = Completed(limits.Process.AdmitAsync(caller, default));
            Completed(admission.ReserveTokensAsync(100, default));
            admission.SettleTokens(50);
        }) / 1000;
        Assert.InRange(each, 1, 200);
    }

    [Fact]
    public async Task Threads_share_limits()
    {
        await using var limits = New(shared: false);
        var caller = LimitsUnderTest.Caller(LimitsUnderTest.Team(new(5000, 1_000_000, 3)));
        var running = 0;
        var begun = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 20_000), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) =>
        {
            if (await limits.TryAdmitAsync(caller) is not { } admission)
                return;
            Assert.InRange(Interlocked.Increment(ref running), 1, 3);
            Interlocked.Increment(ref begun);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            admission.Dispose();
        });
        Assert.InRange(begun, 1, 5000);
        Assert.Equal(5000, begun + await limits.AdmittedOfAsync(6000, caller));
    }

    private static LimitsUnderTest New(bool shared) => new(shared ? new SharedStore() : null);

    private static T Completed<T>(ValueTask<T> task) => task.IsCompletedSuccessfully ? task.Result : throw new InvalidOperationException();

    private static void Completed(ValueTask task)
    {
        if (!task.IsCompletedSuccessfully)
            throw new InvalidOperationException();
    }

    private static long AllocatedBy(int times, Action action)
    {
        for (var number = 0; number < 200; number++)
            action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var number = 0; number < times; number++)
            action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
