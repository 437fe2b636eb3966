using Dragoman.Configuration;

namespace Dragoman.Prices;

/// <summary>The entries of a price list by provider and model.</summary>
internal sealed class PriceIndex
{
    private readonly Dictionary<string, Provider> providers = new(StringComparer.OrdinalIgnoreCase);

    public PriceIndex(PriceList list)
    {
        foreach (var entry in list.Entries)
        {
            if (!providers.TryGetValue(entry.Provider, out var provider))
                providers.Add(entry.Provider, provider = new Provider());
            var price = new Dated(entry, new ModelPrice(entry.Prices));
            foreach (var name in entry.Aliases.Prepend(entry.Model))
                provider.Add(name, price);
        }
    }

    /// <summary>The entry for a model on a day; null when there is none. The exact name comes first, then its model, then patterns.</summary>
    public Dated? Find(string provider, ReadOnlySpan<char> model, DateOnly day) =>
        providers.TryGetValue(provider, out var prices) ? prices.Find(model, day) : null;

    /// <summary>An entry, and its prices as they are used.</summary>
    internal sealed record Dated(PriceEntry Entry, ModelPrice Price);

    private sealed class Provider
    {
        private readonly Dictionary<string, List<Dated>> exact = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>The longest beginning comes first.</summary>
        private readonly List<(string Beginning, List<Dated> Prices)> patterns = [];

        public void Add(string name, Dated price)
        {
            if (name.EndsWith('*'))
                Insert(PatternOf(name[..^1]), price);
            else if (exact.TryGetValue(name, out var prices))
                Insert(prices, price);
            else
                exact.Add(name, [price]);
        }

        public Dated? Find(ReadOnlySpan<char> model, DateOnly day)
        {
            var names = exact.GetAlternateLookup<ReadOnlySpan<char>>();
            if (names.TryGetValue(model, out var prices) && On(day, prices) is { } price)
                return price;
            if (ModelVersion.ModelOf(model) is { IsEmpty: false } version && names.TryGetValue(version, out prices) && On(day, prices) is { } dated)
                return dated;
            foreach (var (beginning, patterned) in patterns)
            {
                if (model.StartsWith(beginning, StringComparison.OrdinalIgnoreCase) && On(day, patterned) is { } found)
                    return found;
            }

            return null;
        }

        private List<Dated> PatternOf(string beginning)
        {
            var index = patterns.FindIndex(each => each.Beginning.Equals(beginning, StringComparison.OrdinalIgnoreCase));
            if (index >= 0)
                return patterns[index].Prices;
            var prices = new List<Dated>();
            index = patterns.FindIndex(each => each.Beginning.Length < beginning.Length);
            patterns.Insert(index < 0 ? patterns.Count : index, (beginning, prices));
            return prices;
        }

        /// <summary>The latest day comes first.</summary>
        private static void Insert(List<Dated> prices, Dated price)
        {
            var index = prices.FindIndex(each => each.Entry.From < price.Entry.From);
            prices.Insert(index < 0 ? prices.Count : index, price);
        }

        // It is asked for every request, so it makes no closure.
        private static Dated? On(DateOnly day, List<Dated> prices)
        {
            foreach (var price in prices)
            {
                if (price.Entry.From <= day)
                    return price;
            }

            return null;
        }
    }
}
