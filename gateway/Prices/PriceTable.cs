using Dragoman.Configuration;

namespace Dragoman.Prices;

/// <summary>The entries that are in use on one day, for people.</summary>
/// <param name="settings">Where prices come from.</param>
/// <param name="day">The day, in UTC.</param>
public sealed class PriceTable(PriceSettings settings, DateOnly day)
{
    private readonly List<PriceList> lists = [.. new[] { settings.List, settings.ReplacesBuiltIn ? null : BuiltInPrices.List }.OfType<PriceList>()];

    /// <summary>All entries: the operator's own, and those of the built-in list that none of them replaces.</summary>
    /// <param name="provider">Only those of this provider; null for all.</param>
    public IReadOnlyList<PriceEntry> All(string? provider)
    {
        var seen = new HashSet<(string, string)>();
        var entries = new List<PriceEntry>();
        foreach (var list in lists)
        {
            var inUse = list.Entries
                .Where(entry => entry.From <= day && (provider is null || provider.Equals(entry.Provider, StringComparison.OrdinalIgnoreCase)))
                .OrderByDescending(static entry => entry.From);
            entries.AddRange(inUse.Where(entry => seen.Add((entry.Provider.ToLowerInvariant(), entry.Model.ToLowerInvariant()))));
        }

        return [.. entries.OrderBy(static entry => entry.Provider, StringComparer.Ordinal).ThenBy(static entry => entry.Model, StringComparer.Ordinal)];
    }

    /// <summary>The entries for a model, one of each provider that has it.</summary>
    /// <param name="model">The provider's name of the model, or of a version of it.</param>
    /// <param name="provider">Only that of this provider; null for all.</param>
    public IReadOnlyList<PriceEntry> Of(string model, string? provider)
    {
        var indices = lists.Select(static list => new PriceIndex(list)).ToList();
        return [.. lists.SelectMany(static list => list.Entries).Select(static entry => entry.Provider)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Where(each => provider is null || provider.Equals(each, StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .Select(each => indices.Select(index => index.Find(each, model, day)).FirstOrDefault(static found => found is not null)?.Entry)
            .OfType<PriceEntry>()];
    }
}
