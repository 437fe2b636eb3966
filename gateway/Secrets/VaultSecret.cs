namespace Dragoman.Secrets;

/// <summary>One secret of a key vault.</summary>
/// <param name="vault">The vault, which is created when it is asked for the first time.</param>
/// <param name="reference">The secret.</param>
internal sealed class VaultSecret(Lazy<KeyVault> vault, SecretReference reference) : ISecretReader
{
    public Task<string> ReadAsync(CancellationToken cancellation) => vault.Value.ReadAsync(reference, cancellation);
}
