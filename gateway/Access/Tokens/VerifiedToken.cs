using System.Diagnostics.CodeAnalysis;
using Dragoman.Access.Directory;

namespace Dragoman.Access.Tokens;

/// <summary>The result of checking a token. While it is cached, the same token gets the same object.</summary>
public sealed class VerifiedToken
{
    internal VerifiedToken(TokenIdentity identity) => Identity = identity;

    internal VerifiedToken(TokenRefusal refusal) => Refusal = refusal;

    /// <summary>Who the token is for; null when it is refused.</summary>
    public TokenIdentity? Identity { get; }

    /// <summary>Why the token is refused; null when it is accepted.</summary>
    public TokenRefusal? Refusal { get; }

    /// <summary>The caller that the access policy made of the identity. It is kept here, so that a request with a known token allocates nothing.</summary>
    internal Made? Made { get; set; }

    [MemberNotNullWhen(true, nameof(Identity))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsAccepted => Identity is not null;
}
