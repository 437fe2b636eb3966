using System.Runtime.CompilerServices;
using Dragoman.Configuration;
using Dragoman.Pipeline;
using Dragoman.Secrets;

namespace Dragoman.Diagnosis;

/// <summary>Reads each secret that is in a vault. Those of variables and files were read with the configuration.</summary>
internal sealed class SecretExamination(GatewaySnapshot snapshot, DoctorOptions options)
{
    private const string Subject = "secrets";

    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var references = ReferencesOf(snapshot.Configuration).Where(each => each.Secret?.Vault is not null).ToList();
        if (references.Count == 0)
            yield return new(Subject, "vault", FindingState.Skipped, "no secret is in a vault");
        // All at once: a vault that hangs takes its time only once.
        foreach (var reading in references.Select(each => ReadAsync(each.Pointer, each.Secret!, cancellation)).ToList())
            yield return await reading.ConfigureAwait(false);
    }

    /// <summary>The vaults in which secrets are.</summary>
    public static IEnumerable<KeyVaultSettings> VaultsOf(GatewayConfiguration configuration) =>
        ReferencesOf(configuration).Select(static each => each.Secret?.Vault).OfType<KeyVaultSettings>().Distinct();

    private static IEnumerable<(string Pointer, SecretReference? Secret)> ReferencesOf(GatewayConfiguration configuration) =>
    [
        ("/store/connection", configuration.StoreConnection),
        ("/access/adminKey", configuration.Access.AdminKey),
        ("/access/stateKey", configuration.Access.StateKey),
        ("/access/frontKey", configuration.Access.FrontKey),
        ("/access/earlierFrontKey", configuration.Access.EarlierFrontKey),
        ("/keyVault/eventsKey", configuration.VaultEvents?.Key),
        ("/budgets/webhook/secret", configuration.Budgets.Webhook?.Secret),
        .. configuration.Providers.Select(provider => ($"/providers/{ConfigurationText.Escape(provider.Name)}/apiKey", provider.ApiKey)),
    ];

    private async Task<Finding> ReadAsync(string pointer, SecretReference secret, CancellationToken cancellation)
    {
        try
        {
            await Patience.RunAsync(options.Patience, ending => snapshot.Secrets.Of(secret).GetAsync(ending).AsTask(), cancellation).ConfigureAwait(false);
            return new(Subject, pointer, FindingState.Good, $"{secret} in the vault {secret.Vault!.Uri.Host} was read");
        }
        catch (TimeoutException error)
        {
            return new(Subject, pointer, FindingState.Failed, $"{secret}: {error.Message}", AdviceOn(SecretFault.Unreachable));
        }
        catch (SecretException error)
        {
            return new(Subject, pointer, FindingState.Failed, error.Message, AdviceOn(error.Fault));
        }
    }

    private static string AdviceOn(SecretFault fault) => fault switch
    {
        SecretFault.Missing => "create the secret in the vault, or correct the name in the configuration",
        SecretFault.Forbidden => "give the gateway's identity the role Key Vault Secrets User in this vault",
        SecretFault.NoIdentity or SecretFault.Unauthenticated => "make a source of tokens work, see identity above and docs/identity.md",
        SecretFault.Unreachable or SecretFault.TimedOut => "check /keyVault/uri, and that the network of this machine reaches the vault",
        SecretFault.Throttled => "wait: the vault is asked too often, perhaps by others",
        _ => "docs/secrets.md says what each message means",
    };
}
