using Dragoman.Configuration;
using Microsoft.IdentityModel.Tokens;

namespace Dragoman.Access.Tokens;

/// <summary>What is needed to check the tokens of one issuer.</summary>
internal sealed class TokenIssuer
{
    private readonly TokenValidationParameters parameters;
    private readonly TimeProvider clock;

    public TokenIssuer(IssuerSettings settings, IssuerKeys keys, TimeProvider clock)
    {
        this.clock = clock;
        Settings = settings;
        Keys = keys;
        Mapping = new ClaimMapping(settings.Rules);
        parameters = new TokenValidationParameters
        {
            ValidIssuer = settings.Issuer,
            ValidAudiences = settings.Audiences,
            // https://api.example.com and https://api.example.com/ are two audiences.
            IgnoreTrailingSlashWhenValidatingAudience = false,
            ValidAlgorithms = settings.Algorithms,
            ClockSkew = settings.ClockSkew,
            LifetimeValidator = IsAlive,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            // The refusals are in this gateway's log; the library would write each as an error of its own.
            LogValidationExceptions = false,
        };
    }

    public IssuerSettings Settings { get; }

    public IssuerKeys Keys { get; }

    public ClaimMapping Mapping { get; }

    /// <summary>The library's rules for a token that must be signed by one of some keys.</summary>
    public TokenValidationParameters ParametersFor(List<SecurityKey> keys)
    {
        var own = parameters.Clone();
        // The library takes only the first key of a kid by itself, but tries every key that a resolver returns.
        own.IssuerSigningKeyResolver = (_, _, _, _) => keys;
        return own;
    }

    /// <summary>The library's own rule, which has no public clock: a token is valid from its <c>nbf</c> until before its <c>exp</c>, give or take the skew.</summary>
    /// <exception cref="SecurityTokenValidationException">It is not, for the reason that the exception's type names.</exception>
    private bool IsAlive(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters rules)
    {
        if (expires is not { } end)
            throw new SecurityTokenNoExpirationException();
        if (notBefore > end)
            throw new SecurityTokenInvalidLifetimeException();
        var now = clock.GetUtcNow().UtcDateTime;
        // The skew is added to now, because the token's times may be as far away as dates go.
        if (notBefore > now + Settings.ClockSkew)
            throw new SecurityTokenNotYetValidException { NotBefore = notBefore.Value };
        return end > now - Settings.ClockSkew ? true : throw new SecurityTokenExpiredException { Expires = end };
    }
}
