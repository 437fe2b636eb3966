using Dragoman.Access.Credentials;
using Dragoman.Access.Directory;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>What the client and the log are told of a credential that is refused.</summary>
public class CredentialRefusalTests
{
    [Theory]
    [InlineData("two words", "The credential contains a blank, a control character or a character beyond ASCII.", "a malformed credential")]
    [InlineData("sk-something-else", "The key or token is not valid.", "a text that is no key of this gateway")]
    [InlineData("ey-something-else", "The key or token is not valid.", "a text that is no key of this gateway")]
    [InlineData("some.thing.else", "The key or token is not valid.", "a text that is no key of this gateway")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.", "This gateway accepts no tokens, but only keys.", "a token, but only keys are accepted")]
    [InlineData(null, "This gateway needs a key: send it as \"Authorization: Bearer\", or in the header x-api-key, api-key or x-goog-api-key.", "no credential")]
    public async Task A_text_that_is_no_key(string? credential, string message, string reason)
    {
        await using var world = new AccessWorld();
        AssertRefused(world, await world.RefusedAsync(credential), ErrorKind.Unauthenticated, "invalid_api_key", message, reason);
    }

    [Fact]
    public async Task A_key_where_only_tokens_are_accepted()
    {
        await using var world = new AccessWorld(AccessMode.Jwt);
        var message = "This gateway accepts no keys, but only tokens of its issuer.";
        AssertRefused(world, await world.RefusedAsync(KeyText.Create()), ErrorKind.Unauthenticated, "invalid_api_key", message, "a key, but only tokens are accepted");
    }

    [Fact]
    public async Task A_key_that_has_ended()
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var now = world.Clock.GetUtcNow();
        var (expired, key) = await world.KeyAsync(change: key => key with { ExpiresAt = now });
        AssertRefused(world, await world.RefusedAsync(expired), ErrorKind.Unauthenticated, "invalid_api_key", "The key expired at 2026-01-02T03:04:05Z.", $"the expired key {key.Id}");
        var (revoked, other) = await world.KeyAsync(change: key => key with { RevokedAt = now.AddHours(1) });
        AssertRefused(world, await world.RefusedAsync(revoked), ErrorKind.Unauthenticated, "invalid_api_key", "The key was revoked at 2026-01-02T04:04:05Z.", $"the revoked key {other.Id}");
    }

    [Fact]
    public async Task A_key_of_nobody()
    {
        await using var world = new AccessWorld();
        var (text, _) = await world.KeyAsync(change: key => key with { User = "ann" });
        AssertRefused(world, await world.RefusedAsync(text), ErrorKind.Forbidden, null, "The team of this credential does not exist; an administrator can create it.", "the team web does not exist");
        await world.PutAsync(new Team("web", default) { IsDisabled = true });
        world.Outdate();
        AssertRefused(world, await world.RefusedAsync(text), ErrorKind.Forbidden, null, "The team of this credential is disabled; an administrator can enable it.", "the team web is disabled");
        await world.TeamAsync();
        await world.PutAsync(new User("web", "ann", default) { IsDisabled = true });
        world.Outdate();
        AssertRefused(world, await world.RefusedAsync(text), ErrorKind.Forbidden, null, "The user of this credential is disabled; an administrator can enable it.", "the user ann is disabled");
    }

    [Fact]
    public async Task Too_many_wrong_ones()
    {
        await using var world = new AccessWorld();
        for (var round = 0; round < WrongCredentials.Burst; round++)
            await world.RefusedAsync("wrong");
        var message = "Too many wrong credentials came from this address; one a second is looked at.";
        var error = await world.RefusedAsync("wrong");
        AssertRefused(world, error, ErrorKind.RateLimited, "too_many_wrong_credentials", message, "too many wrong credentials");
        Assert.Equal(WrongCredentials.Pause, error.RetryAfter);
    }

