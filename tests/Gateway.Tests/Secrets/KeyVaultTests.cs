using Azure;
using Azure.Identity;
using Dragoman.Identity;
using Dragoman.Secrets;
using Dragoman.StandIn;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Secrets;

/// <summary>Secrets of the stand-in vault, read over its real wire protocol by the unmodified Azure client.</summary>
public sealed class KeyVaultTests
{
    [Fact]
    public async Task The_newest_version_is_read_after_the_challenge_and_never_at_the_start()
    {
        await using var world = await VaultUnderTest.StartAsync();
        world.Vault.Set("key", "old");
        world.Vault.Set("key", "new\n");
        var secret = world.Secret("key");
        Assert.Empty(world.Vault.Reads);
        Assert.Equal("new", await secret.GetAsync(CancellationToken.None));
        Assert.Equal("/secrets/key", Assert.Single(world.Vault.Reads));
        Assert.Equal(1, world.Vault.Challenges);
    }

    [Fact]
    public async Task A_named_version_is_read_once_for_good()
    {
        await using var world = await VaultUnderTest.StartAsync();
        var old = world.Vault.Set("key", "old");
        world.Vault.Set("key", "new");
        var secret = world.Secret($"key/{old.Version}");
        Assert.Equal("old", await secret.GetAsync(CancellationToken.None));
        world.Clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal("old", await secret.GetAsync(CancellationToken.None));
        Assert.Null(await secret.GetOtherAsync("old", CancellationToken.None));
        Assert.Equal($"/secrets/key/{old.Version}", Assert.Single(world.Vault.Reads));
    }

    [Fact]
    public async Task A_new_version_is_read_when_the_old_one_was_refused()
    {
        await using var world = await VaultUnderTest.StartAsync();
        world.Vault.Set("key", "old");
        var secret = world.Secret("key");
        await secret.GetAsync(CancellationToken.None);
        world.Vault.Set("key", "new");
        Assert.Equal("new", await secret.GetOtherAsync("old", CancellationToken.None));
        Assert.Equal(2, world.Vault.Reads.Count);
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("expired")]
    [InlineData("not yet valid")]
    public async Task A_version_that_cannot_be_used_leaves_the_newest_that_can(string fault)
    {
        await using var world = await VaultUnderTest.StartAsync();
        world.Vault.Set("key", "oldest");
        world.Clock.Advance(TimeSpan.FromDays(1));
        world.Vault.Set("key", "good");
        world.Clock.Advance(TimeSpan.FromDays(1));
        Break(world, world.Vault.Set("key", "other"), "disabled");
        Break(world, world.Vault.Set("key", "newest"), fault);
        Assert.Equal("good", await world.ValueAsync("key"));
        // Two pages of the list.
        Assert.Equal(2, world.Vault.Reads.Count(path => path == "/secrets/key/versions"));
    }

    [Theory]
    [InlineData("disabled", SecretFault.Disabled, "is disabled; enable it, or add a new version")]
    [InlineData("expired", SecretFault.Expired, "has expired; add a new version, or set a later expiration date")]
    [InlineData("not yet valid", SecretFault.NotYetValid, "is not yet valid; change its activation date, or wait for it")]
    public async Task Disabled_expired_and_not_yet_valid_versions_are_told_apart(string fault, SecretFault expected, string message)
    {
        await using var world = await VaultUnderTest.StartAsync();
        var secret = world.Vault.Set("key", "sentinel-value");
        Break(world, secret, fault);
        foreach (var reference in (string[])["key", $"key/{secret.Version}"])
        {
            var error = await world.FailureAsync(reference);
            Assert.Equal((expected, $"keyvault:{reference} in the vault 127.0.0.1 {message}"), (error.Fault, error.Message));
        }

        world.Vault.Instead = http => http.Request.Path.Value!.EndsWith("versions", StringComparison.Ordinal) ? StandInVault.FailAsync(http, 403, "Forbidden", "ForbiddenByRbac") : Task.FromResult(false);
        world.Clock.Advance(TimeSpan.FromHours(1));
        var unlisted = await world.FailureAsync("key");
        Assert.Equal((expected, $"keyvault:key in the vault 127.0.0.1 {message} (the gateway's identity may not list older versions)"), (unlisted.Fault, unlisted.Message));
    }

