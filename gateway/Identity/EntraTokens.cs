using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Azure.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Identity;

/// <summary>
/// Access tokens of Microsoft Entra ID, one per scope, for everything in the process that needs them. A token is replaced shortly
/// before it expires; a caller waits only if there is no valid token. The credential is created for the first token, because it
/// inspects much of the environment.
/// </summary>
public sealed partial class EntraTokens
{
    /// <summary>The tokens of what Azure's own tools would use on this machine.</summary>
    public static readonly EntraTokens Default = new(IdentitySettings.Default, TimeProvider.System);

    /// <summary>Limits one fetch, which may ask several sources.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>A token is replaced this long before it expires, and stays in use meanwhile.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    /// <summary>A token that expires within this time is not sent, because it may expire on its way.</summary>
    private static readonly TimeSpan Usable = TimeSpan.FromSeconds(30);

    /// <summary>The time between two attempts to replace a token that is still valid.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The first pause after a failure, for those who have no token; it doubles with each further one. Without it each request would start
    /// the developers' tools, and Microsoft Entra ID blocks who asks without end.
    /// </summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>The time between two lines in the log about the same scope: without a token every request fails.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly TimeProvider clock;
    private readonly Lazy<TokenCredential> source;
    private readonly ConcurrentDictionary<(string Name, string? Tenant), Scope> scopes = [];

    /// <param name="settings">Which identity is used.</param>
    /// <param name="clock">The clock that decides when a token expires.</param>
    public EntraTokens(IdentitySettings settings, TimeProvider clock)
        : this(() => CredentialChain.Of(settings, clock), clock)
    {
    }

    /// <param name="credential">Creates the credential that fetches tokens.</param>
    /// <param name="clock">The clock that decides when a token expires.</param>
    internal EntraTokens(Func<TokenCredential> credential, TimeProvider clock)
    {
        this.clock = clock;
        source = new(credential);
    }

    /// <summary>Is told why there is no token; whoever asked for it is told less.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>The name of the source of the tokens; null before the first.</summary>
    public string? Source => source.IsValueCreated ? (source.Value as CredentialChain)?.Answered : null;

    /// <summary>The same tokens for Azure's own clients.</summary>
    public TokenCredential Credential => new SharedCredential(this);

    /// <summary>A token that stays valid for a while.</summary>
    /// <param name="scope">What it is for, such as <c>https://vault.azure.net/.default</c>.</param>
    /// <param name="cancellation">Ends the wait, but not the fetch for others.</param>
    /// <exception cref="EntraException">No token could be obtained. The credential tries many sources and fails in many ways.</exception>
    public async ValueTask<string> GetAsync(string scope, CancellationToken cancellation) => (await GetTokenAsync(scope, null, cancellation).ConfigureAwait(false)).Token;

    private async ValueTask<AccessToken> GetTokenAsync(string scope, string? tenant, CancellationToken cancellation)
    {
        var of = scopes.GetOrAdd((scope, tenant), static key => new Scope(key.Name, key.Tenant));
        var now = clock.GetUtcNow();
        var known = of.Token;
        var isUsable = known is { } token && token.ExpiresOn - Usable > now;
        if (isUsable && known!.Value.ExpiresOn - Margin > now)
            return known.Value;
        var fetch = StartFetch(of, isUsable);
        if (isUsable)
            return known!.Value;
        try
        {
            return await fetch.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // If the caller has left, that is not a failure.
            cancellation.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>A new token with the claims that a service has asked for, because it does not accept the one that is kept.</summary>
    private async ValueTask<AccessToken> FetchWithClaimsAsync(TokenRequestContext context, CancellationToken cancellation)
    {
        try
        {
            return await Task.Run(() => source.Value.GetTokenAsync(context, cancellation).AsTask(), cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not EntraException || cancellation.IsCancellationRequested)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new EntraException(error, []);
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
            if (!canWait && of.Fetch is { IsFaulted: true } failed && clock.GetUtcNow() < of.AgainAt)
                return failed;
            of.FetchedAt = clock.GetUtcNow();
            // The credential works before its first wait, which must not happen on a thread that serves requests.
            return of.Fetch = Task.Run(() => FetchAsync(of));
        }
    }

    private async Task<AccessToken> FetchAsync(Scope of)
    {
        AccessToken token;
        try
        {
            using var timer = new CancellationTokenSource(Longest, clock);
            token = await source.Value.GetTokenAsync(new TokenRequestContext([of.Name], tenantId: of.Tenant), timer.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            var failure = error as EntraException ?? new EntraException(error, []);
            Report(of, failure);
            throw failure;
        }

        // Together, so that who has seen the token does not join the fetch that brought it.
        lock (of)
        {
            of.Token = token;
            of.Fetch = null;
            of.Failures = 0;
        }

        return token;
    }

    private void Report(Scope of, EntraException failure)
    {
        lock (of)
        {
            var now = clock.GetUtcNow();
            var pause = FirstPause * Math.Pow(2, Math.Min(of.Failures++, 16));
            of.AgainAt = now + (pause < LongestPause ? pause : LongestPause);
            if (of.ReportedAt is { } before && now - before < Silence)
                return;
            of.ReportedAt = now;
        }

        LogFailure(Logger, of.Name, failure.Message, failure.Details);
    }

    [LoggerMessage(70, LogLevel.Warning, "no token for {Scope}: {Message} Tried: {Details}")]
    private static partial void LogFailure(ILogger logger, string scope, string message, string details);

    /// <summary>The token of one scope, and how the next one is obtained.</summary>
    private sealed class Scope(string name, string? tenant)
    {
        private volatile StrongBox<AccessToken>? token;

        public string Name => name;

        public string? Tenant => tenant;

        public AccessToken? Token
        {
            get => token?.Value;
            set => token = value is { } known ? new StrongBox<AccessToken>(known) : null;
        }

        public Task<AccessToken>? Fetch { get; set; }

        public DateTimeOffset FetchedAt { get; set; }

        /// <summary>When a fetch that has failed may be repeated.</summary>
        public DateTimeOffset AgainAt { get; set; }

        /// <summary>How many fetches have failed one after the other.</summary>
        public int Failures { get; set; }

        public DateTimeOffset? ReportedAt { get; set; }
    }

    /// <summary>A credential that gives the process's tokens. Azure's clients each keep a token too, and ask again when it nears its end.</summary>
    private sealed class SharedCredential(EntraTokens tokens) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new NotSupportedException("Tokens are fetched without blocking a thread.");

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            requestContext is { Scopes: [var scope], Claims: null }
                ? tokens.GetTokenAsync(scope, requestContext.TenantId, cancellationToken)
                : tokens.FetchWithClaimsAsync(requestContext, cancellationToken);
    }
}
