using Dragoman.Locales;

namespace Dragoman.Access.Tokens;

/// <summary>Why a token is refused, for the log and for the client.</summary>
/// <param name="Fault">The kind of fault.</param>
/// <param name="Detail">What exactly was wrong, on one line, for the operator's log. It quotes neither the token nor its signature.</param>
public sealed record TokenRefusal(TokenFault Fault, string Detail)
{
    /// <summary>Whether the same token may be accepted in a moment: the answer is then 503 instead of 401.</summary>
    public bool IsTemporary => Fault == TokenFault.IssuerAway;

    /// <summary>A sentence for the client, which tells nothing about the configuration.</summary>
    public Wording Text => Fault switch
    {
        TokenFault.Malformed => AccessText.TokenMalformed,
        TokenFault.Encrypted => AccessText.TokenEncrypted,
        TokenFault.UnknownIssuer => AccessText.TokenUnknownIssuer,
        TokenFault.AlgorithmNotAllowed => AccessText.TokenAlgorithm,
        TokenFault.UnknownKey => AccessText.TokenUnknownKey,
        TokenFault.BadSignature => AccessText.TokenBadSignature,
        TokenFault.Expired => AccessText.TokenExpired,
        TokenFault.NotYetValid => AccessText.TokenNotYetValid,
        TokenFault.NoLifetime => AccessText.TokenNoLifetime,
        TokenFault.WrongAudience => AccessText.TokenWrongAudience,
        TokenFault.NoRule => AccessText.TokenNoRule,
        TokenFault.GroupOverage => AccessText.TokenGroupOverage,
        TokenFault.IssuerAway => AccessText.TokenIssuerAway,
        _ => AccessText.TokenRefused,
    };
}
