using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Identity;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Providers;

/// <summary>
/// Access tokens of Microsoft Entra ID, one per scope. A token is replaced shortly before it expires; a request waits only if
/// there is no valid token. The credential is created for the first token, because it inspects much of the environment.
/// </summary>
/// <param name="credential">Creates the credential that fetches tokens.</param>
/// <param name="clock">The clock that decides when a token expires.</param>
internal sealed class EntraTokens(Func<TokenCredential> credential, TimeProvider clock)
{
    public static readonly EntraTokens OfProcess = new(() => new DefaultAzureCredential(), TimeProvider.System);

    /// <summary>Limits one fetch; the credential itself has no total timeout.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>A token is replaced this long before it expires, and stays in use meanwhile.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    /// <summary>A token that expires within this time is not sent, because it may expire on its way.</summary>
    private static readonly TimeSpan Usable = TimeSpan.FromSeconds(30);

    /// <summary>The time between two attempts to replace a token that is still valid.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    private readonly Lazy<TokenCredential> source = new(credential);
    private readonly ConcurrentDictionary<string, Scope> scopes = [];

    /// <exception cref="GatewayException">No token could be obtained. The credential tries many sources and fails in many ways.</exception>
    public async ValueTask<string> GetAsync(string scope, CancellationToken cancellation)
    {
        var of = scopes.GetOrAdd(scope, static name => new Scope(name));
        var now = clock.GetUtcNow();
        var known = of.Token;
        var isUsable = known is { } token && token.ExpiresOn - Usable > now;
        if (isUsable && known!.Value.ExpiresOn - Margin > now)
            return known.Value.Token;
        var fetch = StartFetch(of, isUsable);
        if (isUsable)
            return known!.Value.Token;
        try
        {
            return (await fetch.WaitAsync(cancellation).ConfigureAwait(false)).Token;
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // If the caller has left, that is not a failure.
            cancellation.ThrowIfCancellationRequested();
            throw new GatewayException(
                new GatewayError(ErrorKind.UpstreamRefusedKey, TextOf(error)) { Code = "upstream_auth_failed" },
                error);
        }
    }

    /// <summary>One fetch for all callers that need a token of the scope; a caller that leaves does not cancel it for the others.</summary>
    private Task<AccessToken> StartFetch(Scope of, bool canWait)
    {
        lock (of)
        {
            if (of.Fetch is { IsCompleted: false } running)
                return running;
            if (canWait && clock.GetUtcNow() - of.FetchedAt < Retry)
                return Task.FromResult(of.Token!.Value);
            of.FetchedAt = clock.GetUtcNow();
            // The credential works before its first wait, which must not happen on a thread that serves requests.
            return of.Fetch = Task.Run(() => FetchAsync(of));
        }
    }

    private async Task<AccessToken> FetchAsync(Scope of)
    {
        using var timer = new CancellationTokenSource(Longest, clock);
        var token = await source.Value.GetTokenAsync(new TokenRequestContext([of.Name]), timer.Token).ConfigureAwait(false);
        // Together, so that who has seen the token does not join the fetch that brought it.
        lock (of)
        {
            of.Token = token;
            of.Fetch = null;
        }

        return token;
    }

    /// <summary>The token of one scope, and how the next one is obtained.</summary>
    private sealed class Scope(string name)
    {
        private volatile StrongBox<AccessToken>? token;

        public string Name => name;

        public AccessToken? Token
        {
            get => token?.Value;
            set => token = value is { } known ? new StrongBox<AccessToken>(known) : null;
        }

        public Task<AccessToken>? Fetch { get; set; }

        public DateTimeOffset FetchedAt { get; set; }
    }

    /// <summary>The kind of failure without its text, which names tenants, clients and addresses.</summary>
    private static Wording TextOf(Exception error) => error switch
    {
        CredentialUnavailableException => ProviderText.EntraNoCredential,
        OperationCanceledException or TimeoutException => ProviderText.EntraTooSlow,
        RequestFailedException => ProviderText.EntraUnreachable,
        _ => ProviderText.EntraNoToken,
    };
}
