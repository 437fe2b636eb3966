namespace Dragoman.Secrets;

/// <summary>Is told when a vault has a new version of a secret.</summary>
public interface IVaultListener
{
    /// <param name="vaultHost">The host name of the vault, such as <c>name.vault.azure.net</c>.</param>
    /// <param name="secretName">The name of the secret.</param>
    void OnNewVersion(string vaultHost, string secretName);
}
