using Dragoman.Access;
using Dragoman.Access.Limits;
using Dragoman.Access.Tokens;
using Dragoman.Configuration;
using Dragoman.Stores;
using Microsoft.Extensions.Logging;

namespace Dragoman.Hosting;

/// <summary>Makes the access policy of a configuration.</summary>
internal static class ConfiguredAccess
{
    /// <param name="settings">Who may call.</param>
    /// <param name="store">The store of teams and keys; null only for open access.</param>
    /// <param name="clock">The source of all time values.</param>
    /// <param name="loggers">Creates the loggers of the process.</param>
    public static IAccessPolicy Create(AccessSettings settings, IDocumentStore? store, TimeProvider clock, ILoggerFactory loggers)
    {
        if (settings.Mode == AccessMode.Open || store is null)
            return new OpenAccess();
        var logger = loggers.CreateLogger("Dragoman.Access");
        var tokens = settings.Mode.HasFlag(AccessMode.Jwt) ? new TokenVerifier(settings.Issuers, TokenVerifier.CreateConnections(), clock, logger) : null;
        return new CredentialAccess(settings, store, tokens, new CallerLimits(store, settings.WaitingRoom, clock, logger), clock, logger);
    }
}