    [Fact]
    public async Task A_store_that_goes_away_between_two_reads()
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var (text, _) = await world.KeyAsync();
        var message = "The gateway cannot check the credential at the moment, because its store does not answer.";
        world.Store.AfterGet = static () => throw new StoreUnavailableException("It is away.");
        var error = await world.RefusedAsync(text);
        AssertRefused(world, error, ErrorKind.Overloaded, "store_unavailable", message, "It is away.");
        Assert.Equal(TimeSpan.FromSeconds(2), error.RetryAfter);
        world.Store.AfterGet = static () => throw new StoreSchemaException("store", 2);
        AssertRefused(world, await world.RefusedAsync(text), ErrorKind.Overloaded, "store_unavailable", message, new StoreSchemaException("store", 2).Message);
        world.Store.AfterGet = static () => throw new InvalidOperationException("A mistake of the gateway's own.");
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.CallAsync(text));
    }

    [Fact]
    public async Task A_store_that_is_away_for_too_long()
    {
        await using var world = new AccessWorld(change: settings => settings with { StoreAway = new StoreAwayPolicy(TimeSpan.FromSeconds(10), ServesAfterwards: false) });
        await world.TeamAsync();
        var (text, _) = await world.KeyAsync();
        await world.CallAsync(text);
        world.Store.IsAway = true;
        world.Clock.Advance(TimeSpan.FromSeconds(10));
        await world.CallAsync(text);
        world.Clock.Advance(TimeSpan.FromTicks(1));
        var error = await world.RefusedAsync(text);
        Assert.Equal((ErrorKind.Overloaded, "store_unavailable"), (error.Kind, error.Code));
        Assert.Equal("Warning refused r1 from 203.0.113.7: the store is away", world.Lines.Last());
    }

    [Fact]
    public async Task While_the_store_is_away_it_is_not_asked_for_unknown_keys()
    {
        await using var world = new AccessWorld(change: settings => settings with { StoreAway = new StoreAwayPolicy(TimeSpan.Zero, ServesAfterwards: true) });
        world.Store.IsAway = true;
        Assert.Equal("store_unavailable", (await world.RefusedAsync(KeyText.Create())).Code);
        Assert.Equal(0, world.Store.Gets);
    }

    [Fact]
    public async Task Wrong_secrets_for_a_known_key_slow_their_address()
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var (text, _) = await world.KeyAsync();
        await world.CallAsync(text);
        var guess = text[..^1] + (text[^1] == 'x' ? 'y' : 'x');
        for (var round = 0; round < WrongCredentials.Burst; round++)
            Assert.Equal(ErrorKind.Unauthenticated, (await world.RefusedAsync(guess)).Kind);
        Assert.Equal(ErrorKind.RateLimited, (await world.RefusedAsync(guess)).Kind);
    }

    [Fact]
    public async Task One_of_several_networks_without_keys_is_enough()
    {
        await using var world = new AccessWorld(change: settings => settings with
        {
            Keyless = new KeylessAccess("web", [System.Net.IPNetwork.Parse("10.0.0.0/8"), System.Net.IPNetwork.Parse("192.0.2.0/24")]),
        });
        await world.TeamAsync();
        Assert.Equal("web", (await world.CallAsync(null, "192.0.2.1")).Team);
    }

    [Fact]
    public async Task When_the_policy_ends_its_timers_end()
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var (text, _) = await world.KeyAsync();
        var others = world.Clock.ArmedTimers;
        var policy = world.NewPolicy(new AccessSettings(AccessMode.Keys, AllowsOpenNetwork: false));
        await AccessWorld.CallAsync(policy, text);
        Assert.Equal(others + 2, world.Clock.ArmedTimers);
        await policy.DisposeAsync();
        Assert.Equal(others, world.Clock.ArmedTimers);
    }

    private static void AssertRefused(AccessWorld world, GatewayError error, ErrorKind kind, string? code, string message, string reason)
    {
        Assert.Equal((kind, code, message), (error.Kind, error.Code, error.Message));
        Assert.Equal($"Warning refused r1 from 203.0.113.7: {reason}", world.Lines.Last());
    }
}
