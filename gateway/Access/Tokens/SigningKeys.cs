using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Dragoman.Access.Tokens;

/// <summary>The keys that an issuer publishes (a JSON Web Key Set, RFC 7517), as far as they can sign tokens.</summary>
internal sealed class SigningKeys
{
    /// <summary>The most keys that are read of one issuer. Those of Entra ID publish fewer than ten.</summary>
    public const int Most = 100;

    /// <summary>The most keys that one token is tried with: each costs as much CPU as a request.</summary>
    public const int MostTried = 8;

    /// <summary>Bits of an RSA key: fewer can be broken (RFC 7518 section 3.3), more cost too much CPU.</summary>
    private const int LeastBits = 2048;

    private const int MostBits = 8192;

    private readonly SigningKey[] all;
    private readonly FrozenDictionary<string, SigningKey[]> byId;

    private SigningKeys(List<SigningKey> keys, int unusable)
    {
        all = [.. keys];
        byId = keys.Where(key => key.Key.KeyId is not null).GroupBy(key => key.Key.KeyId, StringComparer.Ordinal).ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        Unusable = unusable;
    }

    public int Count => all.Length;

    /// <summary>How many of the published keys cannot be used: of unknown types, too short, for encryption, or damaged.</summary>
    public int Unusable { get; }

    /// <summary>Whether there is a key of this <c>kid</c>, or any key for a token without one.</summary>
    public bool Know(string? keyId) => keyId is null ? all.Length > 0 : byId.ContainsKey(keyId);

    /// <summary>
    /// The keys to try: those of the <c>kid</c>, of which an issuer may publish several by mistake, or all for a token without
    /// <c>kid</c>; and only those that the algorithm is for.
    /// </summary>
    public List<SecurityKey> For(string? keyId, string algorithm)
    {
        var fitting = new List<SecurityKey>();
        foreach (var key in keyId is null ? all : byId.GetValueOrDefault(keyId, []))
        {
            if (fitting.Count < MostTried && key.Fits(algorithm))
                fitting.Add(key.Key);
        }

        return fitting;
    }

    /// <summary>Reads a key set. A key that cannot be used does not spoil the others.</summary>
    /// <exception cref="IssuerException">It is not a key set, or none of its keys can be used.</exception>
    public static SigningKeys Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = IssuerDocument.Parse(utf8, "the key set");
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array)
            throw new IssuerException("the key set has no list \"keys\"");
        var keys = new List<SigningKey>();
        var unusable = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (keys.Count < Most && Read(item) is { } key)
                keys.Add(key);
            else
                unusable++;
        }

        return keys.Count > 0 ? new SigningKeys(keys, unusable) : throw new IssuerException($"none of the {unusable} keys in the key set can be used");
    }

    /// <summary>Null when the key cannot be used.</summary>
    private static SigningKey? Read(JsonElement item)
    {
        try
        {
            var key = new JsonWebKey(item.GetRawText());
            var signs = key.Use is null or "" or JsonWebKeyUseNames.Sig && (key.KeyOps.Count == 0 || key.KeyOps.Contains("verify"));
            return !signs ? null : key.Kty switch
            {
                JsonWebAlgorithmsKeyTypes.RSA => OfRsa(key),
                JsonWebAlgorithmsKeyTypes.EllipticCurve => OfCurve(key),
                // A shared secret is no public key: whoever can read it can sign with it.
                _ => null,
            };
        }
        catch (Exception error) when (error is ArgumentException or FormatException or CryptographicException)
        {
            return null;
        }
    }

    private static SigningKey? OfRsa(JsonWebKey key)
    {
        if (key.N is null || key.E is null)
            return null;
        var parameters = new RSAParameters { Modulus = NumberOf(key.N), Exponent = NumberOf(key.E) };
        if (parameters.Modulus.Length is < LeastBits / 8 or > MostBits / 8 || parameters.Exponent.Length is 0 or > 8 || parameters.Exponent is [1])
            return null;
        using var checkedKey = RSA.Create(parameters);
        return new SigningKey(new RsaSecurityKey(parameters) { KeyId = key.Kid }, SigningKey.Rsa, NullIfEmpty(key.Alg));
    }

    /// <summary>A number without the zeros before it, which some issuers write. What is left of 0 is empty, and refused by its length.</summary>
    private static byte[] NumberOf(string base64Url) => Base64UrlEncoder.DecodeBytes(base64Url).AsSpan().TrimStart((byte)0).ToArray();

    private static SigningKey? OfCurve(JsonWebKey key)
    {
        if (key.X is null || key.Y is null)
            return null;
        var (curve, algorithm) = key.Crv switch
        {
            JsonWebKeyECTypes.P256 => (ECCurve.NamedCurves.nistP256, "ES256"),
            JsonWebKeyECTypes.P384 => (ECCurve.NamedCurves.nistP384, "ES384"),
            JsonWebKeyECTypes.P521 => (ECCurve.NamedCurves.nistP521, "ES512"),
            _ => (default, ""),
        };
        if (algorithm.Length == 0)
            return null;
        var point = new ECPoint { X = Base64UrlEncoder.DecodeBytes(key.X), Y = Base64UrlEncoder.DecodeBytes(key.Y) };
        // A point that is not on the curve is refused here, and not with the first token.
        using var checkedKey = ECDsa.Create(new ECParameters { Curve = curve, Q = point });
        var onlyPublic = new JsonWebKey { Kty = key.Kty, Crv = key.Crv, X = key.X, Y = key.Y, KeyId = key.Kid };
        return new SigningKey(onlyPublic, algorithm, NullIfEmpty(key.Alg));
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
