using System.Text;
using Dragoman.Configuration;
using Dragoman.Prices;

namespace Dragoman.Gateway.Tests.Prices;

/// <summary>Prices from JSON.</summary>
internal static class Priced
{
    public static readonly DateOnly Today = new(2026, 11, 30);

    public static PriceList List(string entries) => ConfigurationReader.ReadPriceList(Encoding.UTF8.GetBytes($$"""{ "date": "2026-11-30", "models": [{{entries}}] }"""), "prices.json");

    /// <summary>The prices of one model, from the members of its entry.</summary>
    public static ModelPrice Model(string members) => new(List($$"""{ "provider": "p", "model": "m", {{members}} }""").Entries[0].Prices);

    public static ProviderSettings Provider(string dialect, string? url = null, string name = "p") =>
        new(name, dialect, url is null ? null : new Uri(url), null, PublishesAll: false, Timeouts.Default);
}
