namespace Dragoman.Configuration;

/// <summary>An issuer of tokens (OpenID Connect) whose callers are let in, and what its tokens mean.</summary>
/// <param name="Issuer">The <c>iss</c> of its tokens, compared character by character.</param>
/// <param name="Audiences">The <c>aud</c> values of which a token must have at least one.</param>
/// <param name="Rules">What claims mean, in the order in which they are tried.</param>
public sealed record IssuerSettings(string Issuer, IReadOnlyList<string> Audiences, IReadOnlyList<ClaimRule> Rules)
{
    /// <summary>The path of the OpenID configuration below an issuer (OpenID Connect Discovery 1.0, section 4).</summary>
    public const string DiscoveryPath = "/.well-known/openid-configuration";

    public static readonly TimeSpan DefaultClockSkew = TimeSpan.FromMinutes(2);

    public static readonly TimeSpan MostClockSkew = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The algorithms that may be allowed. All sign with a private key: with a shared secret (HS256) everybody who can check a
    /// token can also make one.
    /// </summary>
    public static readonly IReadOnlyList<string> KnownAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    /// <summary>The URL of the issuer's OpenID configuration, which names the URL of its keys.</summary>
    public Uri Discovery { get; init; } = new(Issuer.TrimEnd('/') + DiscoveryPath);

    /// <summary>The signature algorithms that a token may have.</summary>
    public IReadOnlyList<string> Algorithms { get; init; } = KnownAlgorithms;

    /// <summary>How far the clocks of issuer and gateway may differ.</summary>
    public TimeSpan ClockSkew { get; init; } = DefaultClockSkew;
}
