using Dragoman.Access.Budgets;
using Dragoman.Catalog;
using Dragoman.Configuration;
using Dragoman.Identity;
using Dragoman.Pipeline.Downloads;
using Dragoman.Pipeline.State;
using Dragoman.Prices;
using Dragoman.Providers;
using Dragoman.Secrets;
using Dragoman.Stores;

namespace Dragoman.Pipeline;

/// <summary>
/// Configuration, catalog and providers that belong together. It is immutable, and a request keeps the one it started with: it holds
/// the snapshot until it ends, and a snapshot that was replaced closes its connections after the last of its requests.
/// </summary>
public sealed class GatewaySnapshot : IDisposable
{
    /// <summary>The number of holders after the end; far below zero, so that late attempts to hold it do not reach zero.</summary>
    private const int Closed = int.MinValue / 2;

    private readonly Dictionary<string, Provider> providers;

    /// <summary>The requests that hold it, and the process while it is the current one.</summary>
    private int holders = 1;
    private int isDisposed;

    /// <param name="configuration">The operator's configuration.</param>
    /// <param name="clock">The source of all time values.</param>
    /// <param name="earlier">The snapshot that this one replaces, which is still held; unchanged providers keep their connections and lists of models.</param>
    /// <param name="secrets">The secrets of the process, which outlive this snapshot; null for those of the earlier one, or for new ones.</param>
    /// <param name="tokens">The process's tokens of Microsoft Entra ID, which outlive this snapshot; null for those of the earlier one, or for new ones.</param>
    /// <exception cref="FormatException">The connection of the store is none; see <see cref="StoreConnection.Parse"/>.</exception>
    public GatewaySnapshot(GatewayConfiguration configuration, TimeProvider clock, GatewaySnapshot? earlier = null, SecretStore? secrets = null, EntraTokens? tokens = null)
    {
        Configuration = configuration;
        Tokens = tokens ?? earlier?.Tokens ?? new EntraTokens(configuration.Identity, clock);
        Secrets = secrets ?? earlier?.Secrets ?? new SecretStore(clock, () => Tokens.Credential);
        Store = configuration.StoreConnection is { } connection ? StoreConnection.Of(connection, Secrets, Tokens) : null;
        Prices = new PriceBook(configuration.Prices, configuration.Models);
        Spending = new SpendingRules(Prices, configuration.Providers, configuration.Budgets.AllowsUnknownPrices);
        Downloads = new MediaDownloads(configuration.Access.Downloads, configuration.Limits.DownloadBytes, clock);
        Credentials = earlier?.Credentials ?? new CredentialScrub([]);
        Credentials.Replace(configuration.Providers.Select(settings => settings.ApiKey?.Value), configuration.Providers.Count);
        FrontKey = configuration.Access.FrontKey is { } front ? Secrets.Of(front) : null;
        EarlierFrontKey = configuration.Access.EarlierFrontKey is { } before ? Secrets.Of(before) : null;
        States = new StateSeals(configuration, Secrets, earlier?.States);
        var current = providers = configuration.Providers.ToDictionary(settings => settings.Name, settings => earlier?.FindSame(settings)?.Share() ?? new Provider(settings, clock, Credentials, Secrets, Tokens));
        // A list of models that is used on must not keep this snapshot.
        Catalog = new ModelCatalog(configuration, (name, cancellation) => current[name].ListModelsAsync(cancellation), clock, earlier?.Catalog, name => current[name] == earlier?.providers.GetValueOrDefault(name));
    }

    public GatewayConfiguration Configuration { get; }

    /// <summary>The process's tokens of Microsoft Entra ID, which all snapshots share.</summary>
    public EntraTokens Tokens { get; }

    /// <summary>The store of teams, keys and the audit log; null when there is none.</summary>
    public StoreConnection? Store { get; }

    /// <summary>Removes every configured credential from text that leaves the process, such as a log line.</summary>
    public CredentialScrub Credentials { get; }

    /// <summary>The secrets of the process.</summary>
    public SecretStore Secrets { get; }

    /// <summary>The key with which nginx signs what it sends to the functions; null when there is none.</summary>
    public LiveSecret? FrontKey { get; }

    /// <summary>The key that nginx used before; null when there is none.</summary>
    public LiveSecret? EarlierFrontKey { get; }

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

    /// <summary>What models cost, for budgets.</summary>
    public SpendingRules Spending { get; }

    public Provider ProviderOf(Target target) => providers[target.Provider];

    /// <summary>Holds the snapshot, unless it has ended; <see cref="Release"/> has to follow.</summary>
    public bool TryHold()
    {
        if (Interlocked.Increment(ref holders) > 0)
            return true;
        Interlocked.Decrement(ref holders);
        return false;
    }

    /// <summary>Ends a hold. The last one ends the snapshot.</summary>
    public void Release()
    {
        // Whoever holds it again meanwhile releases it again.
        if (Interlocked.Decrement(ref holders) == 0 && Interlocked.CompareExchange(ref holders, Closed, 0) == 0)
            Dispose();
    }

    /// <summary>Closes all connections to servers of linked media, and to providers that no other snapshot uses.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) == 1)
            return;
        foreach (var provider in providers.Values)
            provider.Dispose();
        Downloads.Dispose();
    }

    /// <summary>Whether its connections are closed.</summary>
    internal bool IsDisposed => Volatile.Read(ref isDisposed) == 1;

    private Provider? FindSame(ProviderSettings settings) =>
        providers.TryGetValue(settings.Name, out var provider) && provider.Settings.IsSameAs(settings) ? provider : null;
}
