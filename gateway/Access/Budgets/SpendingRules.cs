using System.Collections.Concurrent;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Prices;

namespace Dragoman.Access.Budgets;

/// <summary>What models cost under one configuration. A request is settled by the rules by which it was reserved, whatever is configured meanwhile.</summary>
/// <param name="prices">The prices.</param>
/// <param name="providers">All providers.</param>
/// <param name="allowsUnknownPrices">Whether a model whose price is not known may be used.</param>
public sealed class SpendingRules(PriceBook prices, IReadOnlyList<ProviderSettings> providers, bool allowsUnknownPrices)
{
    /// <summary>The models whose prices are remembered.</summary>
    private const int MostKnown = 1000;

    private readonly Dictionary<string, ProviderSettings> providers = providers.ToDictionary(provider => provider.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The prices of a target in all tiers and regions; it is looked up once a day.</summary>
    private readonly ConcurrentDictionary<(Target Target, string Model), (DateOnly Day, Price[] Prices)> known = new();

    /// <summary>Whether a model whose price is not known may be used.</summary>
    public bool AllowsUnknownPrices => allowsUnknownPrices;

    /// <summary>What was used did cost; null if its price is not known.</summary>
    public long? CostOf(TargetUse used, string model, DateOnly day) =>
        used.Usage.Origin == UsageOrigin.Absent ? 0
        : providers.TryGetValue(used.Target.Provider, out var provider) ? prices.CostOf(provider, used.Target.Model, model, used.Usage, day)
        : null;

    /// <summary>The prices that an answer of a target may turn out to have: its tier and its region are known only afterwards.</summary>
    public Price[] PricesOf(Target target, string model, DateOnly day)
    {
        if (known.TryGetValue((target, model), out var found) && found.Day == day)
            return found.Prices;
        Price[] all = [];
        if (providers.TryGetValue(target.Provider, out var provider))
        {
            all = (from tier in Enum.GetValues<ServiceTier>()
                   from region in Enum.GetValues<ServingRegion>()
                   where tier != ServiceTier.Unlisted && region != ServingRegion.Unlisted
                   let price = prices.Find(provider, target.Model, model, tier, region, day)
                   where price is not null
                   select price).Distinct().ToArray();
        }

        // Clients may ask for any number of names that begin with a provider's.
        if (known.Count >= MostKnown)
            known.Clear();
        known[(target, model)] = (day, all);
        return all;
    }
}
