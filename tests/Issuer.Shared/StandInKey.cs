using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Dragoman.StandIn;

/// <summary>A key pair of the stand-in issuer: signs tokens, and shows its public half as issuers do.</summary>
public sealed class StandInKey
{
    private readonly RSA? rsa;
    private readonly ECDsa? curve;

    private StandInKey(string? id, RSA? rsa, ECDsa? curve)
    {
        Id = id;
        this.rsa = rsa;
        this.curve = curve;
    }

    /// <summary>The <c>kid</c>; null for a key without one.</summary>
    public string? Id { get; }

    /// <summary>The algorithm with which it signs when a test chooses none.</summary>
    public string Algorithm => curve?.KeySize switch
    {
        null => "RS256",
        521 => "ES512",
        var bits => $"ES{bits}",
    };

    public static StandInKey OfRsa(string? id, int bits = 2048) => new(id, RSA.Create(bits), null);

    /// <param name="id">The <c>kid</c>.</param>
    /// <param name="bits">The size of the curve of NIST: 256, 384 or 521.</param>
    public static StandInKey OfCurve(string? id, int bits = 256)
    {
        var curve = bits switch
        {
            256 => ECCurve.NamedCurves.nistP256,
            384 => ECCurve.NamedCurves.nistP384,
            _ => ECCurve.NamedCurves.nistP521,
        };
        return new StandInKey(id, null, ECDsa.Create(curve));
    }

    /// <summary>The public half as PEM, with which a forger may try to sign (key confusion).</summary>
    public string PublicPem => rsa?.ExportSubjectPublicKeyInfoPem() ?? curve!.ExportSubjectPublicKeyInfoPem();

    /// <summary>The public half as JSON web key (RFC 7517).</summary>
    public JsonObject ToJwk()
    {
        var jwk = new JsonObject { ["use"] = "sig" };
        if (Id is not null)
            jwk["kid"] = Id;
        if (rsa is not null)
        {
            var parts = rsa.ExportParameters(includePrivateParameters: false);
            jwk["kty"] = "RSA";
            jwk["n"] = Base64Url.EncodeToString(parts.Modulus);
            jwk["e"] = Base64Url.EncodeToString(parts.Exponent);
        }
        else
        {
            var parts = curve!.ExportParameters(includePrivateParameters: false);
            jwk["kty"] = "EC";
            jwk["crv"] = $"P-{curve.KeySize}";
            jwk["x"] = Base64Url.EncodeToString(parts.Q.X);
            jwk["y"] = Base64Url.EncodeToString(parts.Q.Y);
        }

        return jwk;
    }

    /// <summary>A token of exactly this header and payload, which need not be valid or even JSON.</summary>
    public string Sign(string header, string payload, string? algorithm = null)
    {
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}";
        return $"{signed}.{Base64Url.EncodeToString(SignatureOf(Encoding.ASCII.GetBytes(signed), algorithm ?? Algorithm))}";
    }

    private byte[] SignatureOf(byte[] text, string algorithm)
    {
        var hash = new HashAlgorithmName("SHA" + algorithm[2..]);
        return rsa is null ? curve!.SignData(text, hash)
            : rsa.SignData(text, hash, algorithm.StartsWith("PS", StringComparison.Ordinal) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
    }
}
