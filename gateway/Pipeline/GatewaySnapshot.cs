using System.Collections.Concurrent;
using System.Text;
using Dragoman.Catalog;
using Dragoman.Configuration;
using Dragoman.Dialects;
using Dragoman.Identity;
using Dragoman.Pipeline.Downloads;
using Dragoman.Prices;
using Dragoman.Providers;
using Dragoman.Secrets;
using Dragoman.Stores;

namespace Dragoman.Pipeline;

/// <summary>Configuration, catalog and providers that belong together. It is immutable, and a request keeps the one it started with.</summary>
public sealed class GatewaySnapshot : IDisposable
{
    private readonly Dictionary<string, Provider> providers;
    private readonly ConcurrentDictionary<string, StateEnvelope> envelopes = new(StringComparer.Ordinal);
    private readonly Func<string, StateEnvelope> envelopeOf;

    /// <param name="configuration">The operator's configuration.</param>
    /// <param name="clock">The source of all time values.</param>
    /// <param name="tokens">The process's tokens of Microsoft Entra ID, which outlive the snapshot; null to begin with those of its configuration.</param>
    /// <exception cref="FormatException">The connection of the store is none; see <see cref="StoreConnection.Parse"/>.</exception>
    public GatewaySnapshot(GatewayConfiguration configuration, TimeProvider clock, EntraTokens? tokens = null)
    {
        Configuration = configuration;
        Tokens = tokens ?? new EntraTokens(configuration.Identity, clock);
        Store = configuration.StoreConnection is { } connection ? StoreConnection.Parse(connection, Tokens) : null;
        Prices = new PriceBook(configuration.Prices, configuration.Models);
        Downloads = new MediaDownloads(configuration.Access.Downloads, configuration.Limits.DownloadBytes, clock);
        Credentials = new CredentialScrub(configuration.Providers.Select(settings => settings.ApiKey));
        var keys = string.Join('\n', configuration.Providers.Select(settings => $"{settings.Name} {settings.ApiKey}"));
        // A team's id has no line end, so that no two teams have the same secret.
        envelopeOf = team => new StateEnvelope(Encoding.UTF8.GetBytes($"{team}\n{keys}"));
        providers = configuration.Providers.ToDictionary(settings => settings.Name, settings => new Provider(settings, clock, Credentials, Tokens));
        Catalog = new ModelCatalog(configuration, (name, cancellation) => providers[name].ListModelsAsync(cancellation), clock);
    }

    public GatewayConfiguration Configuration { get; }

    /// <summary>The process's tokens of Microsoft Entra ID, which all snapshots share.</summary>
    public EntraTokens Tokens { get; }

    /// <summary>The store of teams, keys and the audit log; null when there is none.</summary>
    public StoreConnection? Store { get; }

    /// <summary>Removes every configured credential from text that leaves the process, such as a log line.</summary>
    public CredentialScrub Credentials { get; }

    /// <summary>Seals a team's opaque state with a key derived from the providers' keys, which all processes of one deployment share.</summary>
    /// <param name="team">The id of the team. No other team can use the state.</param>
    public StateEnvelope EnvelopeOf(string team) => envelopes.GetOrAdd(team, envelopeOf);

    public ModelCatalog Catalog { get; }

    public MediaDownloads Downloads { get; }

    /// <summary>What models cost.</summary>
    public PriceBook Prices { get; }

    public Provider ProviderOf(Target target) => providers[target.Provider];

    /// <summary>Closes all connections to providers and to servers of linked media.</summary>
    public void Dispose()
    {
        foreach (var provider in providers.Values)
            provider.Dispose();
        Downloads.Dispose();
    }
}
