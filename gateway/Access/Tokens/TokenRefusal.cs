namespace Dragoman.Access.Tokens;

/// <summary>Why a token is refused, for the log and for the client.</summary>
/// <param name="Fault">The kind of fault.</param>
/// <param name="Detail">What exactly was wrong, on one line, for the operator's log. It quotes neither the token nor its signature.</param>
public sealed record TokenRefusal(TokenFault Fault, string Detail)
{
    /// <summary>Whether the same token may be accepted in a moment: the answer is then 503 instead of 401.</summary>
    public bool IsTemporary => Fault == TokenFault.IssuerAway;

    /// <summary>A sentence for the client, which tells nothing about the configuration.</summary>
    public string Message => Fault switch
    {
        TokenFault.Malformed => "The token is not a well-formed signed JSON web token.",
        TokenFault.Encrypted => "The token is encrypted; send a signed access token.",
        TokenFault.UnknownIssuer => "The token's issuer is not accepted here.",
        TokenFault.AlgorithmNotAllowed => "The token's signature algorithm is not accepted here.",
        TokenFault.UnknownKey => "The token is signed with a key that its issuer does not publish.",
        TokenFault.BadSignature => "The token's signature is not valid.",
        TokenFault.Expired => "The token has expired; get a new one.",
        TokenFault.NotYetValid => "The token is not valid yet.",
        TokenFault.NoLifetime => "The token does not say when it expires, or expires before it is valid.",
        TokenFault.WrongAudience => "The token is meant for another service: its audience is not accepted here.",
        TokenFault.NoRule => "The token is valid, but gives no access here; ask your administrator for a team.",
        TokenFault.GroupOverage => "The token does not list your groups, because there are too many; ask your administrator.",
        TokenFault.IssuerAway => "The token cannot be checked at the moment, because its issuer cannot be reached; try again.",
        _ => "The token is not accepted.",
    };
}
