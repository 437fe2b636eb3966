using System.Text;
using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Configuration;

public sealed class PriceListTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public void A_list_is_read_as_it_is_written()
    {
        var list = ConfigurationReader.ReadPriceList(
            """
            {
              // What we pay.
              "$schema": "x", "date": "2026-11-30", "currency": "USD",
              "models": [
                {
                  "provider": "openai", "model": "m", "aliases": ["n", "o*"], "from": "2026-01-02", "source": "https://example.com", "seen": "2026-03-04",
                  "input": 1.25, "cacheRead": 0.000001, "output": 1e1, "search": 0.01, "longContext": { "above": 2e5, "input": 2 },
                  "tiers": { "flex": 0.5, "priority": { "factor": 1.5, "output": 7, "longContext": { "input": 9 } } }, "regions": { "data-zone": 1.1 },
                },
              ],
            }
            """u8.ToArray(),
            "prices.json");
        Assert.Equal(new DateOnly(2026, 11, 30), list.Date);
        var entry = Assert.Single(list.Entries);
        Assert.Equal(("openai", "m", "https://example.com"), (entry.Provider, entry.Model, entry.Source));
        Assert.Equal(["n", "o*"], entry.Aliases);
        Assert.Equal((new DateOnly(2026, 1, 2), new DateOnly(2026, 3, 4)), (entry.From, entry.Seen));
        Assert.Equal(new PriceRates { Input = 1_250_000, CacheRead = 1, Output = 10_000_000, Search = 10_000_000_000 }, entry.Prices.Rates);
        Assert.Equal((200_000, new PriceRates { Input = 2_000_000 }), (entry.Prices.LongAbove, entry.Prices.Long));
        Assert.Equal(new TierPrice(new PriceFactor(5_000)), entry.Prices.Tiers[ServiceTier.Flex]);
        Assert.Equal(new TierPrice(new PriceFactor(15_000), new PriceRates { Output = 7_000_000 }, new PriceRates { Input = 9_000_000 }), entry.Prices.Tiers[ServiceTier.Priority]);
        Assert.Equal(2, entry.Prices.Tiers.Count);
        Assert.Equal(new PriceFactor(11_000), Assert.Single(entry.Prices.Regions, each => each.Key == ServingRegion.DataZone).Value);
    }

    [Theory]
    [InlineData("[]", "prices.json: must be a JSON object")]
    [InlineData("""{ "models": [] }""", "prices.json: /date is required: when the list was compiled, such as \"2026-11-30\"")]
    [InlineData("""{ "date": "30.11.2026", "models": [] }""", "prices.json: /date must be a day such as \"2026-11-30\"")]
    [InlineData("""{ "date": "2026-11-30" }""", "prices.json: /models must be a list of prices, one for each model")]
    [InlineData("""{ "date": "2026-11-30", "currency": "EUR", "models": [] }""", "prices.json: /currency must be \"USD\", because budgets are in US dollars")]
    [InlineData("""{ "date": "2026-11-30", "models": [], "more": 1 }""", "prices.json: /more is not known; allowed: date, currency, models")]
    public void A_mistake_in_a_list_is_told(string json, string expected) => Assert.Contains(expected, MistakesOf(json));

    [Theory]
    [InlineData("1", "/models/0 must be an object")]
    [InlineData("""{ "model": "m", "input": 1 }""", "/models/0/provider must be one of anthropic, azure-openai, gemini, mistral, openai, or the name of a configured provider")]
    [InlineData("""{ "provider": "a b", "model": "m", "input": 1 }""", "/models/0/provider must be one of anthropic, azure-openai, gemini, mistral, openai, or the name of a configured provider")]
    [InlineData("""{ "provider": "p", "input": 1 }""", "/models/0/model must be the provider's name of a model, or the beginning of names with * at its end; ")]
    [InlineData("""{ "provider": "p", "model": "a*b", "input": 1 }""", "/models/0/model must be the provider's name of a model, or the beginning of names with * at its end; ")]
    [InlineData("""{ "provider": "p", "model": "m", "aliases": ["a?"], "input": 1 }""", "/models/0/aliases/0 must be the provider's name of a model, or the beginning of names with * at its end; ")]
    [InlineData("""{ "provider": "p", "model": "m" }""", "/models/0/input is required; it must be dollars a million tokens: a number from 0 to 1000000 with at most 6 digits after the point")]
    [InlineData("""{ "provider": "p", "model": "m", "input": -1 }""", "/models/0/input must be dollars a million tokens: a number from 0 to 1000000 with at most 6 digits after the point")]
    [InlineData("""{ "provider": "p", "model": "m", "input": "1" }""", "/models/0/input must be dollars a million tokens: ")]
    [InlineData("""{ "provider": "p", "model": "m", "input": 1000000.1 }""", "/models/0/input must be dollars a million tokens: ")]
    [InlineData("""{ "provider": "p", "model": "m", "input": 0.0000001 }""", "/models/0/input must be dollars a million tokens: ")]
    [InlineData("""{ "provider": "p", "model": "m", "input": 1e-400 }""", "/models/0/input must be dollars a million tokens: ")]
    [InlineData("""{ "provider": "p", "model": "m", "input": 1, "search": 2 }""", "/models/0/search must be dollars a search: a number from 0 to 1 with at most 12 digits after the point")]
    [InlineData("""{ "provider": "p", "model": "m", "input": 1, "longContext": { "input": 1 } }""", "/models/0/longContext/above is required: the most prompt tokens with the usual price")]
    [InlineData("""{ "provider": "p", "model": "m", "input": 1, "longContext": { "above": 1, "search": 1 } }""", "/models/0/longContext/search is not known; ")]
    [InlineData("""{ "provider": "p", "model": "m", "input": 1, "tiers": { "standard": 1 } }""", "/models/0/tiers/standard is not known; ")]
    [InlineData("""{ "provider": "p", "model": "m", "input": 1, "tiers": { "flex": 0 } }""", "/models/0/tiers/flex must be a factor: a number above 0 and up to 100 with at most 4 digits after the point")]
    [InlineData("""{ "provider": "p", "model": "m", "input": 1, "tiers": { "flex": { "factor": 100.1 } } }""", "/models/0/tiers/flex/factor must be a factor: ")]
    [InlineData("""{ "provider": "p", "model": "m", "input": 1, "regions": { "us": 0.00001 } }""", "/models/0/regions/us must be a factor: ")]
    [InlineData("""{ "provider": "p", "model": "m", "input": 1, "seen": "yesterday" }""", "/models/0/seen must be a day such as \"2026-11-30\"")]
    [InlineData("""{ "provider": "p", "model": "m", "input": 1 }, { "provider": "P", "model": "n", "aliases": ["M"], "input": 2 }""", "/models/1 gives \"M\" of P a second price from the same day on; allowed: one")]
    public void A_mistake_in_an_entry_is_told(string entry, string expected) =>
        Assert.Contains(MistakesOf($$"""{ "date": "2026-11-30", "models": [{{entry}}] }"""), mistake => mistake.StartsWith("prices.json: " + expected, StringComparison.Ordinal));

    [Fact]
    public void The_configuration_names_a_list_and_how_providers_are_billed()
    {
        File.WriteAllText(file, """{ "date": "2026-11-30", "models": [{ "provider": "p", "model": "m", "input": 3 }] }""");
        var prices = Read($$"""{ "providers": { "p": { "dialect": "openai" } }, "prices": { "file": {{System.Text.Json.JsonSerializer.Serialize(file)}}, "replace": true, "providers": { "P": { "list": "mistral", "region": "eu" } } } }""").Prices;
        Assert.Equal((file, true), (prices.File, prices.ReplacesBuiltIn));
        Assert.Equal(3_000_000, Assert.Single(prices.List!.Entries).Prices.Rates.Input);
        Assert.Equal(new ProviderBilling("mistral", ServingRegion.Eu), prices.Providers["p"]);
        Assert.Same(PriceSettings.Default, Read("{}").Prices);
    }

    [Fact]
    public void A_published_model_may_have_a_price()
    {
        var model = Read("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "m": { "provider": "p", "model": "x", "price": { "input": 0.5, "output": 2 } }, "n": { "provider": "p", "model": "x" } } }""").Models;
        Assert.Equal(new PriceRates { Input = 500_000, Output = 2_000_000 }, model[0].Price!.Rates);
        Assert.Null(model[1].Price);
    }

    [Theory]
    [InlineData("""{ "file": "/nowhere/prices.json" }""", "gateway.json: /prices/file must name a price list; file \"/nowhere/prices.json\" ")]
    [InlineData("""{ "replace": true }""", "gateway.json: /prices/replace replaces the built-in prices by those of a file, but there is no file; allowed: true only with a file")]
    [InlineData("""{ "providers": [] }""", "gateway.json: /prices/providers must be an object, one member a provider")]
    [InlineData("""{ "providers": { "q": {} } }""", "gateway.json: /prices/providers/q is not a configured provider")]
    [InlineData("""{ "providers": { "p": { "list": "opneai" } } }""", "gateway.json: /prices/providers/p/list \"opneai\" is not known (did you mean openai?); allowed: ")]
    [InlineData("""{ "providers": { "p": { "region": "mars" } } }""", "gateway.json: /prices/providers/p/region \"mars\" is not known; allowed: global, us, eu, data-zone, regional")]
    public void A_mistake_in_the_configuration_is_told(string prices, string expected)
    {
        var error = Assert.Throws<ConfigurationException>(() => Read($$"""{ "providers": { "p": { "dialect": "openai" } }, "prices": {{prices}} }"""));
        Assert.StartsWith(expected, Assert.Single(error.Mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistake_in_the_list_of_a_configuration_names_the_list()
    {
        File.WriteAllText(file, """{ "date": "2026-11-30", "models": [{ "provider": "p", "model": "m" }] }""");
        var error = Assert.Throws<ConfigurationException>(() => Read($$"""{ "prices": { "file": {{System.Text.Json.JsonSerializer.Serialize(file)}} } }"""));
        Assert.StartsWith(file + ": /models/0/input is required", Assert.Single(error.Mistakes), StringComparison.Ordinal);
    }

    private static GatewayConfiguration Read(string json) => ConfigurationReader.Read(json, "gateway.json", new Dictionary<string, string>());

    private static IReadOnlyList<string> MistakesOf(string json) =>
        Assert.Throws<ConfigurationException>(() => ConfigurationReader.ReadPriceList(Encoding.UTF8.GetBytes(json), "prices.json")).Mistakes;
}
