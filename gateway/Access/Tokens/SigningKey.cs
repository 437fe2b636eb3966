using Microsoft.IdentityModel.Tokens;

namespace Dragoman.Access.Tokens;

/// <summary>A public key of an issuer.</summary>
/// <param name="Key">The key, for the library that checks signatures.</param>
/// <param name="Family">The algorithms of its type: <c>RS/PS</c>, or the one of its curve, such as <c>ES256</c>.</param>
/// <param name="Algorithm">The only algorithm that the issuer uses it with; null when it does not say.</param>
internal sealed record SigningKey(SecurityKey Key, string Family, string? Algorithm)
{
    /// <summary>The family of RSA keys.</summary>
    public const string Rsa = "RS/PS";

    /// <summary>Whether the key is for signatures of this algorithm (RFC 8725 section 3.1).</summary>
    public bool Fits(string algorithm) =>
        (Algorithm is null || Algorithm == algorithm)
        && (Family == algorithm || (Family == Rsa && (algorithm.StartsWith("RS", StringComparison.Ordinal) || algorithm.StartsWith("PS", StringComparison.Ordinal))));
}
