using System.Text.Json.Nodes;
using Dragoman.Access.Credentials;
using Dragoman.Access.Directory;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Access.Tokens;
using Dragoman.StandIn;
using Microsoft.AspNetCore.Http;
using Role = Dragoman.Access.Directory.Role;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>Callers with a token of an issuer.</summary>
public sealed class TokenAccessTests : IAsyncLifetime
{
    private static readonly ClaimRule[] Rules =
    [
        new([], VerifierUnderTest.Template("{team}"), VerifierUnderTest.Template("{oid}"), []),
    ];

    private VerifierUnderTest issuer = null!;
    private AccessWorld world = null!;

    public async Task InitializeAsync()
    {
        issuer = await VerifierUnderTest.StartAsync(settings => settings with { Rules = Rules });
        world = AccessWorld.Of(issuer);
        await world.TeamAsync();
    }

    public async Task DisposeAsync()
    {
        await world.DisposeAsync();
        await issuer.DisposeAsync();
    }

    [Fact]
    public async Task A_token_admits_its_team_and_user_with_their_limits()
    {
        await world.PutAsync(new Team("web", default) { UserLimits = new LimitValues(RequestsPerMinute: 5) });
        await world.PutAsync(new User("web", "ann", default) { Roles = [Role.Admin] });
        var caller = await world.CallAsync(Token("web", "ann"));
        Assert.Equal(("web", "ann", null), (caller.Team, caller.User, caller.Key));
        Assert.Equal([Role.Admin], caller.Roles);
        Assert.Equal([new LimitedScope(ScopeKind.User, "web/ann", new LimitValues(RequestsPerMinute: 5))], caller.Scopes);
    }

    [Fact]
    public async Task A_team_that_does_not_exist_or_is_disabled_admits_nobody()
    {
        var token = Token("shop", "ann");
        Assert.Equal(ErrorKind.Forbidden, (await world.RefusedAsync(token)).Kind);
        var team = await world.TeamAsync("shop");
        world.Outdate();
        await world.CallAsync(token);
        await world.PutAsync(team with { IsDisabled = true });
        world.Outdate();
        Assert.Equal(ErrorKind.Forbidden, (await world.RefusedAsync(token)).Kind);
    }

    [Fact]
    public async Task A_change_of_the_team_is_seen_by_known_tokens()
    {
        var token = Token("web", "ann");
        Assert.Empty((await world.CallAsync(token)).Scopes);
        await world.PutAsync(new Team("web", default) { Limits = new LimitValues(RequestsPerMinute: 5) });
        world.Outdate();
        Assert.Single((await world.CallAsync(token)).Scopes);
    }

    [Fact]
    public async Task Refusals_tell_the_client_what_is_wrong_and_the_log_more()
    {
        var expired = Token("web", "ann");
        world.Clock.Advance(TimeSpan.FromDays(1));
        var error = await world.RefusedAsync(expired);
        Assert.Equal((ErrorKind.Unauthenticated, "invalid_token", "The token has expired; get a new one."), (error.Kind, error.Code, error.Message));
        Assert.DoesNotContain(world.Lines, line => line.Contains(expired.Split('.')[1], StringComparison.Ordinal));
        Assert.Contains(world.Lines, line => line.Contains("from 203.0.113.7: a token: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_issuer_that_is_away_is_not_the_clients_fault()
    {
        issuer.Issuer.InsteadOfDiscovery = http => StandInIssuer.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, "{}");
        var error = await world.RefusedAsync(Token("web", "ann"));
        Assert.Equal((ErrorKind.Overloaded, "issuer_unavailable"), (error.Kind, error.Code));
        Assert.NotNull(error.RetryAfter);
    }

    [Fact]
    public async Task Forged_tokens_slow_their_address_and_old_ones_do_not()
    {
        var good = Token("web", "ann");
        await world.CallAsync(good);
        var forged = good[..good.LastIndexOf('.')] + ".AAAA";
        for (var round = 0; round < WrongCredentials.Burst; round++)
            Assert.Equal(ErrorKind.Unauthenticated, (await world.RefusedAsync(forged)).Kind);
        Assert.Equal(ErrorKind.RateLimited, (await world.RefusedAsync(forged)).Kind);
        // A token that the process knows, and another address.
        await world.CallAsync(good);
        await world.CallAsync(Token("web", "bob"), "203.0.113.8");

        var foreign = issuer.Issuer.Sign(("aud", "somebody-else"), ("team", "web"));
        for (var round = 0; round < 2 * WrongCredentials.Burst; round++)
            Assert.Equal("invalid_token", (await world.RefusedAsync(foreign, "203.0.113.9")).Code);
        world.Clock.Advance(TimeSpan.FromDays(1));
        for (var round = 0; round < 2 * WrongCredentials.Burst; round++)
            Assert.Equal("The token has expired; get a new one.", (await world.RefusedAsync(good, "203.0.113.10")).Message);
    }

    [Fact]
    public async Task A_token_without_a_team_administrates_and_nothing_else()
    {
        var admin = new ClaimRule([], null, null, ["admin"]);
        await using var other = await VerifierUnderTest.StartAsync(settings => settings with { Rules = [admin] });
        await using var administration = new AccessWorld(AccessMode.Jwt, tokens: other.Verifier, clock: other.Clock);
        var caller = await administration.CallAsync(other.Issuer.Sign());
        Assert.Null(caller.Team);
        Assert.Equal([Role.Admin], caller.Roles);
    }

    [Fact]
    public async Task A_known_token_allocates_nothing()
    {
        var http = AccessWorld.Request(Token("web", "ann", new string('x', 900)));
        await world.Policy.AuthenticateAsync(http, "r", CancellationToken.None);
        for (var round = 0; round < 100; round++)
            await world.Policy.AuthenticateAsync(http, "r", CancellationToken.None);
        // Nothing is waited for, so that the test stays on its thread.
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1000; round++)
            await world.Policy.AuthenticateAsync(http, "r", CancellationToken.None);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public async Task Keys_still_work_beside_tokens()
    {
        var (text, _) = await world.KeyAsync();
        Assert.Equal("web", (await world.CallAsync(text)).Team);
    }

    private string Token(string team, string user, string? rest = null) =>
        issuer.Issuer.Sign([("team", team), ("oid", user), .. rest is null ? Array.Empty<(string, JsonNode?)>() : [("rest", rest)]]);
}
