using System.Collections.Concurrent;
using Azure;
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

    /// <exception cref="GatewayException">No token could be had, for whatever reason: the credential looks at much and fails in many ways.</exception>
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
        catch (Exception error) when (error is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // A credential that was called off may say that it failed.
            cancellation.ThrowIfCancellationRequested();
            throw new GatewayException(
                new GatewayError(ErrorKind.UpstreamRefusedKey, MessageOf(error)) { Code = "upstream_auth_failed" },
                error);
        }
    }

    /// <summary>What is known of the failure but its own words, which name tenants, clients and addresses.</summary>
    private static string MessageOf(Exception error) => error switch
    {
        CredentialUnavailableException => "The gateway found no credential for Microsoft Entra ID; it needs a managed identity, a login of Azure's tools, or the variables AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.",
        OperationCanceledException or TimeoutException => "Microsoft Entra ID did not answer the gateway in time.",
        RequestFailedException => "Microsoft Entra ID cannot be reached by the gateway.",
        _ => "Microsoft Entra ID gave the gateway no token for its provider.",
    };
}
