using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Secrets;

/// <summary>
/// The secrets of a process. It outlives the snapshots of the configuration, so that a new one does not ask the vault again for what
/// is known.
/// </summary>
public sealed class SecretStore : IVaultListener, IDisposable
{
    private readonly TimeProvider clock;
    private readonly Func<SecretReference, ISecretReader> readerOf;
    private readonly ConcurrentDictionary<SecretReference, Lazy<RotatingSecret>> secrets = new();
    private readonly ConcurrentDictionary<KeyVaultSettings, Lazy<KeyVault>> vaults = new();
    private readonly CancellationTokenSource stop = new();
    private volatile ILogger logger = NullLogger.Instance;

    /// <param name="clock">The source of all time values.</param>
    /// <param name="credential">Creates the credential for the vaults, when the first of them is asked; null for that of Azure's tools and hosts.</param>
    /// <param name="transport">Sends the requests to the vaults; null for the usual connections.</param>
    public SecretStore(TimeProvider clock, Func<TokenCredential>? credential = null, HttpPipelineTransport? transport = null)
    {
        this.clock = clock;
        var identity = new Lazy<TokenCredential>(credential ?? (() => new DefaultAzureCredential()));
        readerOf = reference => reference.Source == SecretSource.File
            ? new SettledFile(reference.Name, reference.Value!, clock)
            : new VaultSecret(vaults.GetOrAdd(reference.Vault!, settings => new(() => new KeyVault(settings, identity, clock, transport))), reference);
        SecretMetrics.Observe(this);
    }

    /// <param name="clock">The source of all time values.</param>
    /// <param name="readerOf">Reads the secrets.</param>
    internal SecretStore(TimeProvider clock, Func<SecretReference, ISecretReader> readerOf) => (this.clock, this.readerOf) = (clock, readerOf);

    /// <summary>Receives what happens to secrets. The process has it later than the configuration.</summary>
    public ILogger Logger
    {
        get => logger;
        set => logger = value;
    }

    /// <summary>The secret of a reference. Nothing is asked before its value is needed.</summary>
    public LiveSecret Of(SecretReference reference) =>
        reference.Value is { } value && !reference.MayChange
            ? new FixedSecret(value)
            : secrets.GetOrAdd(reference, static (key, store) => new(() => store.Create(key)), this).Value;

    public void OnNewVersion(string vaultHost, string secretName)
    {
        foreach (var secret in secrets.Values)
        {
            var reference = secret.Value.Reference;
            if (reference is { Vault: { } vault, Version: null }
                && string.Equals(vault.Uri.Host, vaultHost, StringComparison.OrdinalIgnoreCase)
                && string.Equals(reference.Name, secretName, StringComparison.OrdinalIgnoreCase))
            {
                secret.Value.MarkStale();
            }
        }
    }

    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
    }

    /// <summary>The ages of the values that are in use, in seconds.</summary>
    internal IEnumerable<Measurement<double>> Ages()
    {
        foreach (var secret in secrets.Values)
        {
            if (secret.Value is { IsInUse: true, Age: { } age })
                yield return new(age.TotalSeconds, new KeyValuePair<string, object?>("dragoman.secret", secret.Value.Reference.ToString()));
        }
    }

    private RotatingSecret Create(SecretReference reference)
    {
        var pace = reference.Vault is { } vault ? SecretPace.OfVault(vault.Refresh) : SecretPace.OfFile;
        return new RotatingSecret(reference, readerOf(reference), pace, clock, () => logger, stop.Token);
    }
}
