using Dragoman.Catalog;
using Dragoman.Configuration;
using Dragoman.Pipeline.Downloads;
using Dragoman.Pipeline.State;
using Dragoman.Prices;
using Dragoman.Providers;
using Dragoman.Secrets;
using Dragoman.Stores;

namespace Dragoman.Pipeline;

/// <summary>Configuration, catalog and providers that belong together. It is immutable, and a request keeps the one it started with.</summary>
public sealed class GatewaySnapshot : IDisposable
{
    private readonly Dictionary<string, Provider> providers;

    /// <param name="configuration">The operator's configuration.</param>
    /// <param name="clock">The source of all time values.</param>
    /// <param name="secrets">The secrets of the process, which outlive this snapshot; null for new ones.</param>
    /// <exception cref="FormatException">The connection of the store is none; see <see cref="StoreConnection.Parse"/>.</exception>
    public GatewaySnapshot(GatewayConfiguration configuration, TimeProvider clock, SecretStore? secrets = null)
    {
        Configuration = configuration;
        Secrets = secrets ?? new SecretStore(clock);
        Store = configuration.StoreConnection is { } connection ? StoreConnection.Of(connection, Secrets) : null;
        Prices = new PriceBook(configuration.Prices, configuration.Models);
        Downloads = new MediaDownloads(configuration.Access.Downloads, configuration.Limits.DownloadBytes, clock);
        Credentials = new CredentialScrub(configuration.Providers.Select(settings => settings.ApiKey?.Value), configuration.Providers.Count);
        States = new StateSeals(configuration, Secrets);
        providers = configuration.Providers.ToDictionary(settings => settings.Name, settings => new Provider(settings, clock, Credentials, Secrets));
        Catalog = new ModelCatalog(configuration, (name, cancellation) => providers[name].ListModelsAsync(cancellation), clock);
    }

    public GatewayConfiguration Configuration { get; }

    /// <summary>The store of teams, keys and the audit log; null when there is none.</summary>
    public StoreConnection? Store { get; }

    /// <summary>Removes every configured credential from text that leaves the process, such as a log line.</summary>
    public CredentialScrub Credentials { get; }

    /// <summary>The secrets of the process.</summary>
    public SecretStore Secrets { get; }

    /// <summary>Seals the opaque state of teams.</summary>
    public StateSeals States { get; }

    public ModelCatalog Catalog { get; }

    public MediaDownloads Downloads { get; }

    /// <summary>What models cost.</summary>
    public PriceBook Prices { get; }

    /// <summary>What a target of a published model costs on a day in UTC; null when that is not known.</summary>
    public KnownPrices? PricesOf(Target target, string publishedModel, DateOnly day) => Prices.Explain(providers[target.Provider].Settings, target.Model, publishedModel, day);

    /// <summary>The providers in the order of the configuration.</summary>
    public IEnumerable<Provider> Providers => Configuration.Providers.Select(settings => providers[settings.Name]);

    public Provider ProviderOf(Target target) => providers[target.Provider];

    /// <summary>Closes all connections to providers and to servers of linked media.</summary>
    public void Dispose()
    {
        foreach (var provider in providers.Values)
            provider.Dispose();
        Downloads.Dispose();
    }
}
