namespace Dragoman.Secrets;

/// <summary>Where a secret is kept.</summary>
public enum SecretSource
{
    /// <summary>In the configuration itself.</summary>
    Literal,

    Variable,

    File,

    KeyVault,
}
