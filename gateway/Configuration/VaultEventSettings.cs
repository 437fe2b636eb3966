using Dragoman.Secrets;

namespace Dragoman.Configuration;

/// <summary>Whose events about secrets are accepted.</summary>
/// <param name="VaultHost">The host name of the vault whose secrets are used, such as <c>name.vault.azure.net</c>.</param>
/// <param name="Key">The key that the sender presents; null when only tokens of an issuer are accepted. Never logged.</param>
public sealed record VaultEventSettings(string VaultHost, SecretReference? Key)
{
    /// <summary>Characters: nobody must be able to guess it.</summary>
    public const int ShortestKey = 16;

    /// <summary>The vault's name, which is the first label of its host name.</summary>
    public string VaultName => VaultHost.Split('.', 2)[0];

    /// <summary>Leaves out the key, so that it cannot end up in a log.</summary>
    public override string ToString() => VaultHost;
}
