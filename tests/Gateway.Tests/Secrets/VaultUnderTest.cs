using Azure.Core;
using Azure.Core.Pipeline;
using Dragoman.Secrets;
using Dragoman.StandIn;

namespace Dragoman.Gateway.Tests.Secrets;

/// <summary>The stand-in vault, and a store of secrets that reads it with the unmodified Azure client.</summary>
internal sealed class VaultUnderTest : IAsyncDisposable
{
    private readonly HttpClient http;

    private VaultUnderTest(StandInVault vault, ManualTimeProvider clock)
    {
        (Vault, Clock) = (vault, clock);
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == vault.CertificateHash },
        });
        Store = new SecretStore(clock, () => new FixedCredential(this), new HttpClientTransport(http)) { Logger = Log };
    }

    public StandInVault Vault { get; }

    public ManualTimeProvider Clock { get; }

    public SecretStore Store { get; }

    public RecordedLog Log { get; } = new();

    /// <summary>Throws in place of giving a token; null to give it.</summary>
    public Exception? NoToken { get; set; }

    public static async Task<VaultUnderTest> StartAsync()
    {
        var clock = new ManualTimeProvider();
        return new VaultUnderTest(await StandInVault.StartAsync(clock), clock);
    }

    /// <summary>The secret of a reference such as <c>key</c> or <c>key/VERSION</c>.</summary>
    public LiveSecret Secret(string reference, bool verifiesChallenge = false) =>
        Store.Of(SecretReference.Read($"keyvault:{reference}", _ => null, new KeyVaultSettings(Vault.Address, TimeSpan.FromHours(1), verifiesChallenge)));

    /// <summary>The value of a secret, for which time may have to pass.</summary>
    public async Task<string> ValueAsync(string reference, bool verifiesChallenge = false)
    {
        var value = Secret(reference, verifiesChallenge).GetAsync(CancellationToken.None).AsTask();
        await Clock.PassUntilAsync(Task.WhenAny(value));
        return await value;
    }

    /// <summary>Why a secret is not available.</summary>
    public async Task<SecretException> FailureAsync(string reference, bool verifiesChallenge = false) =>
        await Assert.ThrowsAsync<SecretException>(() => ValueAsync(reference, verifiesChallenge));

    public async ValueTask DisposeAsync()
    {
        Store.Dispose();
        http.Dispose();
        await Vault.DisposeAsync();
    }

    private sealed class FixedCredential(VaultUnderTest owner) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            owner.NoToken is { } error ? throw error : new(StandInVault.Token, DateTimeOffset.UtcNow.AddHours(1));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
