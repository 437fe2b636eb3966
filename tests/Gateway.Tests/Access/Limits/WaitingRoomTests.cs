using Dragoman.Access;
using Dragoman.Access.Directory;
using Dragoman.Access.Limits;
using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Access.Limits;

public sealed class WaitingRoomTests
{
    private static readonly LimitedScope Organization = new(ScopeKind.Organization, "organization", new(ConcurrentRequests: 1));

    private readonly WaitingRoomSettings settings = new(6, 4, TimeSpan.FromSeconds(30));

    [Fact]
    public async Task Requests_of_a_team_are_served_in_order_and_teams_in_turn()
    {
        await using var limits = new LimitsUnderTest(waiting: settings);
        var served = new List<string>();
        var running = await limits.Process.AdmitAsync(Of("a"), default);
        var waiting = new List<Task>();
        foreach (var name in (string[])["a1", "a2", "a3", "b1", "b2", "c1"])
            waiting.Add(WaitAsync(name));
        Assert.Equal(6, limits.Process.WaitingCount);
        for (var number = 1; number <= 6; number++)
        {
            running.Dispose();
            await WhenAsync(() => served.Count == number);
        }

        await Task.WhenAll(waiting);
        Assert.Equal(["a1", "b1", "c1", "a2", "b2", "a3"], served);
        Assert.Equal(0, limits.Process.WaitingCount);

        async Task WaitAsync(string name)
        {
            var admission = await limits.Process.AdmitAsync(Of(name[..1]), default);
            running = admission;
            served.Add(name);
        }
    }

    [Fact]
    public async Task A_new_request_does_not_overtake_those_who_wait()
    {
        await using var limits = new LimitsUnderTest(waiting: settings);
        var caller = LimitsUnderTest.Requests(1);
        using var running = await limits.Process.AdmitAsync(caller, default);
        limits.Clock.Advance(TimeSpan.FromSeconds(40));
        var first = limits.Process.AdmitAsync(caller, default).AsTask();
        Assert.Equal(1, limits.Process.WaitingCount);
        // The second would have to wait for the minute after the first.
        var error = await limits.RefusalOfAsync(caller);
        Assert.Contains("A request waits for at most 30 s.", error.Message, StringComparison.Ordinal);
        Assert.False(first.IsCompleted);
        limits.Clock.Advance(TimeSpan.FromSeconds(20.5));
        (await first).Dispose();
    }

    [Fact]
    public async Task A_full_room_refuses_and_says_so()
    {
        await using var limits = new LimitsUnderTest(waiting: settings);
        using var running = await limits.Process.AdmitAsync(Of("a"), default);
        using var leaving = new CancellationTokenSource();
        for (var number = 0; number < 4; number++)
            _ = limits.Process.AdmitAsync(Of("a"), leaving.Token).AsTask();
        Assert.EndsWith("The waiting room is full: all 4 places of a team are taken.", (await limits.RefusalOfAsync(Of("a"))).Message, StringComparison.Ordinal);
        for (var number = 0; number < 2; number++)
            _ = limits.Process.AdmitAsync(Of("b"), leaving.Token).AsTask();
        Assert.EndsWith("The waiting room is full: all of its 6 places are taken.", (await limits.RefusalOfAsync(Of("b"))).Message, StringComparison.Ordinal);
        await leaving.CancelAsync();
        Assert.Equal(0, limits.Process.WaitingCount);
    }

    [Fact]
    public async Task A_client_that_leaves_frees_its_place_and_takes_nothing()
    {
        await using var limits = new LimitsUnderTest(waiting: settings);
        var running = await limits.Process.AdmitAsync(Of("a"), default);
        using var leaving = new CancellationTokenSource();
        var left = limits.Process.AdmitAsync(Of("a"), leaving.Token).AsTask();
        var stays = limits.Process.AdmitAsync(Of("a"), default).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.Equal(1, limits.Process.WaitingCount);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => limits.Process.AdmitAsync(Of("a"), new(canceled: true)).AsTask());
        running.Dispose();
        using (await stays)
            Assert.Equal(0, limits.Process.WaitingCount);
        using var next = limits.Process.AttemptAcquire(Of("a"));
        Assert.True(next.IsAcquired);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_allowed()
    {
        await using var limits = new LimitsUnderTest(waiting: settings);
        using var running = await limits.Process.AdmitAsync(Of("a"), default);
        var waiting = limits.Process.AdmitAsync(Of("a"), default).AsTask();
        limits.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(waiting.IsCompleted);
        limits.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.EndsWith("It has waited for 30 s.", (await Assert.ThrowsAsync<GatewayException>(() => waiting.WaitAsync(TimeSpan.FromMinutes(1)))).Error.Message, StringComparison.Ordinal);
        Assert.Equal(0, limits.Process.WaitingCount);
    }

