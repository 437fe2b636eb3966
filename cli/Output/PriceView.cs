using System.Globalization;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Prices;

namespace Dragoman.Cli.Output;

/// <summary>Prices as people read them.</summary>
internal static class PriceView
{
    private const string Nothing = "-";

    public static readonly IReadOnlyList<string> Titles = ["PROVIDER", "MODEL", "INPUT", "CACHE-READ", "CACHE-WRITE", "OUTPUT", "TIERS", "SEEN"];

    public static string[] RowOf(PriceEntry entry) =>
    [
        entry.Provider,
        entry.Model,
        Dollars(entry.Prices.Rates.Input),
        Dollars(entry.Prices.Rates.CacheRead),
        Dollars(entry.Prices.Rates.CacheWrite),
        Dollars(entry.Prices.Rates.Output),
        entry.Prices.Tiers.Count == 0 ? Nothing : string.Join(", ", entry.Prices.Tiers.Keys.Order().Select(static tier => ServiceTiers.Words[(int)tier])),
        entry.Seen is { } seen ? Of(seen) : Nothing,
    ];

    public static IEnumerable<(string Name, string Value)> DetailsOf(PriceEntry entry)
    {
        yield return ("provider", entry.Provider);
        yield return ("model", entry.Model);
        if (entry.Aliases.Count > 0)
            yield return ("aliases", string.Join(", ", entry.Aliases));
        if (entry.From != DateOnly.MinValue)
            yield return ("from", Of(entry.From));
        foreach (var row in Rows("", entry.Prices.Rates))
            yield return row;
        if (entry.Prices.LongAbove is { } above)
        {
            foreach (var row in Rows($"above {above} prompt tokens: ", entry.Prices.Long ?? new PriceRates()))
                yield return row;
        }

        foreach (var (tier, price) in entry.Prices.Tiers.OrderBy(static each => each.Key))
        {
            var word = ServiceTiers.Words[(int)tier];
            if (price.Rates is null || price.Factor.TenThousandths != PriceFactor.One)
                yield return (word, $"× {Of(price.Factor)}");
            foreach (var row in Rows($"{word}: ", price.Rates ?? new PriceRates()).Concat(Rows($"{word}, long prompt: ", price.Long ?? new PriceRates())))
                yield return row;
        }

        foreach (var (region, factor) in entry.Prices.Regions.OrderBy(static each => each.Key))
            yield return ($"region {ServingRegions.Words[(int)region]}", $"× {Of(factor)}");
        yield return ("source", entry.Source ?? Nothing);
        yield return ("seen", entry.Seen is { } seen ? Of(seen) : Nothing);
    }

    public static string Of(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<(string Name, string Value)> Rows(string start, PriceRates rates) => PriceRates.Members
        .Where(name => rates[name] is not null)
        .Select(name => (start + JsonView.Words(name), name == "search" ? Of(Picodollars.ToDollars(rates[name]!.Value)) : Dollars(rates[name])));

    private static string Dollars(long? rate) => rate is { } known ? Of(PriceListWriter.Dollars(known)) : Nothing;

    private static string Of(PriceFactor factor) => Of((decimal)factor.TenThousandths / PriceFactor.One);

    private static string Of(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
