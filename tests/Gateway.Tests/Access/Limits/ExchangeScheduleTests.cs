using Dragoman.Access.Directory;
using Dragoman.Access.Limits;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Gateway.Tests.Access.Limits;

/// <summary>When scopes exchange without being asked, and how many at the same time.</summary>
public sealed class ExchangeScheduleTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    private readonly ManualTimeProvider clock = new();
    private readonly SharedStore store = new();
    private readonly ScopeExchange exchange;
    private readonly ExchangeSchedule schedule;

    public ExchangeScheduleTests()
    {
        exchange = new(store, clock, NullLogger.Instance);
        schedule = new(exchange, clock);
    }

    private Moment Now => new(clock.GetUtcNow().UtcTicks);

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        schedule.Dispose();
        Assert.Equal(0, clock.ArmedTimers);
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_scope_has_its_turn_when_it_is_due()
    {
        var scope = Scope(0);
        schedule.Add(scope, Now.Plus(2 * Tick));
        clock.Advance(Tick);
        Assert.Equal(0, exchange.Running);
        Assert.NotEqual(long.MaxValue, scope.ScheduledFor);
        clock.Advance(Tick);
        Assert.Equal(long.MaxValue, scope.ScheduledFor);
        await EndAsync();
        Assert.Equal(1, store.Reads);
    }

    [Fact]
    public async Task The_sooner_turn_counts_and_is_the_only_one()
    {
        var scope = Scope(0);
        schedule.Add(scope, Now.Plus(10 * Tick));
        schedule.Add(scope, Now.Plus(Tick));
        schedule.Add(scope, Now.Plus(5 * Tick));
        for (var tick = 0; tick < 12; tick++)
        {
            clock.Advance(Tick);
            await EndAsync();
            Assert.Equal(1, store.Reads);
        }
    }

    /// <summary>Those who come all the time do not put off the others.</summary>
    [Fact]
    public async Task More_scopes_delay_nobody()
    {
        for (var number = 0; number < 5; number++)
        {
            schedule.Add(Scope(number), Now);
            clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        await EndAsync();
        Assert.InRange(store.Reads, 2, 5);
    }

    [Fact]
    public async Task A_forgotten_scope_is_left_out()
    {
        var scope = Scope(0);
        schedule.Add(scope, Now);
        Assert.True(scope.TryForget(Now));
        clock.Advance(Tick);
        await EndAsync();
        Assert.Equal(0, store.Reads);
    }

    /// <summary>The next begin as soon as others have ended, and not with the clock.</summary>
    [Fact]
    public async Task Only_some_exchange_at_the_same_time()
    {
        var hold = store.Hold = new();
        for (var number = 0; number < 40; number++)
            schedule.Add(Scope(number), Now);
        clock.Advance(Tick);
        Assert.Equal(16, exchange.Running);
        clock.Advance(Tick);
        Assert.Equal(16, exchange.Running);
        store.Hold = null;
        hold.SetResult();
        while (store.Reads < 40)
            await Task.Yield();
        await EndAsync();
        Assert.Equal(40, store.Reads);
    }

    /// <summary>It is asked for one scope at a time, and not at once for the next.</summary>
    [Fact]
    public async Task A_store_that_is_away_is_not_asked_for_everything()
    {
        store.IsAway = true;
        await Scope(99).Exchange();
        await EndAsync();
        Assert.True(exchange.IsAway);
        for (var number = 0; number < 40; number++)
            schedule.Add(Scope(number), Now);
        for (var tick = 1; tick <= 3; tick++)
        {
            clock.Advance(Tick);
            await EndAsync();
            Assert.Equal(1 + tick, store.Reads);
        }
    }

    private ScopeLimits Scope(int number) => new(ScopeKind.Key, $"{number}", exchange);

    /// <summary>Lets the exchanges end, and the schedule count it.</summary>
    private async Task EndAsync()
    {
        while (exchange.Running > 0 || schedule.Running > 0)
            await Task.Yield();
    }
}
