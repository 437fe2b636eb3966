namespace Dragoman.Access.Tokens;

/// <summary>Why a token is refused.</summary>
public enum TokenFault
{
    /// <summary>It is not a signed JSON web token, or one of a form that is not accepted.</summary>
    Malformed,

    /// <summary>It is encrypted: it has five parts (RFC 7516).</summary>
    Encrypted,

    /// <summary>No issuer of this <c>iss</c> is configured.</summary>
    UnknownIssuer,

    /// <summary>Its <c>alg</c> is not allowed, or does not fit the key that its <c>kid</c> names.</summary>
    AlgorithmNotAllowed,

    /// <summary>The issuer publishes no key of its <c>kid</c>.</summary>
    UnknownKey,

    /// <summary>The signature is not one of the issuer's key over this header and payload.</summary>
    BadSignature,

    /// <summary>Its <c>exp</c> has passed.</summary>
    Expired,

    /// <summary>Its <c>nbf</c> has not come.</summary>
    NotYetValid,

    /// <summary>It has no <c>exp</c>, or times that contradict each other.</summary>
    NoLifetime,

    /// <summary>None of its <c>aud</c> is one of the issuer's audiences in the configuration.</summary>
    WrongAudience,

    /// <summary>It is valid, but no rule gives it a team.</summary>
    NoRule,

    /// <summary>It is valid, but names a place to ask for its groups instead of listing them, and a rule needs them.</summary>
    GroupOverage,

    /// <summary>It cannot be judged, because the issuer's keys cannot be read at the moment.</summary>
    IssuerAway,
}
