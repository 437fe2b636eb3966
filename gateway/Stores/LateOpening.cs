using Dragoman.Identity;
using Dragoman.Secrets;

namespace Dragoman.Stores;

/// <summary>Opens something whose connection is in a vault, at its first use. After a failure the next use tries again.</summary>
/// <param name="secret">The connection.</param>
/// <param name="tokens">The process's tokens of Microsoft Entra ID; null for those of the default identity.</param>
/// <param name="open">Opens what the connection names.</param>
internal sealed class LateOpening<T>(LiveSecret secret, EntraTokens? tokens, Func<StoreConnection, T> open) : IAsyncDisposable
    where T : class, IAsyncDisposable
{
    private readonly Lock gate = new();
    private volatile T? opened;

    public ValueTask<T> GetAsync(CancellationToken cancellation) => opened is { } known ? new(known) : OpenAsync(cancellation);

    public ValueTask DisposeAsync() => opened?.DisposeAsync() ?? default;

    /// <exception cref="StoreUnavailableException">The connection is not known, or it is none.</exception>
    private async ValueTask<T> OpenAsync(CancellationToken cancellation)
    {
        try
        {
            var text = await secret.GetAsync(cancellation).AsTask().WaitAsync(StoreLimits.LongestCall, cancellation).ConfigureAwait(false);
            var connection = StoreConnection.Parse(text, tokens);
            lock (gate)
                return opened ??= open(connection);
        }
        catch (SecretException error)
        {
            throw new StoreUnavailableException($"The connection of the store is not known: {error.Message}.", error);
        }
        catch (TimeoutException error)
        {
            throw new StoreUnavailableException("The connection of the store is not known yet: its key vault has not answered.", error);
        }
        catch (FormatException error)
        {
            throw new StoreUnavailableException($"The connection in the key vault cannot be used: {error.Message}.", error);
        }
    }
}
