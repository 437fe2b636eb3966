using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;

namespace Dragoman.Secrets;

/// <summary>
/// Reads secrets of an Azure Key Vault (https://learn.microsoft.com/rest/api/keyvault). The vault itself hands out versions that have
/// expired or are not yet valid, and refuses only disabled ones; none of them is used.
/// </summary>
internal sealed class KeyVault
{
    /// <summary>Limits one read, with all its tries.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>Versions that are looked at when the newest one cannot be used. A vault lists 25 in an answer.</summary>
    private const int MostVersions = 200;

    private const int MostTries = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    private readonly SecretClient client;
    private readonly string host;
    private readonly TimeProvider clock;

    /// <param name="settings">The vault.</param>
    /// <param name="credential">The identity of the gateway, which is created for the first call.</param>
    /// <param name="clock">The clock for waits, and for the times of versions.</param>
    /// <param name="transport">Sends the requests; null for the usual connections.</param>
    public KeyVault(KeyVaultSettings settings, Lazy<TokenCredential> credential, TimeProvider clock, HttpPipelineTransport? transport)
    {
        this.clock = clock;
        host = settings.Uri.Host;
        var options = new SecretClientOptions { DisableChallengeResourceVerification = !settings.VerifiesChallenge };
        // The tries are counted here, so that the time to wait that the vault asks for is known after the last one too.
        options.Retry.MaxRetries = 0;
        options.Diagnostics.IsTelemetryEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        if (transport is not null)
            options.Transport = transport;
        client = new SecretClient(settings.Uri, credential.Value, options);
    }

    /// <summary>The value of a secret: of its version, or of the newest version that is enabled and valid now.</summary>
    /// <exception cref="SecretException">There is no such value.</exception>
    public async Task<string> ReadAsync(SecretReference reference, CancellationToken cancellation)
    {
        var place = $"{reference} in the vault {host}";
        using var timer = new CancellationTokenSource(Longest, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        var began = clock.GetTimestamp();
        SecretException? newest;
        try
        {
            var secret = await CallAsync(place, began, () => client.GetSecretAsync(reference.Name, reference.Version, both.Token)).ConfigureAwait(false);
            newest = FaultOf(place, secret.Properties);
            if (newest is null)
                return SecretText.Check(WithoutLineEnd(secret.Value), place);
        }
        catch (SecretException error) when (error.Fault == SecretFault.Disabled)
        {
            newest = error;
        }

        if (reference.Version is not null)
            throw newest;
        var version = await FindValidAsync(reference, place, newest, began, both.Token).ConfigureAwait(false);
        var older = await CallAsync(place, began, () => client.GetSecretAsync(reference.Name, version, both.Token)).ConfigureAwait(false);
        return SecretText.Check(WithoutLineEnd(older.Value), place);
    }

    /// <summary>The newest version that can be used, if the identity may list versions.</summary>
    private async Task<string> FindValidAsync(SecretReference reference, string place, SecretException newest, long began, CancellationToken cancellation)
    {
        SecretProperties? found = null;
        try
        {
            found = await CallAsync(place, began, async () =>
            {
                SecretProperties? best = null;
                var looked = 0;
                await foreach (var properties in client.GetPropertiesOfSecretVersionsAsync(reference.Name, cancellation).ConfigureAwait(false))
                {
                    if (++looked > MostVersions)
                        break;
                    // A version for which the vault has no time counts as the oldest.
                    if (FaultOf(place, properties) is null && (best is null || (properties.CreatedOn ?? default) > (best.CreatedOn ?? default)))
                        best = properties;
                }

                return best;
            }).ConfigureAwait(false);
        }
        catch (SecretException error) when (error.Fault == SecretFault.Forbidden)
        {
            throw new SecretException($"{newest.Message} (the gateway's identity may not list older versions)", newest.Fault);
        }

        return found?.Version ?? throw newest;
    }

    private SecretException? FaultOf(string place, SecretProperties properties)
    {
        var now = clock.GetUtcNow();
        return properties switch
        {
            { Enabled: false } => new SecretException($"{place} is disabled; enable it, or add a new version", SecretFault.Disabled),
            { ExpiresOn: { } end } when end <= now => new SecretException($"{place} has expired; add a new version, or set a later expiration date", SecretFault.Expired),
            { NotBefore: { } start } when start > now => new SecretException($"{place} is not yet valid; change its activation date, or wait for it", SecretFault.NotYetValid),
            _ => null,
        };
    }

    /// <summary>A value that was stored from a file often has the line end of its editor.</summary>
    private static string WithoutLineEnd(string? value) =>
        value is null ? "" : value.EndsWith("\r\n", StringComparison.Ordinal) ? value[..^2] : value.EndsWith('\n') ? value[..^1] : value;

    private Task<KeyVaultSecret> CallAsync(string place, long began, Func<Task<Response<KeyVaultSecret>>> call) =>
        CallAsync(place, began, async () => (await call().ConfigureAwait(false)).Value);

    /// <summary>Makes a call, again after failures that pass, as long as there is time for it.</summary>
    private async Task<T> CallAsync<T>(string place, long began, Func<Task<T>> call)
    {
        for (var tries = 1; ; tries++)
        {
            SecretException failure;
            try
            {
                var answer = await call().ConfigureAwait(false);
                SecretMetrics.CountCall(null);
                return answer;
            }
            catch (Exception error)
            {
                failure = VaultFailure.Of(place, error, clock);
                SecretMetrics.CountCall(failure.Fault);
            }

            var pause = FirstPause * Math.Pow(2, tries - 1);
            pause = failure.RetryAfter is { } asked && asked > pause ? asked : pause;
            var passes = failure.Fault is SecretFault.Throttled or SecretFault.Failed or SecretFault.Unreachable;
            if (!passes || tries == MostTries || clock.GetElapsedTime(began) + pause >= Longest)
                throw failure;
            await Task.Delay(pause, clock, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
