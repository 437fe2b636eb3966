using Dragoman.Configuration;

namespace Dragoman.Prices;

/// <summary>Two price lists as one.</summary>
public static class MergedPrices
{
    /// <summary>
    /// The entries of both lists, sorted. An entry of the second list replaces that of the first with the same provider, model and
    /// first day.
    /// </summary>
    /// <param name="list">The first list.</param>
    /// <param name="added">The second list.</param>
    /// <param name="day">The date of the result.</param>
    public static PriceList Of(PriceList list, PriceList added, DateOnly day)
    {
        var entries = new Dictionary<(string, string, DateOnly), PriceEntry>();
        foreach (var entry in list.Entries.Concat(added.Entries))
            entries[(entry.Provider.ToLowerInvariant(), entry.Model.ToLowerInvariant(), entry.From)] = entry;
        return new PriceList(day, [.. entries.OrderBy(static each => each.Key.Item1, StringComparer.Ordinal)
            .ThenBy(static each => each.Key.Item2, StringComparer.Ordinal)
            .ThenBy(static each => each.Key.Item3)
            .Select(static each => each.Value)]);
    }
}
