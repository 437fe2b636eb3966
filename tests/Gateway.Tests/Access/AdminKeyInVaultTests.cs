using Dragoman.Access;
using Dragoman.Access.Limits;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Secrets;
using Dragoman.Secrets;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>The administrator's key in a vault.</summary>
public sealed class AdminKeyInVaultTests : IAsyncDisposable
{
    private const string Old = "an-administrators-old-key";
    private const string New = "an-administrators-new-key";

    private readonly AccessWorld world = new();
    private readonly ScriptedReader reader;
    private readonly SecretStore secrets;
    private readonly CredentialAccess policy;

    public AdminKeyInVaultTests()
    {
        reader = new(world.Clock, Old);
        secrets = new(world.Clock, _ => reader);
        policy = new(
            new AccessSettings(AccessMode.Keys, AllowsOpenNetwork: false) { AdminKey = ScriptedReader.Reference("admin") },
            world.Store, null, new CallerLimits(world.Store, WaitingRoomSettings.None, world.Clock, world), null, world.Clock, world, secrets);
    }

    public async ValueTask DisposeAsync()
    {
        await policy.DisposeAsync();
        secrets.Dispose();
        await world.DisposeAsync();
    }

    [Fact]
    public async Task It_is_read_when_somebody_uses_it_and_a_replaced_one_counts_at_the_second_try()
    {
        Assert.Equal(0, reader.Reads);
        Assert.Null((await AccessWorld.CallAsync(policy, Old)).Team);
        reader.Answer = _ => Task.FromResult(New);
        Assert.Equal(ErrorKind.Unauthenticated, (await RefusedAsync(New)).Kind);
        while (await secrets.Of(ScriptedReader.Reference("admin")).GetAsync(CancellationToken.None) != New)
            await Task.Yield();
        Assert.Null((await AccessWorld.CallAsync(policy, New)).Team);
        Assert.Equal(ErrorKind.Unauthenticated, (await RefusedAsync(Old)).Kind);
    }

    [Fact]
    public async Task Without_it_nobody_is_the_administrator_and_the_log_says_why()
    {
        reader.Answer = _ => throw new SecretException("keyvault:admin in the vault name.vault.azure.net does not exist", SecretFault.Missing);
        var error = await RefusedAsync(Old);
        Assert.Equal((ErrorKind.Overloaded, "secret_unavailable"), (error.Kind, error.Code));
        Assert.DoesNotContain("vault", error.Message, StringComparison.Ordinal);
        Assert.Contains(world.Lines, line => line.Contains("keyvault:admin in the vault name.vault.azure.net does not exist", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_could_be_guessed_opens_nothing()
    {
        reader.Answer = _ => Task.FromResult("short");
        Assert.Equal("secret_unavailable", (await RefusedAsync("short")).Code);
    }

    private async Task<GatewayError> RefusedAsync(string text) => (await Assert.ThrowsAsync<GatewayException>(() => AccessWorld.CallAsync(policy, text))).Error;
}