    [Fact]
    public async Task Who_cannot_be_served_in_time_is_refused_at_once()
    {
        await using var limits = new LimitsUnderTest(waiting: settings);
        Assert.Equal(3, await limits.AdmittedOfAsync(3, LimitsUnderTest.Requests(3)));
        Assert.EndsWith("A request waits for at most 30 s.", (await limits.RefusalOfAsync(LimitsUnderTest.Requests(3))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_can_be_served_at_the_end_of_the_time_may_wait()
    {
        await using var limits = new LimitsUnderTest(waiting: settings);
        Assert.Equal(1, await limits.AdmittedOfAsync(1, LimitsUnderTest.Requests(1)));
        limits.Clock.Advance(TimeSpan.FromSeconds(30.5));
        using var leaving = new CancellationTokenSource();
        _ = limits.Process.AdmitAsync(LimitsUnderTest.Requests(1), leaving.Token).AsTask();
        Assert.Equal(1, limits.Process.WaitingCount);
        await leaving.CancelAsync();
    }

    [Fact]
    public async Task Who_leaves_lets_in_those_who_need_less()
    {
        await using var limits = new LimitsUnderTest(waiting: settings);
        var caller = LimitsUnderTest.Tokens(100);
        using var first = await limits.Process.AdmitAsync(caller, default);
        using var second = await limits.Process.AdmitAsync(caller, default);
        using var third = await limits.Process.AdmitAsync(caller, default);
        await first.ReserveTokensAsync(80, default);
        limits.Clock.Advance(TimeSpan.FromSeconds(40));
        using var leaving = new CancellationTokenSource();
        var more = second.ReserveTokensAsync(50, leaving.Token).AsTask();
        var fewer = third.ReserveTokensAsync(10, default).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => more);
        await fewer;
    }

    [Fact]
    public async Task Time_lets_those_in_who_wait()
    {
        await using var limits = new LimitsUnderTest(waiting: settings);
        var caller = LimitsUnderTest.Requests(2);
        Assert.Equal(1, await limits.AdmittedOfAsync(1, caller));
        limits.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, await limits.AdmittedOfAsync(1, caller));
        limits.Clock.Advance(TimeSpan.FromSeconds(31));
        Task<Admission>[] waiting = [limits.Process.AdmitAsync(caller, default).AsTask(), limits.Process.AdmitAsync(caller, default).AsTask()];
        limits.Clock.Advance(TimeSpan.FromSeconds(19.5));
        await waiting[0];
        Assert.False(waiting[1].IsCompleted);
        limits.Clock.Advance(TimeSpan.FromSeconds(9.5));
        Assert.False(waiting[1].IsCompleted);
        limits.Clock.Advance(TimeSpan.FromSeconds(0.5));
        await waiting[1];
    }

    [Fact]
    public async Task Who_waits_for_a_limit_of_its_own_holds_nobody_up()
    {
        await using var limits = new LimitsUnderTest(waiting: settings);
        var team = LimitsUnderTest.Team(new(ConcurrentRequests: 2));
        var slow = LimitsUnderTest.Caller(team, new(ScopeKind.Key, "slow", new(ConcurrentRequests: 1)));
        var quick = LimitsUnderTest.Caller(team, new(ScopeKind.Key, "quick", new(ConcurrentRequests: 9)));
        var first = await limits.Process.AdmitAsync(slow, default);
        var held = limits.Process.AdmitAsync(slow, default).AsTask();
        var second = await limits.Process.AdmitAsync(quick, default);
        var next = limits.Process.AdmitAsync(quick, default).AsTask();
        Assert.Equal(2, limits.Process.WaitingCount);
        second.Dispose();
        using var served = await next;
        Assert.False(held.IsCompleted);
        first.Dispose();
        (await held).Dispose();
    }

    [Fact]
    public async Task Tokens_are_waited_for_too()
    {
        await using var limits = new LimitsUnderTest(waiting: settings);
        var caller = LimitsUnderTest.Tokens(100);
        using var first = await limits.Process.AdmitAsync(caller, default);
        using var second = await limits.Process.AdmitAsync(caller, default);
        await first.ReserveTokensAsync(80, default);
        limits.Clock.Advance(TimeSpan.FromSeconds(40));
        var waiting = second.ReserveTokensAsync(50, default).AsTask();
        Assert.Equal(1, limits.Process.WaitingCount);
        first.SettleTokens(30);
        await waiting;
        Assert.Equal(20, second.Limits!.Tokens!.Remaining);
    }

    [Fact]
    public async Task Tokens_are_not_taken_before_those_who_wait_for_more()
    {
        await using var limits = new LimitsUnderTest(waiting: settings);
        var caller = LimitsUnderTest.Tokens(100);
        using var first = await limits.Process.AdmitAsync(caller, default);
        using var second = await limits.Process.AdmitAsync(caller, default);
        using var third = await limits.Process.AdmitAsync(caller, default);
        await first.ReserveTokensAsync(80, default);
        limits.Clock.Advance(TimeSpan.FromSeconds(40));
        var more = second.ReserveTokensAsync(50, default).AsTask();
        var fewer = third.ReserveTokensAsync(10, default).AsTask();
        Assert.Equal((2, false), (limits.Process.WaitingCount, fewer.IsCompleted));
        // It would have to wait for a minute after those.
        Assert.EndsWith("A request waits for at most 30 s.", (await Assert.ThrowsAsync<GatewayException>(() => first.ReserveTokensAsync(60, default).AsTask())).Error.Message, StringComparison.Ordinal);
        limits.Clock.Advance(TimeSpan.FromSeconds(20.5));
        await more;
        await fewer;
        Assert.Equal(40, third.Limits!.Tokens!.Remaining);
    }

    [Fact]
    public async Task A_process_that_stops_refuses_those_who_wait()
    {
        var limits = new LimitsUnderTest(waiting: settings);
        using var running = await limits.Process.AdmitAsync(Of("a"), default);
        var waiting = limits.Process.AdmitAsync(Of("a"), default).AsTask();
        await limits.DisposeAsync();
        Assert.Equal(0, limits.Clock.ArmedTimers);
        Assert.EndsWith("The gateway stops.", (await Assert.ThrowsAsync<GatewayException>(() => waiting)).Error.Message, StringComparison.Ordinal);
    }

    /// <summary>What a process gives back is another's after a few seconds, and the one who waits there gets it.</summary>
    [Fact]
    public async Task Another_process_lets_in_who_waits()
    {
        await using var limits = new LimitsUnderTest(new SharedStore(), processes: 2, waiting: settings);
        var running = await limits.TryAdmitAsync(Of("a"), limits.Processes[0]);
        var waiting = limits.Processes[1].AdmitAsync(Of("b"), default).AsTask();
        await limits.PassAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(1, limits.Processes[1].WaitingCount);
        running!.Dispose();
        await limits.PassAsync(TimeSpan.FromSeconds(3));
        (await limits.DriveAsync(waiting)).Dispose();
    }

    /// <summary>Many who come and leave at all times leave nothing behind.</summary>
    [Fact]
    public async Task Nothing_is_lost_between_threads()
    {
        await using var limits = new LimitsUnderTest(waiting: new(1000, 1000, TimeSpan.FromSeconds(30)));
        var running = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 5000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (number, _) =>
        {
            using var leaving = new CancellationTokenSource();
            var waiting = limits.Process.AdmitAsync(Of($"{number % 7}"), leaving.Token).AsTask();
            if (number % 3 == 0)
                await leaving.CancelAsync();
            try
            {
                using var admission = await waiting;
                Assert.Equal(1, Interlocked.Increment(ref running));
                await Task.Yield();
                Interlocked.Decrement(ref running);
            }
            catch (OperationCanceledException)
            {
                // The client has left.
            }
        });
        Assert.Equal(0, limits.Process.WaitingCount);
        using var last = await limits.Process.AdmitAsync(Of("0"), default);
    }

    private static Caller Of(string team) => new() { Team = team, Scopes = [Organization] };

    private static async Task WhenAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Yield();
    }
}
