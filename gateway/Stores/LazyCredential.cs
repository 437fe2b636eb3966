using Azure.Core;

namespace Dragoman.Stores;

/// <summary>A credential that is created for its first token, because to create one inspects much of the environment.</summary>
/// <param name="create">Creates the credential.</param>
internal sealed class LazyCredential(Func<TokenCredential> create) : TokenCredential
{
    private readonly Lazy<TokenCredential> credential = new(create);

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => credential.Value.GetToken(requestContext, cancellationToken);

    // The credential works before its first wait, which must not happen on a thread that serves requests.
    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        new(Task.Run(() => credential.Value.GetTokenAsync(requestContext, cancellationToken).AsTask(), cancellationToken));
}
