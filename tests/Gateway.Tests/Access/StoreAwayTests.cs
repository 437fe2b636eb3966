using Dragoman.Access.Credentials;
using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>What callers see while the store does not answer.</summary>
public class StoreAwayTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task At_the_start_nobody_is_known_and_the_store_is_asked_again(bool serves)
    {
        await using var world = NewWorld(serves);
        await world.TeamAsync();
        var (text, _) = await world.KeyAsync();
        world.Store.IsAway = true;
        var error = await world.RefusedAsync(text);
        Assert.Equal((ErrorKind.Overloaded, "store_unavailable"), (error.Kind, error.Code));
        Assert.NotNull(error.RetryAfter);
        world.Store.IsAway = false;
        await PollAsync(world);
        Assert.Equal("web", (await world.CallAsync(text)).Team);
        Assert.Contains(world.Lines, line => line.StartsWith("Error the store does not answer", StringComparison.Ordinal));
        Assert.Contains(world.Lines, line => line.StartsWith("Warning the store answers again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Known_callers_are_served_for_the_stated_time_and_then_refused()
    {
        await using var world = NewWorld(serves: false);
        await world.TeamAsync();
        var (known, _) = await world.KeyAsync();
        var (unknown, _) = await world.KeyAsync();
        await world.CallAsync(known);
        world.Store.IsAway = true;
        for (var passed = TimeSpan.Zero; passed <= Grace - TimeSpan.FromSeconds(4); passed += TimeSpan.FromSeconds(4))
        {
            await world.CallAsync(known);
            Assert.Equal("store_unavailable", (await world.RefusedAsync(unknown)).Code);
            world.Clock.Advance(TimeSpan.FromSeconds(4));
        }

        world.Clock.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal("store_unavailable", (await world.RefusedAsync(known)).Code);
        world.Store.IsAway = false;
        await PollAsync(world);
        await world.CallAsync(known);
        await world.CallAsync(unknown);
    }

    [Fact]
    public async Task Known_callers_are_served_for_ever_if_the_operator_wants_it()
    {
        await using var world = NewWorld(serves: true);
        await world.TeamAsync();
        var (known, _) = await world.KeyAsync();
        await world.CallAsync(known);
        world.Store.IsAway = true;
        world.Clock.Advance(TimeSpan.FromDays(3));
        await world.CallAsync(known);
        Assert.Equal("store_unavailable", (await world.RefusedAsync(KeyText.Create())).Code);
    }

    [Fact]
    public async Task What_changed_while_the_store_was_away_is_seen_when_it_is_back()
    {
        await using var world = NewWorld(serves: true);
        await world.TeamAsync();
        var (known, key) = await world.KeyAsync();
        await world.CallAsync(known);
        await world.PutAsync(key with { RevokedAt = world.Clock.GetUtcNow() });
        world.Store.IsAway = true;
        world.Outdate();
        await world.CallAsync(known);
        world.Store.IsAway = false;
        await PollAsync(world);
        Assert.Contains("revoked", (await world.RefusedAsync(known)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_waits_for_a_store_that_hangs()
    {
        await using var world = NewWorld(serves: true);
        await world.TeamAsync();
        var (known, _) = await world.KeyAsync();
        await world.CallAsync(known);
        var hang = new TaskCompletionSource();
        world.Store.BeforePoll = () => hang.Task;
        world.Outdate();
        var waiting = world.CallAsync(known);
        world.Clock.Advance(TimeSpan.FromSeconds(2));
        await waiting;
        hang.SetResult();
    }

    private static AccessWorld NewWorld(bool serves) => new(change: settings => settings with { StoreAway = new StoreAwayPolicy(Grace, serves) });

    /// <summary>Lets the process ask the store again, and waits until it has the answer.</summary>
    private static async Task PollAsync(AccessWorld world)
    {
        var asked = new TaskCompletionSource();
        world.Store.BeforePoll = () =>
        {
            asked.TrySetResult();
            return Task.CompletedTask;
        };
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await asked.Task;
        while (!await world.Policy.IsFreshAsync())
            await Task.Yield();
    }
}
