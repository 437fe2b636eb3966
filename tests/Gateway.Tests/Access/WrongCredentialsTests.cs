using Dragoman.Access.Credentials;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>An address that keeps sending wrong credentials is slowed, and nobody else is.</summary>
public class WrongCredentialsTests
{
    [Fact]
    public async Task After_a_burst_the_address_is_refused_without_asking_the_store()
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var (known, _) = await world.KeyAsync();
        await world.CallAsync(known);
        var before = world.Store.Gets;
        var kinds = new List<ErrorKind>();
        for (var round = 0; round < 2000; round++)
            kinds.Add((await world.RefusedAsync(KeyText.Create())).Kind);
        Assert.All(kinds.Take(WrongCredentials.Burst), kind => Assert.Equal(ErrorKind.Unauthenticated, kind));
        // A token or two may come back meanwhile.
        Assert.InRange(kinds.Count(kind => kind == ErrorKind.RateLimited), 1900, 2000 - WrongCredentials.Burst);
        Assert.InRange(world.Store.Gets - before, WrongCredentials.Burst, 100);
        var slowed = await world.RefusedAsync("sk-anything");
        Assert.Equal((ErrorKind.RateLimited, "too_many_wrong_credentials", WrongCredentials.Pause), (slowed.Kind, slowed.Code, slowed.RetryAfter));
        // The administrator's key cannot be guessed faster than any other.
        Assert.Equal(ErrorKind.RateLimited, (await world.RefusedAsync(AccessWorld.AdminKey)).Kind);

        // A caller whom the process knows, and everybody else.
        await world.CallAsync(known);
        Assert.Equal(ErrorKind.Unauthenticated, (await world.RefusedAsync(KeyText.Create(), "203.0.113.8")).Kind);
        await world.CallAsync(AccessWorld.AdminKey, "203.0.113.9");
        var (fresh, _) = await world.KeyAsync();
        await world.CallAsync(fresh, "203.0.113.8");
    }

    [Fact]
    public async Task An_IPv6_network_is_one_address()
    {
        await using var world = new AccessWorld();
        for (var round = 0; round < WrongCredentials.Burst; round++)
            await world.RefusedAsync("wrong", $"2001:db8::{round + 1:x}");
        Assert.Equal(ErrorKind.RateLimited, (await world.RefusedAsync("wrong", "2001:db8::ffff")).Kind);
        Assert.Equal(ErrorKind.Unauthenticated, (await world.RefusedAsync("wrong", "2001:db8:0:1::1")).Kind);
    }

    [Fact]
    public async Task No_credential_and_malformed_ones_cost_nothing_and_are_not_counted()
    {
        await using var world = new AccessWorld();
        for (var round = 0; round < 100; round++)
        {
            Assert.Equal(ErrorKind.Unauthenticated, (await world.RefusedAsync(null)).Kind);
            Assert.Equal(ErrorKind.Unauthenticated, (await world.RefusedAsync("two words")).Kind);
        }
    }

    [Fact]
    public void When_it_ends_its_limiter_ends()
    {
        var address = System.Net.IPAddress.Loopback;
        var wrong = new WrongCredentials();
        wrong.Count(address);
        wrong.Dispose();
        Assert.Throws<ObjectDisposedException>(() => wrong.Count(address));
    }
}
