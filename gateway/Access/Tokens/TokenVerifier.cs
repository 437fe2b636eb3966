using System.Collections.Frozen;
using System.Text.Json;
using Dragoman.Configuration;
using Dragoman.Connections;
using Dragoman.Startup;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Dragoman.Access.Tokens;

/// <summary>Checks tokens of the configured issuers (JSON web tokens, RFC 7519) and maps their claims.</summary>
public sealed class TokenVerifier : IDisposable
{
    /// <summary>The longest time for which a verified token is not checked again.</summary>
    public static readonly TimeSpan LongestRemembered = TimeSpan.FromMinutes(5);

    /// <summary>How many verified tokens are remembered.</summary>
    public const int MostRemembered = 10_000;

    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = UnverifiedToken.Longest };

    private readonly FrozenDictionary<string, TokenIssuer> issuers;
    private readonly TokenCache cache = new(MostRemembered);
    private readonly HttpMessageInvoker http;
    private int isDisposed;
    private readonly TimeProvider clock;

    /// <param name="issuers">The issuers whose tokens are accepted.</param>
    /// <param name="connections">The connections to the issuers, such as <see cref="CreateConnections"/>; disposed with the verifier.</param>
    /// <param name="clock">The clock for the tokens' times and for all waits.</param>
    /// <param name="log">Gets a line whenever an issuer's keys are read or cannot be read.</param>
    public TokenVerifier(IReadOnlyList<IssuerSettings> issuers, HttpMessageHandler connections, TimeProvider clock, ILogger log)
    {
        this.clock = clock;
        http = new HttpMessageInvoker(connections);
        var documents = new IssuerDocument(http, clock);
        this.issuers = issuers.ToFrozenDictionary(issuer => issuer.Issuer, issuer => new TokenIssuer(issuer, new IssuerKeys(issuer, documents, clock, log), clock), StringComparer.Ordinal);
    }

    /// <summary>How many tokens are remembered at the moment.</summary>
    internal int Remembered => cache.Count;

    /// <summary>Connections to issuers.</summary>
    public static SocketsHttpHandler CreateConnections() => PlainConnections.Create(IssuerDocument.Longest);

    /// <summary>Returns what is remembered of a token; null when nothing is.</summary>
    internal VerifiedToken? Find(ReadOnlySpan<char> token) =>
        token.Length <= UnverifiedToken.Longest && TokenDigest.TryOf(token, out var digest) ? cache.Find(digest, clock.GetUtcNow()) : null;

    /// <summary>Checks a token. A token that was checked before costs only its digest, and allocates nothing.</summary>
    /// <param name="token">The token as the client sent it, of any length and content.</param>
    /// <param name="cancellation">Ends the wait for an issuer, but not the call to it, for which others may wait too.</param>
    public ValueTask<VerifiedToken> VerifyAsync(string token, CancellationToken cancellation)
    {
        if (token.Length > UnverifiedToken.Longest || !TokenDigest.TryOf(token, out var digest))
            return new(Refused(TokenFault.Malformed, token.Length > UnverifiedToken.Longest ? $"has {token.Length} characters; allowed are {UnverifiedToken.Longest}" : "is not ASCII"));
        return cache.Find(digest, clock.GetUtcNow()) is { } known ? new(known) : CheckAsync(token, digest, cancellation);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) == 1)
            return;
        foreach (var issuer in issuers.Values)
            issuer.Keys.Dispose();
        http.Dispose();
    }

    private async ValueTask<VerifiedToken> CheckAsync(string token, TokenDigest digest, CancellationToken cancellation)
    {
        using var unverified = UnverifiedToken.Read(token, out var malformed);
        if (unverified is null)
            return new(malformed!);
        // Nothing of an issuer is looked up or asked for before its name is known.
        if (!issuers.TryGetValue(unverified.Issuer, out var issuer))
            return Refused(TokenFault.UnknownIssuer, $"its iss is {Quote(unverified.Issuer)}");
        if (!issuer.Settings.Algorithms.Contains(unverified.Algorithm))
            return Refused(TokenFault.AlgorithmNotAllowed, $"its alg is {Quote(unverified.Algorithm)}; the issuer's are {string.Join(", ", issuer.Settings.Algorithms)}");
        if (await issuer.Keys.FindAsync(unverified.KeyId, cancellation).ConfigureAwait(false) is not { } keys)
            return Refused(TokenFault.IssuerAway, $"the keys of {issuer.Settings.Issuer} cannot be read");
        if (!keys.Know(unverified.KeyId))
            return Refused(TokenFault.UnknownKey, $"{issuer.Settings.Issuer} publishes no key {Quote(unverified.KeyId ?? "")}");
        if (keys.For(unverified.KeyId, unverified.Algorithm) is not { Count: > 0 } candidates)
            return Refused(TokenFault.AlgorithmNotAllowed, $"its alg {unverified.Algorithm} does not fit the key that it names");

        var result = await ValidateAsync(token, issuer.ParametersFor(candidates)).ConfigureAwait(false);
        if (!result.IsValid)
            return Refused(FaultOf(result.Exception), DetailOf(result.Exception, unverified.Claims));
        var (team, user, roles, refusal) = issuer.Mapping.Map(unverified.Claims);
        if (refusal is not null)
            return new(refusal);
        var validated = (JsonWebToken)result.SecurityToken;
        var expiresAt = new DateTimeOffset(validated.ValidTo, TimeSpan.Zero);
        var verified = new VerifiedToken(new TokenIdentity(issuer.Settings.Issuer, validated.Subject ?? "", team, user, roles, expiresAt));
        Remember(digest, verified, expiresAt);
        return verified;
    }

    private static async Task<TokenValidationResult> ValidateAsync(string token, TokenValidationParameters parameters)
    {
        try
        {
            return await Handler.ValidateTokenAsync(token, parameters).ConfigureAwait(false);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or SecurityTokenException)
        {
            return new TokenValidationResult { IsValid = false, Exception = error };
        }
    }

    private void Remember(TokenDigest digest, VerifiedToken verified, DateTimeOffset expiresAt)
    {
        var now = clock.GetUtcNow();
        var until = expiresAt < now + LongestRemembered ? expiresAt : now + LongestRemembered;
        if (until > now)
            cache.Add(digest, verified, until);
    }

    private static TokenFault FaultOf(Exception? error) => error switch
    {
        SecurityTokenExpiredException => TokenFault.Expired,
        SecurityTokenNotYetValidException => TokenFault.NotYetValid,
        SecurityTokenNoExpirationException or SecurityTokenInvalidLifetimeException => TokenFault.NoLifetime,
        SecurityTokenInvalidAudienceException => TokenFault.WrongAudience,
        SecurityTokenInvalidIssuerException => TokenFault.UnknownIssuer,
        SecurityTokenInvalidAlgorithmException => TokenFault.AlgorithmNotAllowed,
        // Among them are keys that were not found: the keys were chosen before, and none of them fits.
        SecurityTokenInvalidSignatureException => TokenFault.BadSignature,
        _ => TokenFault.Malformed,
    };

    /// <summary>The library's messages are long, and some quote the token; these say what an operator needs.</summary>
    private static string DetailOf(Exception? error, JsonElement claims) => error switch
    {
        SecurityTokenExpiredException expired => $"expired at {expired.Expires:u}",
        SecurityTokenNotYetValidException early => $"is not valid before {early.NotBefore:u}",
        SecurityTokenInvalidLifetimeException => "its exp is before its nbf",
        SecurityTokenNoExpirationException => "has no exp",
        // The exception itself does not always know it.
        SecurityTokenInvalidAudienceException => ClaimValues.Of(claims, "aud") is { Count: > 0 } audiences ? $"its aud is {Quote(string.Join(", ", audiences))}" : "has no aud",
        SecurityTokenInvalidSignatureException => "its signature does not fit",
        // The form of the token was checked before, so this is what is left for the library to find.
        ArgumentException => "one of its registered claims (iss, sub, aud, exp, nbf, iat, jti) has a wrong type",
        { } other => $"the library refused it with {other.GetType().Name}",
        null => "the library refused it",
    };

    private static string Quote(string text) => Printable.Quote(Printable.Line(text));

    private static VerifiedToken Refused(TokenFault fault, string detail) => new(new TokenRefusal(fault, detail));
}
