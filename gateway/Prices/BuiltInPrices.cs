using Dragoman.Configuration;

namespace Dragoman.Prices;

/// <summary>The public list prices of the providers' models, as a file in the assembly.</summary>
public static class BuiltInPrices
{
    /// <summary>The name of the file in messages.</summary>
    private const string Source = "the built-in prices.json";

    // The list is read when the first price is asked for: many processes never ask.
    private static readonly Lazy<PriceList> Read = new(static () =>
    {
        using var file = typeof(BuiltInPrices).Assembly.GetManifestResourceStream("Prices/prices.json")!;
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return ConfigurationReader.ReadPriceList(bytes, Source);
    });

    private static readonly Lazy<PriceIndex> Indexed = new(static () => new PriceIndex(List));

    public static PriceList List => Read.Value;

    internal static PriceIndex Index => Indexed.Value;
}
