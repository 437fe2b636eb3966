using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Dragoman.Startup;

namespace Dragoman.Access.Tokens;

/// <summary>
/// Header and payload of a token whose signature is not checked yet. They say which issuer and key to check it with. Everything
/// else about the signature in the header (<c>jku</c>, <c>x5u</c>, <c>jwk</c>, <c>x5c</c>) is ignored: a token cannot bring its key.
/// </summary>
internal sealed class UnverifiedToken : IDisposable
{
    /// <summary>The longest token in characters. Headers of HTTP are seldom allowed to be longer.</summary>
    public const int Longest = 16 * 1024;

    private static readonly SearchValues<char> Base64UrlOrDot = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly JsonDocument payload;

    private UnverifiedToken(string algorithm, string? keyId, string issuer, JsonDocument payload)
    {
        Algorithm = algorithm;
        KeyId = keyId;
        Issuer = issuer;
        this.payload = payload;
    }

    public string Algorithm { get; }

    public string? KeyId { get; }

    public string Issuer { get; }

    public JsonElement Claims => payload.RootElement;

    /// <summary>Reads a token; null when it has not the form of one that is accepted.</summary>
    /// <param name="token">A text of at most <see cref="Longest"/> characters.</param>
    /// <param name="refusal">Why it is not accepted.</param>
    public static UnverifiedToken? Read(string token, out TokenRefusal? refusal)
    {
        if (FaultOfShape(token) is { } fault)
        {
            refusal = fault;
            return null;
        }

        var header = token.IndexOf('.', StringComparison.Ordinal);
        var end = token.LastIndexOf('.');
        JsonDocument? claims = null;
        try
        {
            using var head = Parse(token.AsSpan(0, header));
            claims = Parse(token.AsSpan((header + 1)..end));
            var read = Read(head.RootElement, claims, out refusal);
            if (read is not null)
                claims = null;
            return read;
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            refusal = Malformed(error is FormatException ? "a part is not base64url" : $"header or payload is not {StrictJson.Rule}");
            return null;
        }
        finally
        {
            claims?.Dispose();
        }
    }

    public void Dispose() => payload.Dispose();

    private static UnverifiedToken? Read(JsonElement header, JsonDocument claims, out TokenRefusal? refusal)
    {
        refusal = null;
        if (header.ValueKind != JsonValueKind.Object || claims.RootElement.ValueKind != JsonValueKind.Object)
            refusal = Malformed("header and payload must be JSON objects");
        else if (TextOf(header, "alg") is not { } algorithm)
            refusal = Malformed("the header has no alg");
        else if (header.TryGetProperty("crit", out _))
            refusal = Malformed("the header has crit: extensions that a reader must know (RFC 7515 section 4.1.11)");
        else if (header.TryGetProperty("typ", out var type) && !IsAcceptedType(type))
            refusal = Malformed($"the header's typ is {Printable.Quote(Printable.Line(type.ToString()))}; accepted are JWT and at+jwt");
        else if (header.TryGetProperty("kid", out var kid) && kid.ValueKind != JsonValueKind.String)
            refusal = Malformed("the header's kid is not a string");
        else if (TextOf(claims.RootElement, "iss") is not { } issuer)
            refusal = Malformed("the payload has no iss");
        else
            return new UnverifiedToken(algorithm, TextOf(header, "kid"), issuer, claims);
        return null;
    }

    /// <summary>A token for signing in (ID token) has the type JWT as most access tokens do; only its audience is another.</summary>
    private static bool IsAcceptedType(JsonElement type)
    {
        if (type.ValueKind != JsonValueKind.String)
            return false;
        var text = type.GetString().AsSpan();
        // A media type may be written without its first half (RFC 7515 section 4.1.9).
        const string application = "application/";
        if (text.StartsWith(application, StringComparison.OrdinalIgnoreCase))
            text = text[application.Length..];
        return text.Equals("JWT", StringComparison.OrdinalIgnoreCase) || text.Equals("at+jwt", StringComparison.OrdinalIgnoreCase);
    }

    private static TokenRefusal? FaultOfShape(string token)
    {
        if (token.AsSpan().ContainsAnyExcept(Base64UrlOrDot))
            return Malformed("has characters that are not of base64url");
        return token.AsSpan().Count('.') switch
        {
            2 => null,
            4 => new TokenRefusal(TokenFault.Encrypted, "has five parts"),
            var dots => Malformed($"has {dots + 1} parts instead of 3"),
        };
    }

    private static JsonDocument Parse(ReadOnlySpan<char> part) => StrictJson.Parse(Base64Url.DecodeFromChars(part));

    private static string? TextOf(JsonElement members, string name) =>
        members.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static TokenRefusal Malformed(string detail) => new(TokenFault.Malformed, detail);
}
