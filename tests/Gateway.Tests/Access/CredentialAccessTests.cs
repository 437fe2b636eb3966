using System.IO.Hashing;
using System.Text;
using Dragoman.Access.Credentials;
using Dragoman.Access.Directory;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Role = Dragoman.Access.Directory.Role;

namespace Dragoman.Gateway.Tests.Access;

public class CredentialAccessTests
{
    [Fact]
    public async Task A_key_admits_its_team()
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var (text, key) = await world.KeyAsync();
        var caller = await world.CallAsync(text);
        Assert.Equal(("web", key.Id, null), (caller.Team, caller.Key, caller.User));
        Assert.Empty(caller.Roles);
        Assert.Empty(caller.Scopes);
        Assert.Empty(caller.Allow);
        Assert.Same(caller, await world.CallAsync(text));
    }

    [Fact]
    public async Task A_caller_has_the_limits_rules_and_tags_of_every_scope()
    {
        await using var world = new AccessWorld();
        await world.PutAsync(new Organization { Limits = new LimitValues(RequestsPerMinute: 1000), Allow = new AllowRules(Models: ["*"]) });
        await world.PutAsync(new Team("web", default)
        {
            Limits = new LimitValues(TokensPerMinute: 500),
            UserLimits = new LimitValues(RequestsPerMinute: 5),
            Allow = new AllowRules(Endpoints: ["/v1/*"]),
            Tags = new Dictionary<string, string> { ["cost"] = "a", ["team"] = "t" },
        });
        await world.PutAsync(new User("web", "ann", default) { Limits = new LimitValues(RequestsPerMinute: 7), Roles = [Role.Lead, Role.Admin] });
        var (text, key) = await world.KeyAsync(change: key => key with
        {
            User = "ann",
            Limits = new LimitValues(ConcurrentRequests: 3),
            Allow = new AllowRules(Models: ["gpt-*"]),
            Tags = new Dictionary<string, string> { ["cost"] = "b" },
        });
        var caller = await world.CallAsync(text);
        Assert.Equal(
            [
                new LimitedScope(ScopeKind.Organization, "organization", new LimitValues(RequestsPerMinute: 1000)),
                new LimitedScope(ScopeKind.Team, "web", new LimitValues(TokensPerMinute: 500)),
                new LimitedScope(ScopeKind.User, "web/ann", new LimitValues(RequestsPerMinute: 7)),
                new LimitedScope(ScopeKind.Key, key.Id, new LimitValues(ConcurrentRequests: 3)),
            ],
            caller.Scopes);
        Assert.Equal(["organization", "team \"web\"", $"key {key.Id}"], caller.Allow.Select(allow => allow.Scope.ToString()));
        Assert.Equal("b t", $"{caller.Tags["cost"]} {caller.Tags["team"]}");
        Assert.Equal([Role.Lead], caller.Roles);
        Assert.Equal("ann", caller.User);
    }

    [Fact]
    public async Task A_user_without_limits_has_those_of_the_team_for_users()
    {
        await using var world = new AccessWorld();
        await world.PutAsync(new Team("web", default) { UserLimits = new LimitValues(RequestsPerMinute: 5) });
        await world.PutAsync(new User("web", "ann", default));
        foreach (var user in new[] { "ann", "not-stored" })
        {
            var (text, _) = await world.KeyAsync(change: key => key with { User = user });
            Assert.Equal([new LimitedScope(ScopeKind.User, $"web/{user}", new LimitValues(RequestsPerMinute: 5))], (await world.CallAsync(text)).Scopes);
        }
    }

    [Fact]
    public async Task No_credential_is_refused_with_the_places_for_one()
    {
        await using var world = new AccessWorld();
        var error = await world.RefusedAsync(null);
        Assert.Equal(ErrorKind.Unauthenticated, error.Kind);
        Assert.Contains("Authorization: Bearer", error.Message, StringComparison.Ordinal);
        Assert.Contains("x-api-key", error.Message, StringComparison.Ordinal);
        Assert.Contains("from 203.0.113.7: no credential", Assert.Single(world.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_client_is_not_told_which_wrong_key_exists_but_the_log_is()
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var (text, key) = await world.KeyAsync();
        var unknown = KeyText.Create();
        var mistyped = text[..^1] + (text[^1] == 'x' ? 'y' : 'x');
        // It has the id of the key, and a checksum that is right.
        var guessed = WithChecksum(text[..20] + new string('0', 18));
        var errors = new[] { await world.RefusedAsync(unknown), await world.RefusedAsync(mistyped), await world.RefusedAsync(guessed), await world.RefusedAsync("sk-something-else") };
        Assert.Single(errors.Distinct());
        Assert.Equal((ErrorKind.Unauthenticated, "invalid_api_key"), (errors[0].Kind, errors[0].Code));
        Assert.Collection(
            world.Lines,
            line => Assert.EndsWith("an unknown key", line, StringComparison.Ordinal),
            line => Assert.Contains("mistyped", line, StringComparison.Ordinal),
            line => Assert.EndsWith($"a wrong secret for key {key.Id}", line, StringComparison.Ordinal),
            line => Assert.EndsWith("no key of this gateway", line, StringComparison.Ordinal));
        Assert.All(new[] { unknown, mistyped, guessed, "sk-something-else" }, credential => Assert.DoesNotContain(world.Lines, line => line.Contains(credential, StringComparison.Ordinal)));
        Assert.All(errors, error => Assert.DoesNotContain(key.Id, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mistyped_key_is_not_looked_for_in_the_store()
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var (text, _) = await world.KeyAsync();
        await world.RefusedAsync(text[..^1] + (text[^1] == 'x' ? 'y' : 'x'));
        Assert.Equal(0, world.Store.Gets);
    }

    [Fact]
    public async Task An_expired_or_revoked_key_is_told_so_to_whoever_has_it()
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var (expiring, _) = await world.KeyAsync(change: key => key with { ExpiresAt = world.Clock.GetUtcNow().AddSeconds(10) });
        var (revoked, _) = await world.KeyAsync(change: key => key with { RevokedAt = world.Clock.GetUtcNow() });
        await world.CallAsync(expiring);
        world.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("The key expired at 2026-01-02T03:04:15Z.", (await world.RefusedAsync(expiring)).Message);
        Assert.Equal("The key was revoked at 2026-01-02T03:04:05Z.", (await world.RefusedAsync(revoked)).Message);
    }

    [Fact]
    public async Task A_key_without_its_team_or_with_a_disabled_one_is_refused()
    {
        await using var world = new AccessWorld();
        var (text, _) = await world.KeyAsync(change: key => key with { User = "ann" });
        Assert.Equal((ErrorKind.Forbidden, "The team of this credential does not exist; an administrator can create it."), Of(await world.RefusedAsync(text)));
        var team = await world.TeamAsync();
        world.Outdate();
        await world.CallAsync(text);
        await world.PutAsync(team with { IsDisabled = true });
        world.Outdate();
        Assert.Equal((ErrorKind.Forbidden, "The team of this credential is disabled; an administrator can enable it."), Of(await world.RefusedAsync(text)));
        await world.PutAsync(team);
        await world.PutAsync(new User("web", "ann", default) { IsDisabled = true });
        world.Outdate();
        Assert.Equal((ErrorKind.Forbidden, "The user of this credential is disabled; an administrator can enable it."), Of(await world.RefusedAsync(text)));

        static (ErrorKind, string) Of(GatewayError error) => (error.Kind, error.Message);
    }

    [Fact]
    public async Task Keys_are_refused_where_only_tokens_are_accepted()
    {
        await using var world = new AccessWorld(AccessMode.Jwt);
        await world.TeamAsync();
        var (text, _) = await world.KeyAsync();
        Assert.Contains("accepts no keys", (await world.RefusedAsync(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_are_refused_where_only_keys_are_accepted()
    {
        await using var world = new AccessWorld();
        Assert.Contains("accepts no tokens", (await world.RefusedAsync("eyJhbGciOiJub25lIn0.e30.")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AccessMode.Keys)]
    [InlineData(AccessMode.Jwt)]
    [InlineData(AccessMode.Both)]
    public async Task The_administrators_key_works_in_every_mode(AccessMode mode)
    {
        await using var world = new AccessWorld(mode);
        var caller = await world.CallAsync(AccessWorld.AdminKey);
        Assert.Null(caller.Team);
        Assert.Equal([Role.Admin], caller.Roles);
    }

    [Fact]
    public async Task Without_an_administrators_key_no_text_is_one()
    {
        await using var world = new AccessWorld(change: settings => settings with { AdminKey = null });
        Assert.Equal(ErrorKind.Unauthenticated, (await world.RefusedAsync(AccessWorld.AdminKey)).Kind);
    }

    [Fact]
    public async Task Clients_of_some_networks_need_no_key()
    {
        await using var world = new AccessWorld(change: settings => settings with { Keyless = new KeylessAccess("web", [System.Net.IPNetwork.Parse("10.0.0.0/8")]) });
        Assert.Equal(ErrorKind.Forbidden, (await world.RefusedAsync(null, "10.1.2.3")).Kind);
        await world.TeamAsync();
        world.Outdate();
        Assert.Equal("web", (await world.CallAsync(null, "10.1.2.3")).Team);
        Assert.Equal(ErrorKind.Unauthenticated, (await world.RefusedAsync(null, "11.1.2.3")).Kind);
        // A wrong key is wrong even where none is needed.
        Assert.Equal(ErrorKind.Unauthenticated, (await world.RefusedAsync("wrong", "10.1.2.3")).Kind);
    }

    [Fact]
    public async Task A_change_is_seen_within_three_seconds()
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var (text, key) = await world.KeyAsync();
        await world.CallAsync(text);
        await world.PutAsync(key with { RevokedAt = world.Clock.GetUtcNow() });
        world.Outdate();
        Assert.Contains("revoked", (await world.RefusedAsync(text)).Message, StringComparison.Ordinal);
        await world.PutAsync(key);
        world.Outdate();
        await world.CallAsync(text);
        await world.PutAsync(new Organization { Limits = new LimitValues(RequestsPerMinute: 9) });
        world.Outdate();
        Assert.Equal(9, Assert.Single((await world.CallAsync(text)).Scopes).Values.RequestsPerMinute);
    }

    [Fact]
    public async Task A_known_key_is_read_once_and_a_missing_one_is_remembered()
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var (text, _) = await world.KeyAsync();
        for (var round = 0; round < 10; round++)
            await world.CallAsync(text);
        // The key, its team and the organization.
        Assert.Equal(3, world.Store.Gets);
        var unknown = KeyText.Create();
        for (var round = 0; round < 10; round++)
            await world.RefusedAsync(unknown);
        Assert.Equal(4, world.Store.Gets);
    }

    [Fact]
    public async Task Many_first_requests_with_one_key_read_it_once()
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var (text, _) = await world.KeyAsync();
        var release = new TaskCompletionSource();
        world.Store.AfterGet = () => release.Task;
        var calls = Enumerable.Range(0, 200).Select(_ => world.CallAsync(text)).ToList();
        release.SetResult();
        Assert.All(await Task.WhenAll(calls), caller => Assert.Equal("web", caller.Team));
        Assert.Equal(3, world.Store.Gets);
    }

    [Fact]
    public async Task A_change_during_the_first_read_is_not_lost()
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var (text, key) = await world.KeyAsync();
        await world.RefusedAsync(KeyText.Create());
        var hasRead = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        world.Store.AfterGet = () =>
        {
            hasRead.TrySetResult();
            return goOn.Task;
        };
        var first = world.CallAsync(text);
        await hasRead.Task;
        // The key was read before it is revoked, and is remembered after the change was seen.
        await world.PutAsync(key with { RevokedAt = world.Clock.GetUtcNow() });
        world.Outdate();
        await world.RefusedAsync("dgm_" + new string('0', 40));
        goOn.SetResult();
        await Assert.ThrowsAsync<GatewayException>(() => first);
        await world.RefusedAsync(text);
    }

    [Fact]
    public async Task An_idle_process_does_not_ask_the_store()
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var (text, _) = await world.KeyAsync();
        await world.CallAsync(text);
        world.Clock.Advance(TimeSpan.FromSeconds(40));
        var polls = world.Store.Polls;
        for (var second = 0; second < 40; second++)
            world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(polls, world.Store.Polls);
        await world.CallAsync(text);
        Assert.Equal(polls + 1, world.Store.Polls);
    }

    [Theory]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("x-api-key", "")]
    [InlineData("api-key", "")]
    [InlineData("x-goog-api-key", "")]
    public async Task A_known_key_allocates_nothing(string header, string scheme)
    {
        await using var world = new AccessWorld();
        await world.TeamAsync();
        var (text, _) = await world.KeyAsync(change: key => key with { ExpiresAt = world.Clock.GetUtcNow().AddDays(1) });
        var http = AccessWorld.Request(null);
        http.Request.Headers[header] = scheme + text;
        await world.Policy.AuthenticateAsync(http, "r", CancellationToken.None);
        for (var round = 0; round < 100; round++)
            await world.Policy.AuthenticateAsync(http, "r", CancellationToken.None);
        // Nothing is waited for, so that the test stays on its thread.
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1000; round++)
            await world.Policy.AuthenticateAsync(http, "r", CancellationToken.None);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static string WithChecksum(string text)
    {
        const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        var rest = Crc32.HashToUInt32(Encoding.ASCII.GetBytes(text));
        var checksum = new char[6];
        for (var place = checksum.Length - 1; place >= 0; place--, rest /= 62)
            checksum[place] = Digits[(int)(rest % 62)];
        return text + new string(checksum);
    }
}
