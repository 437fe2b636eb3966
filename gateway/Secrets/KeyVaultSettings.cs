namespace Dragoman.Secrets;

/// <summary>The Azure Key Vault of <c>keyvault:</c> references.</summary>
/// <param name="Uri">Its address, https without a path.</param>
/// <param name="Refresh">How long a value is used before the vault is asked again.</param>
/// <param name="VerifiesChallenge">
/// Whether the vault's host must be below the domain for which it asks for tokens, as it is in Azure. Otherwise any server under the
/// address gets a token that other vaults accept too.
/// </param>
public sealed record KeyVaultSettings(Uri Uri, TimeSpan Refresh, bool VerifiesChallenge)
{
    public static readonly TimeSpan UsualRefresh = TimeSpan.FromHours(1);
}
