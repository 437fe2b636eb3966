using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Prices;

/// <summary>Compares a price list with the prices in use, as they are on one day.</summary>
public sealed class PriceComparison
{
    private readonly List<PriceDifference> differences = [];
    private readonly List<PriceEntry> unknown = [];

    /// <param name="settings">Where the prices in use come from.</param>
    /// <param name="theirs">The other list.</param>
    /// <param name="day">The day, in UTC.</param>
    public PriceComparison(PriceSettings settings, PriceList theirs, DateOnly day)
    {
        var own = settings.List is { } list ? new PriceIndex(list) : null;
        var other = new PriceIndex(theirs);
        foreach (var entry in theirs.Entries)
        {
            // Entries of other days, and patterns, have no price of today.
            if (entry.Model.EndsWith('*') || other.Find(entry.Provider, entry.Model, day)?.Entry != entry)
                continue;
            var ours = own?.Find(entry.Provider, entry.Model, day) ?? (settings.ReplacesBuiltIn ? null : BuiltInPrices.Index.Find(entry.Provider, entry.Model, day));
            if (ours is null)
            {
                unknown.Add(entry);
                continue;
            }

            Compared++;
            Compare(entry, ours.Entry.Prices);
        }
    }

    /// <summary>How many models of the other list have a price here.</summary>
    public int Compared { get; private set; }

    /// <summary>The prices that differ. What the other list does not say is no difference.</summary>
    public IReadOnlyList<PriceDifference> Differences => differences;

    /// <summary>The models of the other list that have no price here.</summary>
    public IReadOnlyList<PriceEntry> Unknown => unknown;

    private void Compare(PriceEntry entry, ModelPrices ours)
    {
        var known = Flat(ours);
        foreach (var (name, price) in Flat(entry.Prices))
        {
            decimal? own = known.TryGetValue(name, out var found) ? found : null;
            if (own != price)
                differences.Add(new PriceDifference(entry.Provider, entry.Model, name, own, price));
        }
    }

    /// <summary>All prices by name, in dollars a million tokens or a search; the factors of regions as they are.</summary>
    private static Dictionary<string, decimal> Flat(ModelPrices prices)
    {
        var flat = new Dictionary<string, decimal>();
        Add(flat, "", prices.Rates);
        if (prices.LongAbove is { } above)
        {
            flat["long above"] = above;
            Add(flat, "long ", prices.Long);
        }

        foreach (var (tier, price) in prices.Tiers)
        {
            foreach (var name in PriceRates.Members.Where(static name => name != "search"))
            {
                if ((price.Rates?[name] ?? (prices.Rates[name] is { } rate ? price.Factor.Of(rate) : null)) is { } own)
                    flat[$"{ServiceTiers.Words[(int)tier]} {name}"] = PriceListWriter.Dollars(own);
            }
        }

        foreach (var (region, factor) in prices.Regions)
            flat[$"region {ServingRegions.Words[(int)region]}"] = (decimal)factor.TenThousandths / PriceFactor.One;
        return flat;
    }

    private static void Add(Dictionary<string, decimal> flat, string start, PriceRates? rates)
    {
        foreach (var name in PriceRates.Members)
        {
            if (rates?[name] is { } rate)
                flat[start + name] = name == "search" ? Picodollars.ToDollars(rate) : PriceListWriter.Dollars(rate);
        }
    }
}
