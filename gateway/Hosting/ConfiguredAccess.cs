using System.Security.Cryptography;
using System.Text;
using Dragoman.Access;
using Dragoman.Access.Budgets;
using Dragoman.Access.Limits;
using Dragoman.Access.Tokens;
using Dragoman.Configuration;
using Dragoman.Pipeline;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;
using Microsoft.Extensions.Logging;

namespace Dragoman.Hosting;

/// <summary>Makes the access policy of a configuration.</summary>
internal static class ConfiguredAccess
{
    /// <param name="snapshot">The configuration, and the name of its store.</param>
    /// <param name="store">The store of teams and keys; null only for open access.</param>
    /// <param name="ledger">The store of the ledger; null only for open access.</param>
    /// <param name="clock">The source of all time values.</param>
    /// <param name="loggers">Creates the loggers of the process.</param>
    public static IAccessPolicy Create(GatewaySnapshot snapshot, IDocumentStore? store, ILedgerStore? ledger, TimeProvider clock, ILoggerFactory loggers)
    {
        var settings = snapshot.Configuration.Access;
        var logger = loggers.CreateLogger("Dragoman.Access");
        if (store is null || ledger is null)
            return new OpenAccess();
        if (settings.Mode == AccessMode.Open)
            return new OpenAccess(CreateSpending(snapshot, store, ledger, clock, logger));
        var tokens = settings.Mode.HasFlag(AccessMode.Jwt) ? new TokenVerifier(settings.Issuers, TokenVerifier.CreateConnections(), clock, logger) : null;
        return new CredentialAccess(settings, store, tokens, new CallerLimits(store, settings.WaitingRoom, clock, logger), CreateSpending(snapshot, store, ledger, clock, logger), clock, logger, snapshot.Secrets);
    }

    private static Spending CreateSpending(GatewaySnapshot snapshot, IDocumentStore documents, ILedgerStore store, TimeProvider clock, ILogger logger)
    {
        var configuration = snapshot.Configuration;
        // What was meant for one store must not reach another one.
        var folder = Path.Combine(configuration.Budgets.Journal, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{snapshot.Store}")))[..16]);
        var ledger = new Lazy<Ledger>(() =>
        {
            var webhook = configuration.Budgets.Webhook is { } settings ? new BudgetWebhook(settings, snapshot.Secrets.Of(settings.Secret), BudgetWebhook.CreateConnections(), documents, clock, logger) : null;
            var made = new Ledger(store, new BudgetSettings(folder, configuration.Budgets.ServesWithoutStore) { EntriesKept = TimeSpan.FromDays(configuration.Budgets.EntriesDays) }, clock, logger) { Notices = new(clock, logger, webhook) };
            BudgetMetrics.Observe(made);
            return made;
        });
        // A process that was killed may have left something to settle.
        if (Directory.Exists(folder))
            _ = ledger.Value;
        return new(ledger, snapshot.Spending, clock);
    }
}
