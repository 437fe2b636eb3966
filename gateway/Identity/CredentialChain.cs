using Azure.Core;
using Azure.Identity;

namespace Dragoman.Identity;

/// <summary>
/// Asks sources of tokens one after another, and remembers what each has answered. The first that gives a token is the only one that is
/// asked from then on, so that a process does not change its identity in the middle of its life.
/// </summary>
/// <param name="links">The sources with their credentials, in order.</param>
/// <param name="settings">The settings, for the advice.</param>
/// <param name="longest">How long one source may take. What is not Azure may not answer at all.</param>
/// <param name="clock">The clock of that time.</param>
internal sealed class CredentialChain(
    IReadOnlyList<(CredentialSource Source, Lazy<TokenCredential> Credential)> links, IdentitySettings settings, TimeSpan longest, TimeProvider clock) : TokenCredential
{
    private int answered = -1;

    /// <summary>The name of the source that has given a token; null before.</summary>
    public string? Answered => Volatile.Read(ref answered) is >= 0 and var index ? links[index].Source.Name : null;

    /// <summary>The chain of the configuration. No credential is created before it is asked.</summary>
    /// <exception cref="FormatException">The variable that selects sources has a wrong value.</exception>
    public static CredentialChain Of(IdentitySettings settings, TimeProvider clock)
    {
        var sources = CredentialSource.Chosen(settings, Environment.GetEnvironmentVariable(CredentialSource.Variable));
        return new([.. sources.Select(source => (source, new Lazy<TokenCredential>(() => source.Create(settings))))], settings, TimeSpan.FromSeconds(20), clock);
    }

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Tokens are fetched without blocking a thread.");

    /// <exception cref="EntraException">No source gave a token, or the time was over.</exception>
    public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        var attempts = new List<CredentialAttempt>();
        Exception? last = null;
        var known = Volatile.Read(ref answered);
        for (var index = Math.Max(known, 0); index < links.Count; index++)
        {
            var (source, credential) = links[index];
            try
            {
                var token = await AskAsync(credential, requestContext, cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref answered, index);
                return token;
            }
            catch (Exception error)
            {
                last = error;
                attempts.Add(AttemptOf(source, error));
                // A wrong secret of the application must be seen: another identity might work, but not with the same rights.
                if (index == known || cancellationToken.IsCancellationRequested || !(source.IsForDevelopers || error is CredentialUnavailableException))
                    break;
            }
        }

        throw new EntraException(last!, attempts);
    }

    private async Task<AccessToken> AskAsync(Lazy<TokenCredential> credential, TokenRequestContext context, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(longest, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        // A library may need longer than this to notice that its call was canceled.
        return await credential.Value.GetTokenAsync(context, both.Token).AsTask().WaitAsync(both.Token).ConfigureAwait(false);
    }

    private CredentialAttempt AttemptOf(CredentialSource source, Exception error)
    {
        var answer = error is OperationCanceledException ? $"did not answer within {longest.TotalSeconds:0.#} s" : OneLine.Of(Told(error).Message);
        return new(source.Name, answer, source.Advice(settings), error is CredentialUnavailableException);
    }

    /// <summary>
    /// The exception that says what happened: the one with the authority's own explanation, else the innermost of the library. Those
    /// around it say little, and nothing at all after a colon.
    /// </summary>
    private static Exception Told(Exception error)
    {
        for (var each = error; each is not null; each = each.InnerException)
        {
            if (OneLine.HasCode(each.Message))
                return each;
        }

        while (error.InnerException is { } inner && (inner is AuthenticationFailedException || error.Message.AsSpan().TrimEnd().EndsWith(":", StringComparison.Ordinal)))
            error = inner;
        return error;
    }
}
