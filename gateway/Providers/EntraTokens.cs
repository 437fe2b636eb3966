using System.Collections.Concurrent;
using Azure.Core;
using Azure.Identity;
using Dragoman.Conversation;

namespace Dragoman.Providers;

/// <summary>
/// Access tokens of Microsoft Entra ID, one for each scope, fetched anew shortly before they expire. The credential is
/// made when the first token is wanted, because it looks at much of its surroundings.
/// </summary>
/// <param name="credential">Makes the source of tokens.</param>
/// <param name="clock">Tells when a token is old.</param>
internal sealed class EntraTokens(Func<TokenCredential> credential, TimeProvider clock)
{
    public static readonly EntraTokens OfProcess = new(() => new DefaultAzureCredential(), TimeProvider.System);

    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly Lazy<TokenCredential> source = new(credential);
    private readonly ConcurrentDictionary<string, AccessToken> tokens = [];

    /// <exception cref="GatewayException">No token could be had.</exception>
    public async ValueTask<string> GetAsync(string scope, CancellationToken cancellation)
    {
        try
        {
            if (tokens.TryGetValue(scope, out var known) && known.ExpiresOn - Margin > clock.GetUtcNow())
                return known.Token;
            var token = await source.Value.GetTokenAsync(new TokenRequestContext([scope]), cancellation).ConfigureAwait(false);
            tokens[scope] = token;
            return token.Token;
        }
        catch (AuthenticationFailedException error)
        {
            throw new GatewayException(
                new GatewayError(ErrorKind.UpstreamRefusedKey, "Microsoft Entra ID gave the gateway no token for its provider.") { Code = "upstream_auth_failed" },
                error);
        }
    }
}
