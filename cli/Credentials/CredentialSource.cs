using Dragoman.Cli.Clients;
using Dragoman.Cli.Login;
using Dragoman.Secrets;

namespace Dragoman.Cli.Credentials;

/// <summary>Finds the credential for a gateway, and renews a token that ends.</summary>
internal sealed class CredentialSource
{
    private const string Variable = "DRAGOMAN_KEY";

    /// <summary>A token that ends sooner is renewed, so that it does not end on its way.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private readonly Func<CancellationToken, Task<string?>> findAsync;
    private string? found;

    /// <summary>The credential of the environment or of a login.</summary>
    public CredentialSource(CliContext context, GatewayAddress gateway) => findAsync = cancellation => FindAsync(context, gateway, cancellation);

    /// <summary>This credential.</summary>
    public CredentialSource(StoredCredential credential) => findAsync = _ => Task.FromResult(credential.Key ?? credential.AccessToken);

    /// <summary>The key or token; null when there is none, which a gateway in open mode accepts.</summary>
    /// <exception cref="CliFailure">It cannot be read or renewed.</exception>
    public async Task<string?> GetAsync(CancellationToken cancellation) => found ??= await findAsync(cancellation).ConfigureAwait(false);

    private static async Task<string?> FindAsync(CliContext context, GatewayAddress gateway, CancellationToken cancellation)
    {
        if (context.Variable(Variable) is { } value)
        {
            try
            {
                return SecretText.OfVariable(Variable, value);
            }
            catch (SecretException error)
            {
                throw CliFailure.Usage(error.Message);
            }
        }

        var store = new CredentialStore(context);
        if (await store.LoadAsync(gateway.ToString(), cancellation).ConfigureAwait(false) is not { } stored)
            return null;
        if (stored.Key is not null || stored.ExpiresAt is not { } end || end - context.Clock.GetUtcNow() > Margin)
            return stored.Key ?? stored.AccessToken;
        if (stored.RefreshToken is null)
            throw new CliFailure(ExitCode.NotAuthenticated, $"the login at {gateway} has ended; log in again with dragoman login");
        using var issuer = new Issuer(stored.Issuer!, context.Clock);
        var renewed = await issuer.RenewAsync(stored, cancellation).ConfigureAwait(false);
        await store.SaveAsync(gateway.ToString(), renewed, cancellation).ConfigureAwait(false);
        return renewed.AccessToken;
    }
}
