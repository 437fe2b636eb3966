namespace Dragoman.Secrets;

/// <summary>Why a secret is not available. docs/secrets.md says what to do about each.</summary>
public enum SecretFault
{
    /// <summary>The reference or the value cannot be used.</summary>
    Invalid,

    /// <summary>There is no such file, or the vault has no such secret.</summary>
    Missing,

    /// <summary>The version is disabled.</summary>
    Disabled,

    Expired,

    NotYetValid,

    /// <summary>The vault knows the gateway's identity and does not allow it to read the secret.</summary>
    Forbidden,

    /// <summary>The vault does not accept the gateway's token.</summary>
    Unauthenticated,

    /// <summary>The gateway has no identity, or Microsoft Entra ID gives it no token.</summary>
    NoIdentity,

    /// <summary>The vault was asked too often.</summary>
    Throttled,

    Unreachable,

    TimedOut,

    /// <summary>The address belongs to something that redirects.</summary>
    Redirected,

    /// <summary>The vault's host is not in the domain for which it asks for tokens.</summary>
    Challenge,

    /// <summary>The answer is not one of Key Vault.</summary>
    Malformed,

    /// <summary>The vault answered with another error.</summary>
    Failed,
}