    public static TheoryData<string, SecretFault, string> Failures => new()
    {
        { "404", SecretFault.Missing, "does not exist" },
        { "404 of another server", SecretFault.Malformed, "got an answer that is none of Azure Key Vault; check /keyVault/uri" },
        { "403", SecretFault.Forbidden, "cannot be read: the gateway's identity is not allowed to; give it the role Key Vault Secrets User for the vault or the secret" },
        { "firewall", SecretFault.Forbidden, "cannot be read: the vault's firewall does not let the gateway in" },
        { "401", SecretFault.Unauthenticated, "cannot be read: the vault does not accept the gateway's token; check that the identity belongs to the tenant of the vault" },
        { "429", SecretFault.Throttled, "cannot be read at the moment: the vault gets too many requests" },
        { "500", SecretFault.Failed, "cannot be read: the vault answered with the status 500" },
        { "rubbish", SecretFault.Malformed, "got an answer that is none of Azure Key Vault; check /keyVault/uri" },
        { "html", SecretFault.Malformed, "got an answer that is none of Azure Key Vault; check /keyVault/uri" },
        { "redirect", SecretFault.Redirected, "was answered with a redirect, which is not followed; check /keyVault/uri" },
        { "hang", SecretFault.TimedOut, "was not answered in time" },
        { "cut", SecretFault.Unreachable, "cannot be read: the vault cannot be reached; check its name, the network and its certificate" },
        { "no identity", SecretFault.NoIdentity, "cannot be read: the gateway has no identity for Microsoft Entra ID; give it a managed identity, or log in with Azure's tools" },
        { "identity none", SecretFault.NoIdentity, "cannot be read: the gateway has no identity for Microsoft Entra ID; give it a managed identity, or log in with Azure's tools" },
        { "identity refused", SecretFault.NoIdentity, "cannot be read: Microsoft Entra ID gives the gateway no token; check the tenant, the client id and the sign-in log" },
        { "identity slow", SecretFault.NoIdentity, "cannot be read: Microsoft Entra ID did not answer the gateway in time; check the network, and name the source of tokens in /identity/chain" },
        { "identity cut", SecretFault.NoIdentity, "cannot be read: Microsoft Entra ID cannot be reached by the gateway; check the network" },
        { "no token", SecretFault.NoIdentity, "cannot be read: Microsoft Entra ID gives the gateway no token; check the tenant, the client id and the sign-in log" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Each_failure_has_its_own_message(string failure, SecretFault fault, string message)
    {
        await using var world = await VaultUnderTest.StartAsync();
        world.Vault.Set("key", "sentinel-value");
        // So that the challenge is over.
        await world.ValueAsync("key");
        world.Vault.Set("other", "sentinel-value");
        using var end = new CancellationTokenSource();
        Fail(world, failure, end.Token);
        var error = await world.FailureAsync("other");
        await end.CancelAsync();
        Assert.Equal((fault, $"keyvault:other in the vault 127.0.0.1 {message}"), (error.Fault, error.Message));
        Assert.Contains(world.Log.Lines, line => line.Contains(message, StringComparison.Ordinal));
        Assert.DoesNotContain(world.Log.Lines, line => line.Contains("sentinel", StringComparison.Ordinal) || line.Contains(StandInVault.Token, StringComparison.Ordinal));
        // A value that is known stays in use, whatever fails.
        world.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal("sentinel-value", await world.ValueAsync("key"));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("sentinel\nvalue", "holds a line end, a control character or a character beyond ASCII")]
    [InlineData("sentinel\n\n", "holds a line end, a control character or a character beyond ASCII")]
    [InlineData("long", "is longer than 8192 characters")]
    public async Task A_value_that_could_not_stand_in_a_header_is_refused(string value, string message)
    {
        await using var world = await VaultUnderTest.StartAsync();
        world.Vault.Set("key", value == "long" ? new string('x', 25_000) : value);
        var error = await world.FailureAsync("key");
        Assert.Equal((SecretFault.Invalid, $"keyvault:key in the vault 127.0.0.1 {message}; allowed: 1 to 8192 visible ASCII characters, as the provider shows the key"), (error.Fault, error.Message));
    }

    [Fact]
    public async Task The_vault_must_be_in_the_domain_for_which_it_asks_for_tokens()
    {
        await using var world = await VaultUnderTest.StartAsync();
        world.Vault.Set("key", "value");
        var error = await world.FailureAsync("key", verifiesChallenge: true);
        Assert.Equal(SecretFault.Challenge, error.Fault);
        Assert.Empty(world.Vault.Reads);
    }

    [Fact]
    public async Task Throttling_passes_and_the_time_to_wait_is_respected()
    {
        await using var world = await VaultUnderTest.StartAsync();
        world.Vault.Set("key", "value");
        var times = new List<DateTimeOffset>();
        world.Vault.Instead = http =>
        {
            times.Add(world.Clock.GetUtcNow());
            return times.Count < 3 ? StandInVault.FailAsync(http, 429, "Throttled", retryAfter: "4") : Task.FromResult(false);
        };
        Assert.Equal("value", await world.ValueAsync("key"));
        Assert.Equal(3, times.Count);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.InRange((pair.Second - pair.First).TotalSeconds, 4, 6));
    }

    [Fact]
    public async Task A_vault_that_asks_for_a_long_wait_is_not_asked_before()
    {
        await using var world = await VaultUnderTest.StartAsync();
        world.Vault.Set("key", "value");
        world.Vault.Instead = http => StandInVault.FailAsync(http, 429, "Throttled", retryAfter: "60");
        Assert.Equal(TimeSpan.FromSeconds(60), (await world.FailureAsync("key")).RetryAfter);
        world.Clock.Advance(TimeSpan.FromSeconds(55));
        await world.FailureAsync("key");
        Assert.Single(world.Vault.Reads);
        world.Vault.Instead = null;
        world.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("value", await world.ValueAsync("key"));
    }

    private static void Break(VaultUnderTest world, StandInSecret secret, string fault)
    {
        switch (fault)
        {
            case "disabled":
                secret.IsEnabled = false;
                break;
            case "expired":
                secret.ExpiresOn = world.Clock.GetUtcNow() - TimeSpan.FromSeconds(1);
                break;
            default:
                secret.NotBefore = world.Clock.GetUtcNow() + TimeSpan.FromDays(100);
                break;
        }
    }

    private static void Fail(VaultUnderTest world, string failure, CancellationToken end)
    {
        switch (failure)
        {
            case "no identity":
                world.NoToken = new CredentialUnavailableException("none");
                world.Vault.Instead = ChallengeAsync;
                break;
            case "no token":
                world.NoToken = new AuthenticationFailedException("sentinel");
                world.Vault.Instead = ChallengeAsync;
                break;
            // As the tokens of the process fail, whose credential the gateway gives the client.
            case ['i', 'd', 'e', 'n', 't', 'i', 't', 'y', ' ', .. var kind]:
                Exception cause = kind switch { "slow" => new OperationCanceledException(), "cut" => new RequestFailedException("sentinel"), _ => new CredentialUnavailableException("sentinel") };
                world.NoToken = new EntraException(cause, [new("managed", "sentinel", "sentinel", kind == "none")]);
                world.Vault.Instead = ChallengeAsync;
                break;
            default:
                world.Vault.Instead = http => AnswerAsync(http, failure, end);
                break;
        }
    }

    /// <summary>Another tenant makes the client ask for a new token.</summary>
    private static Task<bool> ChallengeAsync(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer authorization=\"https://login.microsoftonline.com/99999999-2222-3333-4444-555555555555\", resource=\"https://vault.azure.net\"";
        return StandInVault.FailAsync(http, 401, "Unauthorized");
    }

    private static async Task<bool> AnswerAsync(HttpContext http, string failure, CancellationToken end)
    {
        switch (failure)
        {
            case "404":
                return await StandInVault.FailAsync(http, 404, "SecretNotFound");
            case "404 of another server":
                http.Response.StatusCode = 404;
                return true;
            case "403":
                return await StandInVault.FailAsync(http, 403, "Forbidden", "ForbiddenByRbac");
            case "firewall":
                return await StandInVault.FailAsync(http, 403, "Forbidden", "ForbiddenByFirewall");
            case "401":
                return await StandInVault.FailAsync(http, 401, "Unauthorized");
            case "429":
                return await StandInVault.FailAsync(http, 429, "Throttled");
            case "500":
                return await StandInVault.FailAsync(http, 500, "InternalServerError");
            case "rubbish":
                await http.Response.Body.WriteAsync("{\"value\":"u8.ToArray(), CancellationToken.None);
                return true;
            case "html":
                http.Response.ContentType = "text/html";
                await http.Response.Body.WriteAsync("<html>Welcome</html>"u8.ToArray(), CancellationToken.None);
                return true;
            case "redirect":
                http.Response.Redirect("https://elsewhere.example.com/");
                return true;
            case "cut":
                http.Abort();
                return true;
            default:
                await Task.Delay(Timeout.Infinite, CancellationTokenSource.CreateLinkedTokenSource(end, http.RequestAborted).Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return true;
        }
    }
}
